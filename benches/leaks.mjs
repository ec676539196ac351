// Whether anything stays behind: node --expose-gc benches/leaks.mjs. It ends with status 1 where memory still grows when it no longer should.
import { setTimeout as sleep } from "node:timers/promises";

/** The core's, where it has one. */
const memories = [];
globalThis.WebAssembly.Instance = class extends WebAssembly.Instance {
  constructor(...given) {
    super(...given);
    memories.push(...Object.values(this.exports).filter((value) => value instanceof WebAssembly.Memory));
  }
};
const { createRegion, MemoryBackend } = await import("dogpile");

const MEGABYTE = 1_000_000;
/** What may be added once a tenth of the work is done. */
const MOST = { heap: 20 * MEGABYTE, wasm: 0 };

/**
 * Each does a share of the work at a time, and says in the end what shows that the work was done. WebAssembly's memory never shrinks:
 * whatever needs little of it comes first, for what once was used could hide a leak.
 */
const works = {
  "20,000 regions that come and go": { count: 20_000, share: 200, ...regions() },
  "1,000,000 creations": { count: 1_000_000, share: 100, ...creations() },
  "200,000 hung creators that are taken over": { count: 200_000, share: 2_000, ...takeovers() },
};

function regions() {
  let [begun, collected] = [0, 0];
  const registry = new FinalizationRegistry(() => (collected += 1));
  const comeAndGo = async (index) => {
    const region = createRegion({ backend: new MemoryBackend(), expirationTime: 60 });
    registry.register(region);
    begun += 1;
    const create = async () => index;
    await Promise.all([region.getOrCreate("a", create), region.getOrCreate("a", create), region.getOrCreateMulti(["b", "c"], (keys) => keys)]);
    await region.invalidate();
    expectEqual(await region.getOrCreate("a", create), index, "the value");
  };
  return {
    async work(indexes) {
      for (const index of indexes) await comeAndGo(index);
      // The next ones shall find what these have left.
      for (let time = 0; time < 10 && collected < begun; time += 1) await settle(1);
      await settle(1);
    },
    expect: (count) => expectEqual(collected, count, "regions collected"),
  };
}

function creations() {
  const region = createRegion({ backend: new MemoryBackend({ maxEntries: 1_000 }) });
  return {
    work: (indexes) => Promise.all(indexes.map((index) => region.getOrCreate(`user:${index}`, async () => index))),
    expect: (count) => expectEqual(region.stats.creations, count, "creations"),
  };
}

function takeovers() {
  const region = createRegion({ backend: new MemoryBackend({ maxEntries: 1_000 }), lockTimeout: 0.001 });
  const hang = () => new Promise(() => {});
  const takeOver = async (index) => {
    const hung = region.getOrCreate(`page:${index}`, hang);
    expectEqual(await region.getOrCreate(`page:${index}`, async () => index), index, "what the second caller gets");
    expectEqual(await hung, index, "what the first caller gets");
  };
  return {
    work: (indexes) => Promise.all(indexes.map(takeOver)),
    expect: (count) => expectEqual(region.stats.takeovers, count, "takeovers"),
  };
}

/** Whether nothing has grown more than it may. */
async function staysSmall(title, { count, share, work, expect }) {
  const start = performance.now();
  const doUntil = async (end, from) => {
    for (let next = from; next < end; next += share) await work(Array.from({ length: share }, (_, index) => next + index));
    return measure();
  };
  const before = await measure();
  const warm = await doUntil(count / 10, 0);
  const after = await doUntil(count, count / 10);
  expect(count);
  const grown = Object.keys(MOST).filter((part) => after[part] - warm[part] > MOST[part]);
  console.log(`${title}, ${((performance.now() - start) / 1000).toFixed(1)} s`);
  console.log(`  heap: ${[before, warm, after].map(({ heap }) => `${(heap / MEGABYTE).toFixed(2)} MB`).join(" -> ")}`);
  console.log(`  wasm: ${memories.length === 0 ? "no memory" : [before, warm, after].map(({ wasm }) => `${wasm} bytes`).join(" -> ")}`);
  for (const part of grown) console.log(`  LEAK: ${part} grew by ${after[part] - warm[part]} bytes after the first tenth`);
  return grown.length === 0;
}

async function measure() {
  await settle(5);
  return { heap: process.memoryUsage().heapUsed, wasm: memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0) };
}

/** What nobody holds is collected, and whoever asked to be told of that is told. */
async function settle(times) {
  for (let time = 0; time < times; time += 1) {
    await sleep(1);
    globalThis.gc();
    await sleep(1);
  }
}

function expectEqual(got, wanted, what) {
  if (got !== wanted) throw new Error(`${what}: ${got} instead of ${wanted}`);
}

if (globalThis.gc === undefined) throw new Error("it needs --expose-gc");
// A region's own timers keep no process.
const alive = setInterval(() => {}, 1_000);
console.log("before -> after a tenth of the work -> after all of it");
for (const [title, work] of Object.entries(works)) if (!(await staysSmall(title, work))) process.exitCode = 1;
clearInterval(alive);
