import { Cell } from "./cell.js";
import { refused } from "../refused.js";

/** By region and key. */
const cells = new WeakMap();

/** Throws what the region throws for its key. */
export function cellOf(region, key) {
  if (typeof region?.subscribe !== "function") throw refused("region", "a Region", region);
  let ofRegion = cells.get(region);
  if (ofRegion === undefined) cells.set(region, (ofRegion = new Map()));
  return ofRegion.get(key) ?? new Cell(region, key, ofRegion);
}
