// The package, whose regions tell the page what their observers are told.
import * as dogpile from "dogpile";
import { inspect } from "./inspect.js";

export * from "dogpile";

const names = ["onHit", "onStale", "onMiss", "onCreate", "onWait", "onTakeover", "onError"];

export class Region extends dogpile.Region {
  constructor(options = {}) {
    super(typeof options === "object" && options !== null ? { ...options, observer: telling(options.observer) } : options);
  }
}

export function createRegion(options) {
  return dogpile.createRegion({ ...options, observer: telling(options?.observer) });
}

function telling(observer) {
  return Object.fromEntries(
    names.map((name) => [
      name,
      (...details) => {
        globalThis.tellEvent(`${name.slice(2).toLowerCase()} ${details.map(show).join(" ")}`);
        return observer?.[name]?.(...details);
      },
    ]),
  );
}

/** How long a creator took is said to a tenth of a millisecond. */
function show(detail) {
  return typeof detail === "number" ? `${(detail * 1000).toFixed(1)} ms` : inspect(detail);
}
