import { expect, test } from "vitest";
import { checkAfterEach } from "./helpers.js";
import { play } from "./random/run.js";
import { report } from "./random/report.js";

checkAfterEach();

/** More seeds than fit: SEEDS=100000 FROM=1 npx vitest run --root tests --project behaviour-node random */
const { SEEDS, FROM = 1 } = globalThis.process?.env ?? {};
const seconds = globalThis.process === undefined ? 3 : 25;

/** Where hardly any other found what had been broken on purpose. */
const rare = [];

/** Plays one seed after another, and tells of those that broke a promise: the first few in their simplest form. */
async function playAll(seeds) {
  const failing = [];
  for (const seed of seeds) {
    const { violations } = await play({ seed });
    if (violations.length > 0) failing.push(seed);
    if (failing.length === 20) break;
  }
  const reports = [];
  for (const seed of failing.slice(0, 3)) reports.push(await report(seed));
  if (failing.length > 0) expect.fail(`failing seeds: ${failing.join(", ")}\n${reports.join("\n\n")}`);
}

function* upTo(first, count) {
  const told = Math.max(1, count / 20);
  for (let seed = first; seed < first + count; seed++) {
    if (SEEDS !== undefined && seed % told < 1) console.log(`seed ${seed}`);
    yield seed;
  }
}

function* untilTimeIsUp() {
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) yield Math.floor(Math.random() * 2 ** 31);
}

test("random interleavings of a fixed list of seeds keep every promise", () => playAll([...rare, ...upTo(1, 1000)]), 60_000);

test(
  "random interleavings of new seeds keep every promise",
  () => playAll(SEEDS === undefined ? untilTimeIsUp() : upTo(Number(FROM), Number(SEEDS))),
  SEEDS === undefined ? 120_000 : 0,
);
