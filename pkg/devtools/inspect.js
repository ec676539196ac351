import { NO_ROWS, readRows } from "./records.js";
import { refused } from "../refused.js";
import { insideOf, isRegion } from "./regions.js";
import { leftOf, length, summaryOf } from "./texts.js";

const MOST_ROWS = 100;

/** Prints what a region holds as a table, and its counters. */
export async function inspect(region) {
  if (!isRegion(region)) throw refused("region", "a region of this version of dogpile", region);
  const inside = insideOf(region);
  const found = region.isConfigured ? await readRows(inside, { most: MOST_ROWS, names: new Map() }) : NO_ROWS;
  const { rows } = found;
  console.log(`${region.name ?? "region"}: ${summaryOf(found)}`);
  if (rows.length > 0) console.table(Object.fromEntries(rows.map((row) => [row.key, cellsOf(row)])));
  console.log(
    Object.entries(region.stats)
      .flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : []))
      .join(", ") || "nothing was asked for",
  );
}

const cellsOf = ({ state, age, expiresIn, tags, text }) => ({
  state,
  age: length(age),
  expires: leftOf(expiresIn),
  tags: tags.join(", "),
  value: text.slice(0, 60),
});
