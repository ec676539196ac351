// Nothing grows: what was counted or noted for a key is gone when nothing is under way for it.
import { expect, test } from "vitest";
import { MemoryBackend, TieredBackend } from "dogpile";
import { checkAfterEach, outcome, turns } from "../helpers.js";
import { Hub, record, stillClock, UnsureBackend } from "./helpers.js";

checkAfterEach();

const KEYS = 3000;
/** Of the last keys that were read it is known for a second that they were. */
const NOTED = 1000;

/** Every Map and Set that keys of the test were put into again and again, apart from the stores: those of one call get few. */
function watchCollections(isKey, stores) {
  const seen = new Map();
  const [mapSet, setAdd] = [Map.prototype.set, Set.prototype.add];
  const note = (collection, key) => isKey(key) && mapSet.call(seen, collection, (seen.get(collection) ?? 0) + 1);
  Map.prototype.set = function (key, value) {
    note(this, key);
    return mapSet.call(this, key, value);
  };
  Set.prototype.add = function (key) {
    note(this, key);
    return setAdd.call(this, key);
  };
  const isLasting = ([collection, times]) => times > KEYS / 10 && !stores.includes(collection);
  return {
    sizes: () => [...seen].filter(isLasting).map(([collection]) => [...collection.keys()].filter(isKey).length),
    end: () => {
      Map.prototype.set = mapSet;
      Set.prototype.add = setAdd;
    },
  };
}

test("counters, debts and messages", async () => {
  const clock = stillClock();
  const hub = new Hub();
  const [bus, other] = [hub.bus(), hub.bus()];
  const near = new Map();
  const far = new UnsureBackend();
  const tier = new TieredBackend(new MemoryBackend({ cache: near }), far, { bus, pause: 0, onError: () => {} });
  const name = `growth ${Math.random()} `;
  const watched = watchCollections((key) => typeof key === "string" && key.startsWith(name), [near, far.store]);
  try {
    const all = [];
    for (let index = 0; index < KEYS; index++) {
      const key = `${name}${index}`;
      far.isAway = index % 3 === 0;
      all.push(tier.get(key), tier.set(key, record(index)), tier.getMulti([key, `${key} too`]), index % 2 ? tier.delete(key) : tier.getMutex(key)?.handover());
      if (index % 5 === 0) other.publish(JSON.stringify({ d: 1, from: "other", keys: [key] }));
      if (index % 50 === 0) await turns(20);
    }
    far.isAway = false;
    await Promise.all(all.map((each) => outcome(Promise.resolve(each))));
    clock.pass(60);
    await outcome(tier.get(`${name}after`));
    for (let round = 0; tier.stats.owed > 0 && round < 1000; round++) await turns();
    await turns();
    expect(tier.stats.owed).toBe(0);
    const sizes = watched.sizes();
    expect(sizes.length, "counters, debts, messages and what was read").toBe(4);
    expect(sizes.sort((one, other) => one - other)).toEqual([0, 0, 0, NOTED]);
  } finally {
    watched.end();
  }
});
