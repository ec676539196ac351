import { hasMethod, isObject, member } from "../objects.js";
import { refused } from "../refused.js";

const INSIDE = Symbol.for("dogpile.inside");

export const insideOf = (region) => region[INSIDE];

/** What was given, as regions with names to show: one region, a list of them, or an object of them. */
export function namedRegions(given) {
  const entries = isRegion(given) ? [[undefined, given]] : entriesOf(given);
  if (entries.length === 0) throw refused("regions", "at least one region", given);
  return entries.map(([name, region], index) => {
    if (!isRegion(region)) throw refused("each of regions", "a region of this version of dogpile", region);
    return { name: name ?? region.name ?? `region ${index + 1}`, region };
  });
}

export const isRegion = (value) => isObject(value) && isObject(member(value, INSIDE));

function entriesOf(given) {
  if (!isObject(given)) throw refused("regions", "a region, a list of regions, or an object of regions", given);
  return hasMethod(given, Symbol.iterator) ? [...given].map((region) => [undefined, region]) : Object.entries(given);
}
