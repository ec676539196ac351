import { describe, expect, test } from "vitest";
import { createRegion, TieredBackend } from "dogpile";
import { checkAfterEach, counted, deferred, outcome, SlowMultiBackend, turns } from "../helpers.js";
import { record, stillClock, tiers } from "./helpers.js";

checkAfterEach();

/** A far tier with locks, of which `log` tells what was asked. */
class LockingBackend extends SlowMultiBackend {
  log = [];
  holders = new Map();
  /** What the locks do beside being taken and given back. */
  extras = {};

  getMutex(key) {
    const mutex = {
      acquire: async (wait) => {
        this.log.push(`acquire ${wait}`);
        while (this.holders.has(key)) {
          if (!wait) return false;
          await this.holders.get(key).promise;
        }
        this.holders.set(key, deferred());
        mutex.isHeld = true;
        return true;
      },
      release: async (stored) => {
        if (!mutex.isHeld) return;
        this.log.push(["release", stored]);
        mutex.isHeld = false;
        this.holders.get(key).resolve();
        this.holders.delete(key);
      },
      locked: () => this.holders.has(key),
      ...this.extras,
    };
    return mutex;
  }
}

const locking = (options, extras = {}) => tiers(options, Object.assign(new LockingBackend(), { extras, serializer: JSON }));
const text = (payload) => `{"ct": 1700000000.0, "v": 2}|${JSON.stringify(payload)}`;

describe("rule 9, the far tier's lock", () => {
  test("is taken, asked and given back; what release passes on is far's text", async () => {
    const { tier, far } = locking();
    const [one, other] = [tier.getMutex("k"), tier.getMutex("k")];
    expect(await one.acquire(true)).toBe(true);
    expect([await other.locked(), await other.acquire(false)]).toEqual([true, false]);
    const waiting = other.acquire();
    await one.release(record("value"));
    expect(await waiting).toBe(true);
    await other.release();
    expect(far.log).toEqual(["acquire true", "acquire false", "acquire true", ["release", text("value")], ["release", undefined]]);
    expect(await other.locked()).toBe(false);
  });

  test("handover reads far past a near copy, and near has it then", async () => {
    const { tier, far, near } = locking();
    await tier.set("k", record("old"));
    far.store.set("k", text("theirs"));
    expect(await tier.getMutex("k").handover()).toEqual(record("theirs"));
    expect(near.get("k").payload).toBe("theirs");
  });

  test("without a near copy it leaves the read to the region, which asks far anyway", async () => {
    const { tier, far } = locking();
    expect(await tier.getMutex("k").handover()).toBe(undefined);
    expect(far.sent).toEqual([]);
  });

  test("what far hands over itself is given, deserialized, and near has it; what cannot be read is not", async () => {
    let left = text("left");
    const { tier, near, told } = locking({}, { handover: () => left });
    expect(await tier.getMutex("k").handover()).toEqual(record("left"));
    expect(near.get("k").payload).toBe("left");
    left = "unreadable";
    near.clear();
    expect(await tier.getMutex("k").handover()).toBe(undefined);
    expect(told.length).toBe(1);
  });

  test("a write meanwhile keeps what is handed over out of near", async () => {
    const left = deferred();
    const { tier, near } = locking({}, { handover: () => left.promise });
    const handover = tier.getMutex("k").handover();
    await tier.delete("k");
    left.resolve(text("left"));
    expect(await handover).toEqual(record("left"));
    expect(near.get("k")).toBe(undefined);
  });

  test("supersede passes far's text on, and is nothing where far has none", async () => {
    const given = [];
    const { tier } = locking({}, { supersede: (stored) => void given.push(stored) });
    await tier.getMutex("k").supersede(record("set"));
    await tier.getMutex("k").supersede();
    expect(given).toEqual([text("set"), undefined]);
    await locking().tier.getMutex("k").supersede(record("set"));
  });

  test("a record that is stale here and fresh there is not created again", async () => {
    const clock = stillClock();
    const { tier, far } = locking({ nearFor: "1h" });
    const region = createRegion({ backend: tier, expirationTime: 10, clock: () => clock.seconds });
    await region.set("k", "old");
    clock.pass(11);
    far.store.set("k", `{"ct": ${clock.seconds}, "v": 2}|"theirs"`);
    const creator = counted(() => "mine");
    expect(await region.getOrCreate("k", creator)).toBe("theirs");
    expect(creator.times).toBe(0);
  });

  test("two processes: one creation", async () => {
    const far = Object.assign(new LockingBackend(), { serializer: JSON });
    const regions = [0, 1].map(() => createRegion({ backend: tiers({}, far).tier }));
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const answers = regions.map((region) => region.getOrCreate("k", creator));
    await turns();
    creation.resolve("value");
    expect(await Promise.all(answers)).toEqual(["value", "value"]);
    expect(creator.times).toBe(1);
  });

  test("a caller's signal ends the wait, and is no failure of far", async () => {
    const reason = new Error("given up");
    const acquire = (_wait, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(reason)));
    const { tier } = locking({}, { acquire });
    const leaving = new AbortController();
    const waiting = tier.getMutex("k").acquire(true, { signal: leaving.signal });
    leaving.abort();
    expect(await outcome(waiting)).toEqual(["rejected", reason]);
    expect(tier.stats.far.errors).toBe(0);
    expect(await tier.get("k")).toBe(undefined);
  });

  test("acquire(false) is late after farTimeout, and what is granted then is given back; acquire(true) is not", async () => {
    const granted = deferred();
    const released = counted(() => {});
    const { tier } = locking({ farTimeout: "20ms" }, { acquire: () => granted.promise, release: released });
    const waiting = tier.getMutex("other").acquire(true);
    const [how, { name }] = await outcome(tier.getMutex("k").acquire(false));
    expect([how, name, released.times]).toEqual(["rejected", "TimeoutError", 0]);
    granted.resolve(true);
    expect(await waiting).toBe(true);
    await turns();
    expect(released.times).toBe(1);
  });

  test("release is sent in a pause, too", async () => {
    const { tier, far } = locking();
    const mutex = tier.getMutex("k");
    await mutex.acquire(false);
    far.rejectNext("get", new Error("away"));
    await outcome(tier.get("k"));
    expect(tier.getMutex("k")).toBe(undefined);
    await mutex.release();
    expect(far.holders.size).toBe(0);
  });
});

