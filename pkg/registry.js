import { MemoryBackend } from "./memory.js";
import { NullBackend } from "./null.js";
import { describe, makeError } from "./wasm/platform.js";

const factories = new Map([
  ["dogpile.cache.memory", (args) => new MemoryBackend(args)],
  ["dogpile.cache.null", () => new NullBackend()],
]);

export function registerBackend(name, factory) {
  if (typeof name !== "string") throw makeError("VALIDATION", `name must be a string, not ${describe(name)}`);
  if (typeof factory !== "function") throw makeError("VALIDATION", `factory must be a function, not ${describe(factory)}`);
  factories.set(name, factory);
}

/** The backend of a registered name. */
export function makeBackend(name, args) {
  const factory = factories.get(name);
  if (factory !== undefined) return factory(args ?? {});
  const known = [...factories.keys()].join(", ");
  throw makeError("PLUGIN_NOT_FOUND", `Couldn't find cache plugin to load: ${name}; the known ones are ${known}`);
}
