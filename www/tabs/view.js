const says = {
  asking: "waits",
  creating: "loads the report",
  created: "loaded the report",
  waited: "waited for another tab’s",
  stale: "got the stale one",
  fresh: "had a fresh one",
};

/** A row for each tab, and a line for everything that one of them tells. */
export class TabsView {
  #own;
  #states = new Map();
  #present = [];
  #creations = 0;
  #rows = document.querySelector("#tabs tbody");
  #log = document.querySelector("#log");
  #count = document.querySelector("#creations");

  begin(own) {
    this.#own = own;
    document.querySelector("#own").textContent = `This is tab ${own}.`;
  }

  showPresent(names) {
    this.#present = names;
    this.#showRows();
  }

  add({ tab, time, text, state }) {
    if (text === undefined) return;
    if (state !== undefined) this.#states.set(tab, state);
    if (state === "creating") this.#count.textContent = String((this.#creations += 1));
    const item = document.createElement("li");
    item.dataset.state = state ?? "";
    item.append(
      Object.assign(document.createElement("span"), { textContent: `Tab ${tab} ${text}` }),
      Object.assign(document.createElement("time"), { textContent: new Date(time).toLocaleTimeString("en", { hour12: false }) }),
    );
    this.#log.prepend(item);
    this.#showRows();
  }

  #showRows() {
    const names = [...new Set([...this.#present, ...this.#states.keys()])].sort();
    const texts = names.map((name) => [name, this.#describe(name)]);
    if (JSON.stringify(texts) === this.#rows.dataset.shown) return;
    this.#rows.dataset.shown = JSON.stringify(texts);
    this.#rows.replaceChildren(...names.map((name) => this.#row(name)));
  }

  #row(name) {
    const row = document.createElement("tr");
    row.dataset.tab = name;
    row.dataset.state = this.#present.includes(name) ? (this.#states.get(name) ?? "") : "closed";
    row.append(
      Object.assign(document.createElement("th"), { scope: "row", textContent: `Tab ${name}${name === this.#own ? ", this one" : ""}` }),
      Object.assign(document.createElement("td"), { textContent: this.#describe(name) }),
    );
    return row;
  }

  #describe(name) {
    if (!this.#present.includes(name)) return "closed";
    return says[this.#states.get(name)] ?? "has not asked yet";
  }
}
