import { expect, test, vi } from "vitest";
import { createRegion, MemoryBackend } from "dogpile";
import { checkAfterEach, counted, now } from "../helpers.js";
import { integers } from "../random/plan.js";

checkAfterEach();

/** What a caller gets, and whether a creator was called for it. */
async function ask(region, method, options) {
  const creator = counted(() => "created");
  const answer =
    method === "getOrCreate" ? await region.getOrCreate("k", creator, options) : await region[method](method === "getMulti" ? ["k"] : "k", options);
  return [answer, creator.times];
}

test("the warm path answers as the full way does, which an observer makes every call go", async () => {
  const pick = (random, choices) => choices[random(choices.length)];
  let [warm, created] = [0, 0];
  for (let seed = 1; seed <= 1_000; seed += 1) {
    const random = integers(seed);
    const expirationTime = pick(random, [undefined, 10, 1_000, -1, "1h"]);
    const metadata = {
      ct: pick(random, [now() - 5, now() - 100, now() - 5_000, now() + 5_000, now() + 30, now() + 61, 0, Number.NaN, undefined, "now"]),
      v: pick(random, [2, 2, 2, 1, undefined]),
    };
    if (random(3) === 0) metadata.et = pick(random, [1, 50, 1e6, -1]);
    const stored = pick(random, [
      { payload: "stored", metadata },
      { payload: "stored", metadata },
      { payload: "stored", metadata },
      undefined,
      "no record",
      { payload: "stored" },
    ]);
    const options = pick(random, [undefined, {}, { expirationTime: 20 }, { expirationTime: -1 }, { expirationTime: "2m" }, { expirationTime: 0 }]);
    const method = pick(random, ["getOrCreate", "getOrCreate", "get", "getMulti"]);
    const invalidation = pick(random, [undefined, undefined, undefined, true, false]);
    const corrected = pick(random, [undefined, undefined, -70, -1e7, 30]); // seconds that the clock is set by after the invalidation
    const frozen = now();
    const answers = [];
    for (const observer of [undefined, { onHit() {} }]) {
      const region = createRegion({
        backend: new MemoryBackend({ cache: new Map(stored === undefined ? [] : [["k", structuredClone(stored)]]) }),
        expirationTime,
        observer,
      });
      const clock = vi.spyOn(Date, "now").mockReturnValue(frozen * 1000);
      if (invalidation !== undefined) await region.invalidate(invalidation);
      if (corrected !== undefined) clock.mockReturnValue((frozen + corrected) * 1000);
      const answer = await ask(region, method, options);
      const { hits, misses, staleHits, creations } = region.stats;
      clock.mockRestore();
      answers.push({ answer, stats: { hits, misses, staleHits, creations } });
    }
    expect(answers[0], `seed ${seed}: ${method} ${JSON.stringify({ stored, expirationTime, options, invalidation, corrected })}`).toEqual(answers[1]);
    if (answers[0].stats.hits > 0) warm += 1;
    if (answers[0].stats.creations > 0) created += 1;
  }
  expect(warm).toBeGreaterThan(50);
  expect(created).toBeGreaterThan(50);
});
