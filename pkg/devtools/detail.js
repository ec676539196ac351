import { button, make, write } from "./dom.js";
import { counted, leftOf, length, pretty } from "./texts.js";

/** What is stored under the chosen key, and what can be done with it. */
export class Detail {
  #title = make("h3", {});
  #facts = make("dl", { className: "facts" });
  #value = make("pre", { tabIndex: 0, role: "group", "aria-label": "The value" });
  #tags = make("p", { className: "tags" });
  #note = make("p", { className: "note" });
  #refresh;
  #delete;
  #acts;
  #shown = "";
  #none = make("p", { className: "note" }, "Choose a key to see its value.");
  #all;
  element;

  /** `acts`: `refresh(row)`, `remove(row)` and `invalidateTag(tag)`. */
  constructor(acts) {
    this.#acts = acts;
    this.#refresh = button("Refresh", () => acts.refresh(this.row));
    this.#delete = button("Delete", () => acts.remove(this.row));
    const buttons = make("p", { className: "buttons" }, this.#refresh, this.#delete);
    this.#all = make("div", { className: "detail", hidden: true }, this.#title, buttons, this.#note, this.#facts, this.#tags, this.#value);
    this.element = make("div", { className: "side", tabIndex: 0, role: "group", "aria-label": "The chosen key" }, this.#none, this.#all);
  }

  /** @type {any} The row of the chosen key. */
  row = undefined;

  show(row, watch) {
    this.row = row;
    this.#all.hidden = row === undefined;
    this.#none.hidden = row !== undefined;
    if (row === undefined) return;
    write(this.#title, row.key);
    const canRefresh = row.isKnown && watch.canRefresh(row.key);
    this.#refresh.disabled = !canRefresh;
    this.#delete.disabled = !row.isKnown;
    write(this.#note, noteOf(row, canRefresh));
    this.#note.hidden = this.#note.textContent === "";
    this.#showFacts(row, watch.countOf(row.key));
    this.#showTags(row.tags);
    write(this.#value, row.state === "unreadable" ? "This record cannot be read." : pretty(row.value));
  }

  #showFacts({ state, age, expiresIn, metadata }, { hits, loads, failures }) {
    const facts = {
      State: state,
      Created: Number.isFinite(metadata.ct) ? `${new Date(metadata.ct * 1000).toLocaleTimeString()}, ${length(age)} ago` : "–",
      Expires: leftOf(expiresIn),
      "Seen here": `${counted(hits, "hit")}, ${counted(loads, "load")}, ${failures} failed`,
    };
    if (metadata.dt !== undefined) facts["Creation took"] = length(metadata.dt);
    const names = Object.keys(facts).join();
    if (names !== this.#shown) this.#facts.replaceChildren(...Object.keys(facts).flatMap((name) => [make("dt", {}, name), make("dd")]));
    this.#shown = names;
    Object.values(facts).forEach((text, index) => write(this.#facts.querySelectorAll("dd")[index], text));
  }

  #showTags(tags) {
    this.#tags.hidden = tags.length === 0;
    if (this.#tags.dataset.tags === tags.join("\n")) return;
    this.#tags.dataset.tags = tags.join("\n");
    const buttons = tags.map((tag) => button(tag, () => this.#acts.invalidateTag(tag), { title: `Invalidate all values with the tag ${tag}` }));
    this.#tags.replaceChildren("Invalidate by tag: ", ...buttons);
  }
}

function noteOf(row, canRefresh) {
  if (!row.isKnown) return "The region's keyMangler has made this key from one that was not used since the panel was mounted, so it cannot be deleted here.";
  return canRefresh ? "" : "Refresh needs the key's creator, which is known after its next load.";
}
