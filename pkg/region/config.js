import { makeError, quote, refused } from "../errors.js";
import { member, namesOf, own } from "../members.js";

/** The options of `configure` that a file may contain. */
const NAMES = ["backend", "expirationTime", "wrap", "replaceExistingBackend", "lockTimeout", "backendErrors", "staleIfError", "earlyRefresh", "jitter"];
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** The options of `configure` from the members of `config` whose names begin with `prefix`. */
export function fromConfig(config, prefix) {
  if (typeof config !== "object" || config === null) throw refused("config", "an object", config);
  if (typeof prefix !== "string") throw refused("prefix", "a string", prefix);
  const options = { arguments: {} };
  for (const fullName of namesOf(config)) {
    const value = fullName.startsWith(prefix) ? member(config, fullName) : undefined;
    if (value === undefined) continue;
    const name = fullName.slice(prefix.length);
    if (name.startsWith("arguments.")) options.arguments[name.slice("arguments.".length)] = coerced(value);
    else if (NAMES.includes(camelCase(name))) options[camelCase(name)] = coerced(value);
  }
  if ((own(options, "backend") ?? undefined) === undefined) throw makeError("VALIDATION", `config must have a member ${quote(`${prefix}backend`)}`);
  return options;
}

/** `max_entries` as `maxEntries`. */
export const camelCase = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** Converts a text as dogpile.cache does. */
function coerced(value) {
  if (typeof value !== "string") return value;
  const text = value.trim();
  const lower = text.toLowerCase();
  if (lower === "true" || lower === "false") return lower === "true";
  if (text === "None") return null;
  return NUMBER.test(text) ? Number(text) : text;
}
