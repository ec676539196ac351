import { Loads, Timeline } from "./activity.js";
import { Detail } from "./detail.js";
import { button, make, write } from "./dom.js";
import { Keys } from "./keys.js";
import { NO_ROWS, readRows } from "./records.js";
import { Stats } from "./stats.js";
import { messageOf, summaryOf } from "./texts.js";

const MOST_ROWS = 500;
/** Milliseconds between two looks, as long as the panel is open in a visible tab. */
const PERIOD = 1_000;

/** The rows that a promise gives, or none if the signal aborts first. */
function unlessAborted(promise, signal) {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => resolve(NO_ROWS));
    promise.then(resolve, reject);
  });
}

const stay = (event) => event.stopPropagation();

/** The panel of some regions; shows one of them at a time. */
export class Panel {
  #watches;
  #watch;
  #chosen;
  #rows = [];
  #looking;
  #timer;
  #summary = make("p", { className: "summary" });
  #status = make("p", { className: "status", role: "status" });
  #filter = make("input", { type: "search", placeholder: "key, tag or state", oninput: () => void this.look() });
  #keys = new Keys(
    (row) => this.#choose(row),
    (row) => this.#remove(row),
  );
  #detail = new Detail({
    refresh: (row) => this.#act(`Loads ${row.key} again.`, () => this.#watch.refresh(row.key)),
    remove: (row) => this.#remove(row),
    invalidateTag: (tag) => this.#act(`Invalidated the tag ${tag}.`, () => this.#watch.region.invalidateTags([tag])),
  });
  #parts = [new Stats(), new Loads(), new Timeline()];
  element;

  /** `watches`: a Watch by name. `tools`: more buttons for the head. */
  constructor(watches, tools) {
    this.#watches = watches;
    [this.#watch] = watches.values();
    const [stats, loads, timeline] = this.#parts.map(({ element }) => element);
    const filter = make("label", { className: "filter" }, "Filter ", this.#filter);
    const table = make("div", { className: "table", tabIndex: -1 }, this.#keys.element);
    const stored = make("section", { className: "stored", "aria-label": "What is stored" }, filter, table);
    const activity = make("div", { className: "side", tabIndex: 0, role: "group", "aria-label": "Activity" }, loads, timeline);
    this.element = make("section", {
      className: "panel",
      "aria-label": "dogpile devtools",
      onkeydown: (event) => this.#press(event),
      onkeyup: stay,
      onkeypress: stay,
    });
    this.element.append(this.#head(tools), stats, make("div", { className: "body" }, stored, this.#detail.element, activity), this.#status);
  }

  #head(tools) {
    const invalidate = (options, text) => () => this.#act(text, () => this.#watch.region.invalidate(options));
    const soft = button("Invalidate softly", invalidate({ soft: true }, "What is stored is stale now."));
    const hard = button("Invalidate", invalidate(true, "What is stored is missing now, for everybody."));
    return make("header", {}, make("h2", {}, "dogpile"), this.#regions(), this.#summary, make("span", { className: "buttons" }, soft, hard, ...tools));
  }

  #regions() {
    const names = [...this.#watches.keys()];
    if (names.length === 1) return make("span", { className: "region" }, names[0]);
    const onchange = ({ target }) => this.#turnTo(this.#watches.get(target.value));
    return make("label", { className: "region" }, "Region ", make("select", { onchange }, ...names.map((name) => make("option", { value: name }, name))));
  }

  #turnTo(watch) {
    this.#watch = watch;
    this.#chosen = undefined;
    this.#rows = [];
    write(this.#status, "");
    this.look();
  }

  start() {
    this.stop();
    this.#timer = setInterval(() => document.visibilityState === "visible" && this.#looking === undefined && this.look(), PERIOD);
    return this.look();
  }

  stop() {
    clearInterval(this.#timer);
    this.#abandon();
  }

  focus() {
    this.#filter.focus();
  }

  /** Reads what there is and shows it. A look before that is given up: its backend may hang. */
  look() {
    this.#abandon();
    const looking = (this.#looking = new AbortController());
    return this.#show(this.#watch, looking.signal).finally(() => {
      if (this.#looking === looking) this.#looking = undefined;
    });
  }

  #abandon() {
    this.#looking?.abort();
    this.#looking = undefined;
  }

  async #show(watch, signal) {
    try {
      for (const part of this.#parts) part.show(watch);
      const found = await unlessAborted(this.#read(watch, signal), signal);
      if (signal.aborted) return;
      write(this.#summary, summaryOf(found));
      this.#rows = found.rows;
      this.#showRows();
    } catch (error) {
      if (!signal.aborted) write(this.#summary, `the backend cannot be read: ${messageOf(error)}`);
    }
  }

  #showRows() {
    this.#keys.show(this.#rows, this.#chosen, this.#watch);
    const chosen = this.#rows.find(({ storedKey }) => storedKey === this.#chosen);
    this.#detail.show(chosen, this.#watch);
  }

  async #read({ region, inside, names }, signal) {
    if (!region.isConfigured) return NO_ROWS;
    return readRows(inside, { most: MOST_ROWS, filter: this.#filter.value.trim(), names, signal });
  }

  #choose({ storedKey }) {
    this.#chosen = storedKey;
    this.#showRows();
  }

  #remove({ key, isKnown }) {
    if (!isKnown) return;
    if (this.#rows.length === 1) this.focus(); // the focus would be nowhere
    this.#act(`Deleted ${key}.`, () => this.#watch.region.delete(key));
  }

  async #act(text, act) {
    write(this.#status, text);
    try {
      const acting = act();
      this.look();
      await acting;
    } catch (error) {
      write(this.#status, `This failed: ${messageOf(error)}`);
    }
    await this.look();
  }

  /** The page has keys of its own, which are not meant here. */
  #press(event) {
    event.stopPropagation();
    if (event.key === "/" && event.target !== this.#filter && !(event.ctrlKey || event.metaKey || event.altKey)) {
      event.preventDefault();
      this.#filter.focus();
    } else if (event.key === "Escape" && this.#filter.value !== "") {
      event.preventDefault(); // it does not close the panel
      this.#filter.value = "";
      this.look();
    }
  }
}
