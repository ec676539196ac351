// What benches/README.md says about speed, and README.md the main part of: sentences with the figures of benches/results.json, and whether
// the figures bear them out. Each can be understood without the others.
import { floor, us } from "../benches/memory/subjects.js";

const exact = "lru-cache, exact clock";
const heavier = ["bentocache", "cachified", "cacheable", "cache-manager", "ocache", "query-core"];

const everywhere = ["node24", "node20", "chromium", "firefox"];

export const claims = [
  {
    isMain: true,
    text: (of) =>
      `Reading a fresh value, one of 10,000, takes ${time(of, "warm-10000")} in Node 24. The fastest of ${listed(heavier)} takes ${least(of, "warm-10000", heavier)} times as long.`,
    holds: (of) => ratios(of, "warm-10000", heavier).every((ratio) => ratio > 2),
  },
  {
    text: (of) =>
      `In Node 24, Node 20, Chromium and Firefox, reading a fresh value takes ${inAll(ofFloor(of))} times as long as the floor: a \`Map\`, a clock read and a promise.`,
    holds: (of) => ofFloor(of).every((ratio) => ratio <= 1.25),
  },
  {
    isMain: true,
    text: (of) =>
      `In Node 24, Node 20, Chromium and Firefox, reading a fresh value takes ${inAll(ofLru(of, "lru-cache"))} times as long as lru-cache's \`fetch\`. If lru-cache reads the clock at every call, as dogpile does, the factors are ${inAll(ofLru(of, exact))}; by default it reads the clock again only after a timer has fired.`,
    holds: (of) => ofLru(of, exact).every((ratio) => ratio <= 1),
  },
  {
    isMain: true,
    text: () => "10,000 concurrent callers of a missing key run the creator once, in every engine.",
    holds: (of) => ["node24", "chromium", "firefox"].every((engine) => of(engine, "stampede").creations === 1),
  },
  {
    text: (of) =>
      `With ten times more keys than entries, ${percent(of("node24", "zipf").hitRatio)} of Zipf-distributed reads are hits; with lru-cache ${percent(of("node24", "zipf", "lru-cache").hitRatio)}.`,
    holds: (of) => of("node24", "zipf").hitRatio > of("node24", "zipf", "lru-cache").hitRatio + 0.05,
  },
  {
    text: (of) =>
      `\`getMulti\` takes ${time(of, "get-multi")} per key: ${of("node24", "get-multi", "cache-manager").toUs} times faster than cache-manager's \`mget\`, and ${of("node24", "get-multi", "cacheable").toUs} times faster than cacheable's \`getMany\`.`,
    holds: (of) => ratios(of, "get-multi", ["cache-manager", "cacheable"]).every((ratio) => ratio > 5),
  },
  {
    text: (of) =>
      `A hit in a cache of 1,000,000 entries takes ${growth(of, "entries-10", "entries-1000000", us)} times as long as in one of 10, because memory is slower than the processor's cache. For the floor the factor is ${growth(of, "entries-10", "entries-1000000", floor)}.`,
    holds: (of) => growth(of, "entries-10", "entries-1000000", us) < 3 * growth(of, "entries-10", "entries-1000000", floor),
  },
  {
    text: (of) =>
      `With 100,000 concurrent callers of a missing key, the time per caller is ${growth(of, "waiters-100", "waiters-100000", us)} times that with 100. For the floor the factor is ${growth(of, "waiters-100", "waiters-100000", floor)}.`,
    holds: (of) => growth(of, "waiters-100", "waiters-100000", us) < 4,
  },
  {
    isMain: true,
    text: (_of, bytes) =>
      `A bundle of \`createRegion\` and \`MemoryBackend\` is ${(bytes[us] / 1000).toFixed(1)} kB, minified and gzipped, WebAssembly included; lru-cache is ${(bytes["lru-cache"] / 1000).toFixed(1)} kB.`,
    holds: (_of, bytes) => bytes[us] <= 58_500,
  },
  {
    text: (of) => `With 10,000 concurrent callers of a missing key, the time per caller is ${slower(of, "stampede")} times that of lru-cache's \`fetch\`.`,
    holds: (of) => of("node24", "stampede", "lru-cache").toUs > 0.95,
  },
  {
    text: (of) =>
      `In Chromium and Firefox, a missing key takes ${slower(of, "cold", "chromium")} and ${slower(of, "cold", "firefox")} times as long as with lru-cache's \`fetch\`.`,
    holds: (of) => ["chromium", "firefox"].every((engine) => slower(of, "cold", engine) < 1),
  },
  {
    isMain: true,
    text: (of) =>
      `In Node 24, lru-cache is faster with a missing key (${slower(of, "cold")} times), with a stale hit (${slower(of, "stale")} times) and at start-up (${slower(of, "start-up")} times, because it has no WebAssembly to compile).`,
    holds: (of) => ["cold", "stale", "start-up"].every((workload) => of("node24", workload, "lru-cache").toUs < 0.95),
  },
];

function ofFloor(of) {
  return everywhere.map((engine) => of(engine, "warm-10000").toFloor);
}

function ofLru(of, variant) {
  return everywhere.map((engine) => 1 / of(engine, "warm-10000", variant).toUs);
}

function inAll(figures) {
  return listed(figures.map((figure) => figure.toFixed(2)));
}

function ratios(of, workload, names) {
  return names.map((name) => of("node24", workload, name).toUs);
}

function least(of, workload, names) {
  return Math.min(...ratios(of, workload, names)).toFixed(1);
}

function growth(of, from, to, name) {
  return Number((of("node24", to, name).median / of("node24", from, name).median).toPrecision(2));
}

function slower(of, workload, engine = "node24") {
  return Number((1 / of(engine, workload, "lru-cache").toUs).toPrecision(2));
}

function time(of, workload) {
  return `${of("node24", workload).median} ns`;
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

function listed(names) {
  return `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
