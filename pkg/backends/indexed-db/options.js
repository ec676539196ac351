import { refused } from "../../errors.js";
import { readOptions } from "../../members.js";
import { seconds } from "../../duration.js";
import { OWN_DATABASE } from "./opening.js";

export const INDEXED_DB_OPTIONS = ["databaseName", "storeName", "lock", "durability", "maxAge", "maxEntries"];

/** Checks the options of an IndexedDBBackend; `maxAge` becomes milliseconds. */
export function checked(options) {
  const {
    databaseName = OWN_DATABASE,
    storeName = "records",
    lock = true,
    durability = "relaxed",
    maxAge,
    maxEntries = Infinity,
  } = readOptions(options, INDEXED_DB_OPTIONS);
  requireName(databaseName, "databaseName");
  requireName(storeName, "storeName");
  if (typeof lock !== "boolean") throw refused("lock", "true or false", lock);
  if (durability !== "relaxed" && durability !== "strict") throw refused("durability", '"relaxed" or "strict"', durability);
  if (maxEntries !== Infinity && !(Number.isInteger(maxEntries) && maxEntries > 0)) {
    throw refused("maxEntries", "a whole number above 0", maxEntries);
  }
  const age = seconds(maxAge, "maxAge");
  if (age <= 0) throw refused("maxAge", "a duration above 0", maxAge);
  return { databaseName, storeName, lock, durability, maxAge: Number.isNaN(age) ? Infinity : age * 1000, maxEntries };
}

function requireName(value, what) {
  if (typeof value !== "string" || value === "") throw refused(what, "a string that is not empty", value);
}
