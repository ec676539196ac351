// What is measured. Each `run(load)` gives samples, and notes where it counts something as well; `undefined` where the subject cannot do it.
// `load()` gives the subject's own way to open it, `load(name)` another one that its file exports, if it does.
import { crowd } from "./crowd.js";
import { heap, heapOfFlights, startUp } from "./once.js";
import { getMulti, getOrCreateMulti } from "./multi.js";
import { oneByOne } from "./one-by-one.js";
import { read, stale, zipf } from "./reads.js";

const atOnce = (callers) => `${callers.toLocaleString("en")} ${callers === 1 ? "caller" : "callers"} of one key at once, each`;
const among = (entries) => `a warm hit among ${entries.toLocaleString("en")} entries`;
const slowly = "over a store that answers by promise (lru-cache: over itself)";
const bytes = { unit: "bytes", engines: ["node24"], flags: ["--expose-gc"] };
const growing = { unit: "ns", isOurs: true };

/** `isCommon`: in Node 20 as well, and the variants of a subject as well. `isOurs`: ours, and the floor. `times`: processes or pages a pass. */
export const workloads = {
  "warm-1": { title: "warm hit, 1 key", unit: "ns", isCommon: true, times: 3, run: read("getOrCreate", 1) },
  "warm-10000": { title: "warm hits, 10,000 keys", unit: "ns", isCommon: true, times: 3, run: read("getOrCreate", 10_000) },
  get: { title: "`get`, 10,000 keys", unit: "ns", run: read("get", 10_000) },
  stampede: { title: "stampede of 10,000 callers on a cold key, each", unit: "ns", run: crowd(1, 10_000) },
  cold: { title: "1,000 cold keys at once, each", unit: "ns", run: crowd(1_000, 1) },
  "cold-promise": { title: `1,000 cold keys at once ${slowly}, each`, unit: "ns", run: crowd(1_000, 1, "openByPromise") },
  "cold-promise-one": { title: `a cold key after another ${slowly}`, unit: "ns", run: oneByOne(1_000, "openByPromise") },
  stale: { title: "stale hit while a creation runs", unit: "ns", run: stale },
  zipf: { title: "Zipf-distributed reads of 10,000 keys, 1,000 entries", unit: "ns", run: zipf },
  "get-multi": { title: "`getMulti` of 1,000, each", unit: "ns", run: getMulti },
  "create-multi": { title: "`getOrCreateMulti` of 1,000, half of them warm, each", unit: "ns", run: getOrCreateMulti },
  "start-up": { title: "from `import` to the first value", unit: "ms", times: 2, run: startUp },
  heap: { ...bytes, title: "heap of an entry, of 100,000", run: heap },
  "heap-flight": { ...bytes, title: "heap of a creation under way, of 20,000", run: heapOfFlights },
  ...Object.fromEntries(
    [10, 10_000, 1_000_000].map((entries) => [`entries-${entries}`, { ...growing, title: among(entries), run: read("getOrCreate", entries, 1_000) }]),
  ),
  ...Object.fromEntries(
    [1, 100, 10_000, 100_000].map((callers) => [
      `waiters-${callers}`,
      { ...growing, title: atOnce(callers), run: crowd(Math.max(1, 10_000 / callers), callers) },
    ]),
  ),
};
