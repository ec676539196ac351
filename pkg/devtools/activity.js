import { fill, make, write } from "./dom.js";
import { loadsOf } from "./loads.js";
import { counted, length } from "./texts.js";

const MOST_BARS = 30;
/** Milliseconds that the timeline covers at least. */
const SPAN = 10_000;
const MOST_LOADS = 20;

/** The loads that are under way. */
export class Loads {
  #list = make("ul", { className: "loads" });
  #none = make("p", { className: "note" }, "No load is under way.");
  element = make("section", {}, make("h3", {}, "Under way"), this.#none, this.#list);

  show(watch) {
    const loads = loadsOf(watch, MOST_LOADS);
    this.#none.hidden = loads.length > 0;
    const create = () => make("li", {}, make("code"), make("span"));
    fill(
      this.#list,
      loads,
      ({ key }) => key,
      create,
      ({ firstChild, lastChild }, load) => {
        write(firstChild, load.key);
        write(lastChild, textOf(load));
      },
    );
  }
}

function textOf({ phase, seconds, waiting, together }) {
  const others = together.length > 0 ? `, together with ${namesOf(together)}` : "";
  const callers = waiting > 0 ? `; ${counted(waiting, "more caller")} ${waiting === 1 ? "waits" : "wait"} for it` : "";
  return ` ${phase} for ${length(seconds)}${others}${callers}`;
}

const namesOf = (keys) => (keys.length > 3 ? `${keys.slice(0, 3).join(", ")} and ${keys.length - 3} more` : keys.join(", "));

/** The latest creations, each a bar from its start to its end. */
export class Timeline {
  #list = make("ol", { className: "timeline" });
  #none = make("p", { className: "note" }, "No creator was called since the panel was mounted.");
  element = make("section", {}, make("h3", {}, "Creations"), this.#none, this.#list);
  #numbers = new WeakMap();
  #next = 0;

  show({ creations }) {
    const latest = creations.slice(-MOST_BARS).reverse();
    this.#none.hidden = latest.length > 0;
    const now = performance.now();
    const from = Math.min(now - SPAN, ...latest.map(({ start }) => start));
    const create = () =>
      make("li", {}, make("code"), make("span", { className: "lane", "aria-hidden": "true" }, make("span")), make("span", { className: "took" }));
    fill(
      this.#list,
      latest,
      (creation) => this.#numberOf(creation),
      create,
      (element, creation) => update(element, creation, from, now),
    );
  }

  #numberOf(creation) {
    if (!this.#numbers.has(creation)) this.#numbers.set(creation, this.#next++);
    return this.#numbers.get(creation);
  }
}

function update(element, { keys, start, end, state, attempts }, from, now) {
  const [name, lane, took] = element.children;
  element.dataset.state = state;
  write(name, keys.length > 1 ? `${keys[0]} and ${keys.length - 1} more` : keys[0]);
  const percent = (time) => ((time - from) / (now - from)) * 100;
  lane.firstChild.style.left = `${percent(start)}%`;
  lane.firstChild.style.width = `${percent(end ?? now) - percent(start)}%`;
  const seconds = ((end ?? now) - start) / 1000;
  write(took, `${TOOK[state](length(seconds))}${attempts > 1 ? `, ${attempts} attempts` : ""}`);
}

const TOOK = { created: (time) => time, failed: (time) => `failed, ${time}`, creating: (time) => `${time} so far` };
