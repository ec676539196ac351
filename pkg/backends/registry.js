import { MEMORY_OPTIONS, MemoryBackend } from "./memory.js";
import { NullBackend } from "./null.js";
import { camelCase } from "../region/config.js";
import { member } from "../members.js";
import { atOnce, brief, makeError, refused, requireFunction } from "../errors.js";

/** A built-in backend's arguments with Python's names converted; `null` means not given. */
export function ours(args, names) {
  const inherited = names.flatMap((name) => [name, pythons(name)]).filter((name) => !Object.hasOwn(args, name));
  const given = [...inherited, ...Object.keys(args)].map((name) => [name === "cache_dict" ? "cache" : camelCase(name), member(args, name)]);
  return Object.fromEntries(given.filter(([, value]) => value !== null && value !== undefined));
}

const pythons = (name) => (name === "cache" ? "cache_dict" : name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`));

/** @type {[string, (args: any) => any][]} */
const BUILT_IN = [
  ["dogpile.cache.memory", (args) => new MemoryBackend(ours(args, MEMORY_OPTIONS))],
  ["dogpile.cache.null", () => new NullBackend()],
];
const factories = new Map(BUILT_IN);

export function registerBackend(name, factory) {
  if (typeof name !== "string") throw refused("name", "a string", name);
  requireFunction(factory, "factory");
  factories.set(name, factory);
}

/** The backend of a registered name. */
export function makeBackend(name, args) {
  const factory = factories.get(name);
  if (factory !== undefined) return atOnce(factory(args ?? {}), "the backend's factory");
  const known = [...factories.keys()].join(", ");
  throw makeError("PLUGIN_NOT_FOUND", `unknown backend ${brief(name)}; the known ones are ${known}`);
}
