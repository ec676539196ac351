import { MemoryBackend } from "./memory.js";
import { NullBackend } from "./null.js";
import { camelCase } from "../region/config.js";
import { brief, makeError, refused, requireFunction } from "../errors.js";

/** A built-in backend's arguments under our names, where Python's were given; `null` is not given. */
export const ours = (args) =>
  Object.fromEntries(
    Object.entries(args)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name === "cache_dict" ? "cache" : camelCase(name), value]),
  );

const factories = new Map([
  ["dogpile.cache.memory", (args) => new MemoryBackend(ours(args))],
  ["dogpile.cache.null", () => new NullBackend()],
]);

export function registerBackend(name, factory) {
  if (typeof name !== "string") throw refused("name", "a string", name);
  requireFunction(factory, "factory");
  factories.set(name, factory);
}

/** The backend of a registered name. */
export function makeBackend(name, args) {
  const factory = factories.get(name);
  if (factory !== undefined) return factory(args ?? {});
  const known = [...factories.keys()].join(", ");
  throw makeError("PLUGIN_NOT_FOUND", `Couldn't find cache plugin to load: ${brief(name)}; the known ones are ${known}`);
}
