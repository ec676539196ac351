// Rule 19: the region's warm path looks into a near MemoryBackend. It must not give what the full way would not.
import { describe, expect, test } from "vitest";
import { createRegion, MemoryBackend, TieredBackend } from "dogpile";
import { checkAfterEach, counted, outcome, SlowMultiBackend, turns } from "../helpers.js";
import { integers } from "../random/plan.js";
import { Hub, record, stillClock, tiers, UnsureBackend } from "./helpers.js";

checkAfterEach();

const asks = {
  getOrCreate: (region) => region.getOrCreate("k", () => "created"),
  get: (region) => region.get("k"),
  getMulti: async (region) => (await region.getMulti(["k"]))[0],
  getOrCreateMulti: async (region) => (await region.getOrCreateMulti(["k"], () => ["created"]))[0],
};

describe.each(Object.keys(asks))("%s", (name) => {
  const ask = asks[name];

  test("a near hit is a warm hit: the same promise's value, counted for both, far not asked", async () => {
    const { tier, far } = tiers();
    const region = createRegion({ backend: tier });
    const value = {};
    await region.set("k", value);
    for (const _ of [1, 2, 3]) expect(await ask(region)).toBe(value);
    expect(tier.stats.near).toEqual({ hits: 3, misses: 0, errors: 0 });
    expect(region.stats.hits).toBe(3);
    expect(far.count("get")).toBe(0);
  });

  test("past nearFor far is asked", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ nearFor: "1m" });
    const region = createRegion({ backend: tier });
    await region.set("k", "old");
    expect(await ask(region)).toBe("old");
    clock.pass(61);
    far.store.set("k", { payload: "newer", metadata: far.store.get("k").metadata });
    expect(await ask(region)).toBe("newer");
    expect(await ask(region)).toBe("newer");
    expect(tier.stats).toMatchObject({ near: { hits: 2, misses: 1 }, far: { hits: 1 } });
  });

  test("a miss in near is none of the region: far is asked", async () => {
    const { tier, far } = tiers();
    const region = createRegion({ backend: tier });
    far.store.set("k", record("theirs"));
    expect(await ask(region)).toBe("theirs");
  });

  test("a clock that was set back", async () => {
    const clock = stillClock();
    const { tier, far } = tiers();
    const region = createRegion({ backend: tier });
    await region.set("k", "old");
    clock.set(-3600);
    far.store.set("k", record("theirs"));
    expect(await ask(region)).toBe("theirs");
  });

  test("in a pause near serves, and after it the next read that is due tries", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ pause: "5s" });
    const region = createRegion({ backend: tier });
    await region.set("k", "old");
    clock.pass(60);
    far.rejectNext("get", new Error("away"));
    await outcome(tier.get("other"));
    const before = far.sent.length;
    expect(await ask(region)).toBe("old");
    expect(far.sent.length).toBe(before);
    clock.pass(5.1);
    expect(await ask(region)).toBe("old");
    expect(far.sent.length).toBe(before + 1);
  });

  test("an owed key is served from near for as long as it is owed", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ pause: 0 }, new UnsureBackend());
    const region = createRegion({ backend: tier });
    await region.set("k", "old");
    far.isAway = true;
    await outcome(region.set("k", "new"));
    clock.pass(3600);
    expect(await ask(region)).toBe("new");
    expect(far.count("get")).toBe(0);
  });

  test("what a message has deleted is not served", async () => {
    const hub = new Hub();
    const [bus, other] = [hub.bus(), hub.bus()];
    const { tier, far } = tiers({ bus });
    const region = createRegion({ backend: tier });
    await region.set("k", "old");
    far.store.set("k", record("theirs"));
    other.publish(JSON.stringify({ d: 1, from: "other", keys: ["k"] }));
    expect(await ask(region)).toBe("theirs");
  });

  test("what expired, or was invalidated, is not served", async () => {
    const clock = stillClock();
    const { tier } = tiers({ nearFor: "1h" });
    const region = createRegion({ backend: tier, expirationTime: 60, clock: undefined });
    await region.set("k", "old");
    clock.pass(1);
    await region.invalidate();
    expect(await ask(region)).not.toBe("old");
    await turns();
  });

  test("a subclass, or a backend whose get was replaced, goes the full way", async () => {
    class Own extends TieredBackend {
      asked = 0;
      get(key) {
        this.asked++;
        return super.get(key);
      }
      getMulti(keys) {
        this.asked++;
        return super.getMulti(keys);
      }
    }
    const tier = new Own(new MemoryBackend(), new SlowMultiBackend());
    const region = createRegion({ backend: tier });
    await region.set("k", "value");
    expect(await ask(region)).toBe("value");
    expect(tier.asked).toBe(1);
  });
});

