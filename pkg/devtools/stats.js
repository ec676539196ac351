import { make, write } from "./dom.js";

const LABELS = {
  hits: "hits",
  staleHits: "stale hits",
  misses: "misses",
  creations: "creations",
  creationErrors: "failed creations",
  coalesced: "coalesced",
  earlyRefreshes: "early refreshes",
  takeovers: "takeovers",
  backendErrors: "backend errors",
};

/** The region's counters, and the part of its answers that were fresh. */
export class Stats {
  #list = make("dl", {});
  element = make("div", { className: "stats", tabIndex: 0, role: "group", "aria-label": "Counters" }, this.#list);

  show({ region: { stats } }) {
    const asked = stats.hits + stats.staleHits + stats.misses;
    const counts = Object.entries(LABELS).map(([name, label]) => [label, String(stats[name])]);
    const shown = [["hit ratio", asked === 0 ? "–" : `${Math.round((stats.hits / asked) * 100)} %`], ...counts];
    if (this.#list.children.length === 0) this.#list.append(...shown.map(([label]) => make("div", {}, make("dt", {}, label), make("dd"))));
    shown.forEach(([, text], index) => write(this.#list.children[index].lastChild, text));
  }
}
