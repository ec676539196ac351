import MiniSearch from "minisearch";
import { options } from "./options.js";

let index;

/** The best first; the index comes with the first question. */
export async function find(query) {
  index ??= import("virtual:search-index").then(({ default: json }) => MiniSearch.loadJSON(json, options));
  return (await index).search(query);
}
