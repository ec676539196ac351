// The suite for backends, over near tiers of every kind and the far tiers that are there.
import { describe, test } from "vitest";
import { MemoryBackend, TieredBackend } from "dogpile";
import { backendSuite } from "dogpile/testing";
import { checkAfterEach, freshDatabase } from "../helpers.js";
import { UnsureBackend } from "./helpers.js";

checkAfterEach();

/** Answers by promise, and in its own time. */
class LateBackend extends UnsureBackend {
  async run(...given) {
    await new Promise((resolve) => setTimeout(resolve, 0));
    return super.run(...given);
  }
}

const nears = [
  ["memory", () => new MemoryBackend()],
  ["memory with copies", () => new MemoryBackend({ clone: true, maxEntries: 20 })],
  ["a slow backend", () => new LateBackend()],
  ["a backend that fails", () => Object.assign(new UnsureBackend(), { isAway: true })],
  ["a backend that hangs", () => Object.assign(new UnsureBackend(), { isHung: true })],
  ["two tiers", () => new TieredBackend(new MemoryBackend(), new MemoryBackend())],
];

const fars = [
  ["memory", () => new MemoryBackend()],
  ["a slow backend", () => new LateBackend()],
  ["two tiers", () => new TieredBackend(new MemoryBackend(), new MemoryBackend())],
  ["text in memory", () => Object.assign(new MemoryBackend(), { serializer: JSON })],
  ...("indexedDB" in globalThis ? [["IndexedDB", freshDatabase]] : []),
];

/** Before each of its answers a hung near tier costs a time limit, which is brief where the far one has none to keep. */
const limitOf = (nearName, farName) => (nearName === "a backend that hangs" && farName === "memory" ? "50ms" : "2s");
/** Every near tier in front of two far ones, and memory in front of every far one. */
const isTested = (nearName, farName) => nearName === "memory" || ["memory", "IndexedDB"].includes(farName);

/** Where the far tier has no lock, that of two tiers is always free (it makes a creation look there). */
const isOfLocks = ({ name }) => name.startsWith("getMutex");

describe.each(fars)("in front of %s", (farName, makeFar) => {
  describe.each(nears.filter(([nearName]) => isTested(nearName, farName)))("%s", (nearName, makeNear) => {
    const options = { farTimeout: limitOf(nearName, farName), pause: "1h", onError: () => {} };
    const makeBackend = () => new TieredBackend(makeNear(), makeFar(), options);
    for (const one of backendSuite(makeBackend)) if (farName === "IndexedDB" || !isOfLocks(one)) test(one.name, one.run);
  });
});
