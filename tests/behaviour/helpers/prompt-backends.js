import { MemoryBackend } from "dogpile";
import { plainBackend } from "./plain-backend.js";
import { SlowBackend, SlowMultiBackend } from "./slow-backend.js";

/** Those that answer without a disk, and so within any lockTimeout that a test can wait for: `[name, () => backend, brief lockTimeout]`. */
export const promptBackends = [
  ["MemoryBackend", () => new MemoryBackend(), "40ms"],
  ["MemoryBackend in the user's Map", () => new MemoryBackend({ cache: new Map() }), "40ms"],
  ["an object that answers at once", plainBackend, "40ms"],
  ["an object that answers by promise", () => new SlowBackend(), "40ms"],
  ["an object with multi operations by promise", () => new SlowMultiBackend(), "40ms"],
];