test("it is taken where near is a MemoryBackend without copies, and no subclass", async () => {
  class Own extends MemoryBackend {}
  const nears = [new MemoryBackend(), new MemoryBackend({ clone: true }), new Own(), new SlowMultiBackend()];
  const areWarm = [];
  for (const near of nears) {
    const region = createRegion({ backend: tiers({}, new SlowMultiBackend(), near).tier });
    await region.set("k", "value");
    await turns();
    areWarm.push(region.getOrCreate("k", () => "created") === region.getOrCreate("k", () => "created")); // it keeps the promise of a value
  }
  const keepsPromises = Object.getOwnPropertySymbols(Promise.resolve()).length === 0; // not in Node before 24
  expect(areWarm).toEqual([keepsPromises, false, false, false]);
});

test("it answers as the full way does, which an observer makes every call go", { timeout: 30_000 }, async () => {
  const clock = stillClock();
  let [warm, far] = [0, 0];
  for (let seed = 1; seed <= 300; seed++) {
    const random = integers(seed);
    const pick = (choices) => choices[random(choices.length)];
    const [method, nearFor, expirationTime] = [pick(Object.keys(asks)), pick([0, 5, 100, -1]), pick([undefined, 50, -1])];
    const [age, wait, isPaused, isOwed, isDeleted] = [random(80), random(20), random(4) === 0, random(4) === 0, random(6) === 0];
    const answers = [];
    for (const observer of [undefined, { onHit() {} }]) {
      const { tier, far } = tiers({ nearFor, pause: isPaused ? "1h" : 0 }, new UnsureBackend());
      const region = createRegion({ backend: tier, expirationTime, observer });
      await tier.set("k", record("near", { ct: clock.seconds - age }));
      if (isOwed) {
        far.isAway = true;
        await outcome(tier.set("k", record("owed", { ct: clock.seconds - age })));
      } else if (isPaused) {
        far.isAway = true;
        await outcome(tier.get("other"));
      } else far.store.set("k", record("far", { ct: clock.seconds }));
      far.isAway = isPaused;
      if (isDeleted) tier.near.delete("k");
      clock.pass(wait);
      const answer = await outcome(asks[method](region));
      answers.push({ answer, hits: region.stats.hits, near: tier.stats.near, reads: far.sent.filter((entry) => entry.startsWith("get")).length });
      clock.pass(-wait);
    }
    const { near: _, ...told } = answers[0];
    const { near: __, ...expected } = answers[1];
    expect(told, `seed ${seed}: ${JSON.stringify({ method, nearFor, expirationTime, age, wait, isPaused, isOwed, isDeleted })}`).toEqual(expected);
    if (answers[0].answer[1] === "near" || answers[0].answer[1] === "owed") warm += 1;
    if (answers[0].answer[1] === "far") far += 1;
  }
  expect(warm).toBeGreaterThan(30);
  expect(far).toBeGreaterThan(30);
});

test("a replaced get is called", async () => {
  const { tier } = tiers();
  const region = createRegion({ backend: tier });
  await region.set("k", "value");
  tier.get = counted(() => record("other"));
  expect(await region.getOrCreate("k", () => "created")).toBe("other");
});

test("the records of two tiers in one process, and of a plain region over the near one", async () => {
  const clock = stillClock();
  const { tier, near } = tiers();
  const [region, plain] = [createRegion({ backend: tier }), createRegion({ backend: near })];
  await region.set("k", "value");
  clock.pass(60);
  expect(await plain.getOrCreate("k", () => "created"), "to it a copy is a record").toBe("value");
});

test("a wrapped region goes through the proxy", async () => {
  const { tier, far } = tiers();
  const region = createRegion({ backend: tier, keyMangler: (key) => `app:${key}` });
  await region.set("k", "value");
  expect(await region.getOrCreate("k", () => "created")).toBe("value");
  expect(far.payload("app:k")).toBe("value");
  expect(tier.stats.near.hits).toBe(1);
});
