// What the README says about speed: sentences with the figures of benches/results.json, and whether the figures bear them out.
import { floor, us } from "../benches/memory/subjects.js";

const exact = "lru-cache, exact clock";
const heavier = ["bentocache", "cachified", "cacheable", "cache-manager", "ocache", "query-core"];

const everywhere = ["node24", "node20", "chromium", "firefox"];

export const claims = [
  {
    text: (of) => `A warm hit among 10,000 takes ${time(of, "warm-10000")} in Node 24: ${least(of, "warm-10000", heavier)} times less than with the fastest of ${listed(heavier)}.`,
    holds: (of) => ratios(of, "warm-10000", heavier).every((ratio) => ratio > 2),
  },
  {
    text: (of) => `That is ${inAll(ofFloor(of))} times what a \`Map\`, a clock read and a promise take by themselves, in Node 24, Node 20, Chromium and Firefox.`,
    holds: (of) => ofFloor(of).every((ratio) => ratio <= 1.25),
  },
  {
    text: (of) => `There it takes ${inAll(ofLru(of, exact))} times as long as lru-cache's \`fetch\` where that reads the clock at every call, as a region does; ${inAll(ofLru(of, "lru-cache"))} times as long by default, where it reads the clock again once a timer has fired.`,
    holds: (of) => ofLru(of, exact).every((ratio) => ratio <= 1),
  },
  {
    text: () => "A stampede of 10,000 callers costs one creation, in every engine.",
    holds: (of) => ["node24", "chromium", "firefox"].every((engine) => of(engine, "stampede").creations === 1),
  },
  {
    text: (of) => `Where there are ten times more keys than entries, ${percent(of("node24", "zipf").hitRatio)} of Zipf-distributed reads are hits, beside ${percent(of("node24", "zipf", "lru-cache").hitRatio)} with lru-cache.`,
    holds: (of) => of("node24", "zipf").hitRatio > of("node24", "zipf", "lru-cache").hitRatio + 0.05,
  },
  {
    text: (of) => `\`getMulti\` takes ${time(of, "get-multi")} a key, ${of("node24", "get-multi", "cache-manager").toUs} times less than cache-manager's \`mget\`, and ${of("node24", "get-multi", "cacheable").toUs} times less than cacheable's \`getMany\`.`,
    holds: (of) => ratios(of, "get-multi", ["cache-manager", "cacheable"]).every((ratio) => ratio > 5),
  },
  {
    text: (of) => `Among 1,000,000 entries a hit takes ${growth(of, "entries-10", "entries-1000000", us)} times as long as among 10, since memory is slower than the processor's cache: the floor, ${growth(of, "entries-10", "entries-1000000", floor)} times.`,
    holds: (of) => growth(of, "entries-10", "entries-1000000", us) < 3 * growth(of, "entries-10", "entries-1000000", floor),
  },
  {
    text: (of) => `Each of 100,000 callers of one cold key takes ${growth(of, "waiters-100", "waiters-100000", us)} times as long as each of 100: the floor, ${growth(of, "waiters-100", "waiters-100000", floor)} times.`,
    holds: (of) => growth(of, "waiters-100", "waiters-100000", us) < 4,
  },
  {
    text: (of, bytes) => `A bundle of \`createRegion\` and \`MemoryBackend\` weighs ${(bytes[us] / 1000).toFixed(1)} kB, minified and gzipped, with the WebAssembly in it.`,
    holds: (_of, bytes) => bytes[us] <= 52_000,
  },
  {
    text: (of) => `A caller of a stampede takes ${slower(of, "stampede")} times as long as with lru-cache's \`fetch\`.`,
    holds: (of) => of("node24", "stampede", "lru-cache").toUs > 0.95,
  },
  {
    text: (of) => `In Chromium and Firefox a cold key takes ${slower(of, "cold", "chromium")} and ${slower(of, "cold", "firefox")} times as long as with it.`,
    holds: (of) => ["chromium", "firefox"].every((engine) => slower(of, "cold", engine) < 1),
  },
  {
    text: (of) => `Where it loses in Node 24: lru-cache, which knows neither regions nor other stores, is ${slower(of, "cold")} times faster with a cold key, ${slower(of, "stale")} times with a stale hit, and starts ${slower(of, "start-up")} times faster, as it has no WebAssembly to compile.`,
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
