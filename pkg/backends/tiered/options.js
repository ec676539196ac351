import { usableBackend } from "../backend.js";
import { seconds } from "../../duration.js";
import { refused, refusedAs, requireFunction } from "../../errors.js";
import { readOptions } from "../../members.js";
import { Setup } from "../../region/setup.js";

const OPTIONS = ["nearFor", "serializer", "bus", "farTimeout", "pause", "onError"];
const DEFAULT_TIMEOUT = 2;
const DEFAULT_PAUSE = 1;

/** Checks what the constructor takes. `undefined` and `null` are not given; durations become seconds. */
export function tiersOf(near, far, options) {
  usableBackend(near, "near");
  usableBackend(far, "far");
  if (near === far) throw refusedAs("far", "another backend than near", "the same");
  const { nearFor, serializer, bus, farTimeout, pause, onError } = readOptions(options, OPTIONS);
  const timeout = orDefault(seconds(farTimeout, "farTimeout"), DEFAULT_TIMEOUT);
  if (timeout === 0) throw refused("farTimeout", "greater than 0", farTimeout);
  if (onError !== undefined && onError !== null) requireFunction(onError, "onError");
  return {
    near: setupOf(near, undefined),
    far: setupOf(far, serializer),
    nearFor: seconds(nearFor, "nearFor"),
    times: { timeout, pause: orDefault(seconds(pause, "pause"), DEFAULT_PAUSE) },
    bus: bus ?? undefined,
    onError: onError ?? undefined,
  };
}

/** How a tier's records are written. Keys come mangled from the region, and time limits are kept elsewhere. */
const setupOf = (backend, serializer) =>
  new Setup(backend, { keyMangler: false, serializer, wrap: undefined, lockTimeout: Infinity, throws: true, region: undefined });

const orDefault = (number, otherwise) => (number === number ? number : otherwise);