describe("rule 10, a far tier without locks", () => {
  test("a lock that is always free, whose handover reads far past near", async () => {
    const { tier, far } = tiers();
    await tier.set("k", record("old"));
    far.store.set("k", record("theirs"));
    const [one, other] = [tier.getMutex("k"), tier.getMutex("k")];
    expect([one.acquire(true), other.acquire(false), other.locked()]).toEqual([true, true, false]);
    expect(await one.handover()).toEqual(record("theirs"));
    await one.release(record("old"));
    expect(far.sent).toEqual(["set k", "get k"]);
  });

  test("a record that is stale here and fresh there is not created again", async () => {
    const clock = stillClock();
    const { tier, far } = tiers({ nearFor: "1h" });
    const region = createRegion({ backend: tier, expirationTime: 10, clock: () => clock.seconds });
    await region.set("k", "old");
    clock.pass(11);
    far.store.set("k", record("theirs", { ct: clock.seconds }));
    const creator = counted(() => "mine");
    expect(await region.getOrCreate("k", creator)).toBe("theirs");
    expect(creator.times).toBe(0);
    expect(far.count("get")).toBe(1);
  });

  test("none where the key was read from far within the last second: a cold key costs one far read", async () => {
    const clock = stillClock();
    const { tier, far } = tiers();
    const region = createRegion({ backend: tier });
    await region.getOrCreate("k", () => "value");
    expect(far.sent).toEqual(["get k", "set k"]);
    expect(tier.getMutex("k")).toBe(undefined);
    clock.pass(1.1);
    expect(tier.getMutex("k")).not.toBe(undefined);
  });

  test("of the last 1,000 keys that were read", async () => {
    const { tier } = tiers();
    await tier.getMulti(Array.from({ length: 1001 }, (_, index) => `${index}`));
    expect([tier.getMutex("0") === undefined, tier.getMutex("1") === undefined]).toEqual([false, true]);
  });

  test("an owed key is not read from far", async () => {
    const { tier, far } = tiers();
    await tier.set("k", record("old"));
    const mutex = tier.getMutex("k");
    far.rejectNext("set", new Error("away"));
    await outcome(tier.set("k", record("new")));
    expect(await mutex.handover()).toBe(undefined);
    expect(far.count("get")).toBe(0);
  });

  test("a far tier that gives no lock for a key is one without", () => {
    const far = Object.assign(new SlowMultiBackend(), { getMutex: () => undefined });
    expect(new TieredBackend(new SlowMultiBackend(), far).getMutex("k").acquire()).toBe(true);
  });
});
