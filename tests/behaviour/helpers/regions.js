// Regions that are looked over when the test has ended.
import { expect } from "vitest";
import { MemoryBackend, createRegion } from "dogpile";
import { until } from "./promises.js";
import { SlowBackend } from "./slow-backend.js";
import { counted } from "./values.js";

const watched = [];

/** A region that is looked over when the test has ended: nothing may be left behind under `keys`. */
export function makeRegion(options = {}, keys = ["k"]) {
  const region = createRegion({ backend: new MemoryBackend(), ...options });
  watched.push({ region, keys });
  return region;
}

/** A region over a SlowBackend. */
export function slowRegion(options = {}, keys = ["k"]) {
  const backend = new SlowBackend();
  return { backend, region: makeRegion({ backend, ...options }, keys) };
}

/** No key of the test's regions is locked, and a new creation behaves. */
export async function expectNothingLeft() {
  for (const entry of watched.splice(0)) await expectUnlocked(entry);
}

async function expectUnlocked({ region, keys }) {
  for (const key of keys) {
    const name = JSON.stringify(key.slice(0, 40));
    await until(async () => !(await region.keyIsLocked(key)));
    const creator = counted(() => "afterwards");
    expect(await region.getOrCreate(key, creator, { forceRefresh: true }), `${name} after the test`).toBe("afterwards");
    expect(creator.times, `creations of ${name} after the test`).toBe(1);
    expect(await region.keyIsLocked(key), `${name} is locked`).toBe(false);
  }
}
