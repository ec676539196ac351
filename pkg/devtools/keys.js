import { button, fill, make, write } from "./dom.js";
import { length } from "./texts.js";

const COLUMNS = ["Key", "State", "Age", "Hits", "Value", "Tags"];

/** The table of keys. One of its rows is in the order of Tab; arrows lead to the others. */
export class Keys {
  #body = make("tbody", { onkeydown: (event) => this.#move(event) });
  element = make("table", { className: "keys" }, make("thead", {}, headRow()), this.#body);
  #choose;
  #remove;

  /** `choose` and `remove` get the row of a key. */
  constructor(choose, remove) {
    this.#choose = choose;
    this.#remove = remove;
  }

  show(rows, chosen, watch) {
    const create = (row) => makeRow(() => this.#choose(this.#body.elements.get(row.storedKey).shown));
    fill(
      this.#body,
      rows,
      ({ storedKey }) => storedKey,
      create,
      (element, row) => update(element, row, row.storedKey === chosen, watch),
    );
    const buttons = [...this.#body.querySelectorAll("button")];
    if (!buttons.some(({ tabIndex }) => tabIndex === 0) && buttons.length > 0) buttons[0].tabIndex = 0;
  }

  #move(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = event.target.closest("tr");
    const { nextElementSibling: next, previousElementSibling: previous } = row;
    const { firstChild: Home, lastChild: End } = this.#body;
    const to = { ArrowDown: next, ArrowUp: previous, Home, End, Delete: next ?? previous }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    to?.querySelector("button").focus();
    if (to !== null) this.#choose(to.shown);
    if (event.key === "Delete") this.#remove(row.shown);
  }
}

const headRow = () => make("tr", {}, ...COLUMNS.map((name) => make("th", { scope: "col" }, name)));

function makeRow(choose) {
  const cells = COLUMNS.slice(1).map((name) => make("td", { className: name.toLowerCase() }));
  return make("tr", {}, make("th", { scope: "row" }, button("", choose, { className: "key", tabIndex: -1 })), ...cells);
}

function update(element, row, isChosen, watch) {
  element.shown = row;
  element.dataset.state = row.state;
  const [head, ...cells] = element.cells;
  const choice = head.firstChild;
  if (choice.getAttribute("aria-pressed") !== String(isChosen)) choice.setAttribute("aria-pressed", String(isChosen));
  write(choice, row.key);
  choice.tabIndex = isChosen ? 0 : -1;
  const texts = [row.state, length(row.age), String(watch.countOf(row.key).hits), row.text, row.tags.join(", ")];
  texts.forEach((text, index) => write(cells[index], text));
}
