import { expect, test } from "vitest";
import { checkAfterEach } from "../helpers.js";
import { play } from "./run.js";
import { report } from "./report.js";

checkAfterEach();

/** More seeds than fit: SEEDS=100000 FROM=1 npx vitest run --root tests --project behaviour-node random.test */
const { SEEDS, FROM = 1 } = globalThis.process?.env ?? {};
const isBrowser = globalThis.process === undefined;

/** Where hardly any other found what had been broken on purpose. */
const rare = [647, 691, 785, 1558, 6686, 100550, 108376, 113018];

/** Plays one seed after another, and tells of those that broke a promise: the first few in their simplest form. */
async function playAll(seeds, setting) {
  const failing = [];
  for (const seed of seeds) {
    const { violations } = await play({ seed, ...setting });
    if (violations.length > 0) failing.push(seed);
    if (failing.length === 20) break;
  }
  const reports = [];
  for (const seed of failing.slice(0, 3)) reports.push(await report(seed, setting));
  if (failing.length > 0) expect.fail(`failing seeds: ${failing.join(", ")}\n${reports.join("\n\n")}`);
}

function* numbers(first, count) {
  for (let number = first; number < first + count; number++) yield number;
}

function* aloud(seeds, count) {
  let played = 0;
  for (const seed of seeds) {
    yield seed;
    if (++played % Math.ceil(count / 20) === 0) console.log(`${played} seeds played`);
  }
}

/** In their order: what one run finds the next one finds again. More are played by hand, with SEEDS. */
function* untilTimeIsUp(seconds) {
  const until = performance.now() + seconds * 1000;
  for (let seed = 1001; performance.now() < until; seed++) yield seed;
}

const fixed = [...rare, ...numbers(1, isBrowser ? 300 : 1000)];
const more = (seconds) => (SEEDS === undefined ? untilTimeIsUp(isBrowser ? 2 : seconds) : aloud(numbers(Number(FROM), Number(SEEDS)), Number(SEEDS)));

test("random interleavings of a fixed list of seeds keep every promise", () => playAll(fixed), 120_000);

test("random interleavings of as many more seeds as there is time for keep every promise", () => playAll(more(20)), SEEDS === undefined ? 120_000 : 0);

test(
  "values with tags, in as many more seeds, end when one of their tags does",
  () => playAll(more(15), { areTagged: true }),
  SEEDS === undefined ? 120_000 : 0,
);

test("many who ask alike, in as many more seeds, wait for one another", () => playAll(more(8), { areAlike: true }), SEEDS === undefined ? 120_000 : 0);
