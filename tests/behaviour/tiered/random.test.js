import { expect, test } from "vitest";
import { runSchedule } from "./world.js";

/** Browsers run the same code more slowly. */
const SCHEDULES = globalThis.process?.versions?.node ? 20_000 : 2_000;
const PARTS = 10;
/** Of schedules that are new in each run; a failure names them. */
const FIRST = Math.floor(Math.random() * 2 ** 31);

test.each(Array.from({ length: PARTS }, (_, part) => part))(`schedules from seed ${FIRST}, part %i`, { timeout: 60_000 }, async (part) => {
  const size = SCHEDULES / PARTS;
  let served = 0;
  for (let seed = FIRST + part * size; seed < FIRST + (part + 1) * size; seed++) {
    const schedule = await runSchedule(seed);
    expect(schedule.violations, `what was served of seed ${seed}`).toEqual([]);
    served += schedule.served;
  }
  expect(served).toBeGreaterThan(5 * size);
});
