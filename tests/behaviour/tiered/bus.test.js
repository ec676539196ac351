import { describe, expect, test, vi } from "vitest";
import { BroadcastBus, createRegion, MemoryBackend, TieredBackend } from "dogpile";
import { checkAfterEach, deferred, SlowMultiBackend, turns, until } from "../helpers.js";
import { Hub, record, tiers, UnsureBackend } from "./helpers.js";

checkAfterEach();

const message = (content) => JSON.stringify({ d: 1, from: "other", ...content });

/** Two processes over one far tier. */
function twoProcesses(options, far = new UnsureBackend()) {
  const hub = new Hub();
  const [one, other] = [0, 1].map(() => {
    const bus = hub.bus();
    return { bus, ...tiers({ bus, ...options }, far) };
  });
  return { one, other, far };
}

describe("rule 13, the bus", () => {
  test("keys of one turn share a message, at most 500 each", async () => {
    const { bus, tier } = twoProcesses().one;
    await Promise.all(["a", "b", "a"].map((key) => tier.set(key, record(key))));
    await turns();
    expect(bus.sent.map(({ keys }) => keys)).toEqual([["a", "b"]]);
    bus.sent.length = 0;
    await tier.setMulti(new Map(Array.from({ length: 1001 }, (_, index) => [`${index}`, record(index)])));
    await turns();
    expect(bus.sent.map(({ keys }) => keys.length)).toEqual([500, 500, 1]);
    expect(tier.stats.bus.sent).toBe(4);
  });

  test("keys that were told are deleted from near, and subscribers are told", async () => {
    const { one, other, far } = twoProcesses();
    await one.tier.set("k", record("old"));
    expect((await other.tier.get("k")).payload).toBe("old");
    const heard = [];
    const end = other.tier.subscribe((keys) => heard.push(keys));
    await one.tier.set("k", record("new"));
    await turns();
    expect(heard).toEqual([["k"]]);
    expect(other.near.get("k")).toBe(undefined);
    expect(far.count("get"), "nothing is fetched").toBe(1);
    expect((await other.tier.get("k")).payload).toBe("new");
    end();
    await one.tier.delete("k");
    await turns();
    expect(heard.length).toBe(1);
    expect(await other.tier.get("k")).toBe(undefined);
    expect(other.tier.stats.bus.received).toBe(3);
  });

  test("a clear empties the other near tier", async () => {
    const { one, other } = twoProcesses();
    await other.tier.set("k", record("value"));
    const heard = [];
    other.tier.subscribe((keys) => heard.push(keys));
    await one.tier.clear();
    await turns();
    expect(other.near.size).toBe(0);
    expect(heard).toEqual([undefined]);
  });

  test("what is no message of ours changes nothing", async () => {
    const { tier, near, bus } = twoProcesses().one;
    await tier.set("k", record("value"));
    const texts = ["", "text", "null", "[]", message({ d: 2, keys: ["k"] }), message({ keys: "k" }), message({ times: { key: "k" } }), message({ clear: 1 })];
    for (const text of texts) bus.tell("message", text);
    bus.tell("message", message({ keys: [1, null, { k: "k" }] }));
    bus.tell("message", message({ keys: Array.from({ length: 501 }, (_, index) => (index === 500 ? "k" : "x")) }));
    expect(near.get("k").payload).toBe("value");
  });

  test("what a subscriber throws reaches nobody else", async () => {
    const { tier, bus, told } = twoProcesses().one;
    const heard = [];
    tier.subscribe(() => {
      throw new Error("of the subscriber");
    });
    tier.subscribe((keys) => heard.push(keys));
    bus.tell("message", message({ keys: ["k"] }));
    expect(heard).toEqual([["k"]]);
    expect(told.map(([where]) => where)).toEqual(["bus"]);
  });

  test.each([
    ["throws", () => Promise.reject(new Error("away"))],
    [
      "rejects",
      () => {
        throw new Error("away");
      },
    ],
  ])("a bus that %s costs no caller anything, and is told", async (_name, publish) => {
    const { tier, told } = tiers({ bus: { publish, subscribe: () => () => {} } });
    await tier.set("k", record("value"));
    await turns();
    expect(told).toEqual([["bus", expect.objectContaining({ message: "away" })]]);
    expect(tier.stats.bus).toEqual({ sent: 1, received: 0, downs: 0, errors: 1 });
  });

  test("over a BroadcastChannel", async () => {
    const far = new SlowMultiBackend();
    const name = `dogpile tiers ${Math.random()}`;
    const buses = [0, 1].map(() => new BroadcastBus(name));
    const [one, other] = buses.map((bus) => new TieredBackend(new MemoryBackend(), far, { bus }));
    await one.set("k", record("old"));
    await until(async () => (await other.get("k"))?.payload === "old");
    await one.set("k", record("new"));
    await until(async () => (await other.get("k")).payload === "new");
    for (const closing of [one, other, ...buses]) closing.close();
  });

  test("close leaves the bus, once; the tiers stay usable", async () => {
    const { one, other } = twoProcesses();
    one.tier.close();
    one.tier[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
    expect(one.bus.listeners.size).toBe(0);
    await one.tier.set("k", record("value"));
    await turns();
    expect(other.tier.stats.bus.received).toBe(0);
    expect((await one.tier.get("k")).payload).toBe("value");
  });
});

describe("rule 14, up and down", () => {
  test("up empties near, the first one too, and tells subscribers that anything may have changed", async () => {
    const near = new MemoryBackend();
    near.set("k", record("old", { nt: Date.now() / 1000 }));
    const bus = new Hub().bus({ isUp: false });
    const { tier } = tiers({ bus }, new SlowMultiBackend(), near);
    expect((await tier.get("k")).payload).toBe("old");
    const heard = [];
    tier.subscribe((keys) => heard.push(keys));
    for (const _ of [1, 2]) {
      bus.tell("up");
      expect(near.size).toBe(0);
      await tier.set("k", record("value"));
    }
    expect(heard).toEqual([undefined, undefined]);
  });

  test("down empties nothing", async () => {
    const { tier, near, bus } = twoProcesses().one;
    await tier.set("k", record("value"));
    bus.tell("down");
    expect(near.size).toBe(1);
  });
});

describe("rule 18, another process's write and a creation here", () => {
  test.each(["set", "delete"])("a %s elsewhere: the creation's value is returned and not stored", async (operation) => {
    const { one, other, far } = twoProcesses();
    const [here, there] = [one, other].map(({ tier }) => createRegion({ backend: tier }));
    const creation = deferred();
    const answer = here.getOrCreate("k", () => creation.promise);
    await turns();
    await (operation === "set" ? there.set("k", "theirs") : there.delete("k"));
    await turns();
    creation.resolve("mine");
    expect(await answer).toBe("mine");
    await turns();
    expect(far.payload("k")).toBe(operation === "set" ? "theirs" : undefined);
    expect(await here.get("k")).toBe(operation === "set" ? "theirs" : undefined);
  });

  test("subscribers of a region are told", async () => {
    const { one, other } = twoProcesses();
    const [here, there] = [one, other].map(({ tier }) => createRegion({ backend: tier }));
    const heard = [];
    here.subscribe("k", (why) => heard.push(why));
    await there.set("k", "value");
    await until(() => heard.includes("elsewhere"));
  });

  test("over two tiers as the far tier: the inner one's bus is heard by the outer one", async () => {
    const hub = new Hub();
    const far = new SlowMultiBackend();
    const [one, other] = [0, 1].map(() => new TieredBackend(new MemoryBackend(), new TieredBackend(new MemoryBackend(), far, { bus: hub.bus() })));
    await one.set("k", record("old"));
    expect((await other.get("k")).payload).toBe("old");
    await one.set("k", record("new"));
    await turns();
    expect((await other.get("k")).payload).toBe("new");
    other.close();
    await one.set("k", record("newest"));
    await turns();
    expect((await other.get("k")).payload).toBe("new");
  });
});

test("by default the first error of each part goes to the console", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  const bus = { publish: () => Promise.reject(new Error("bus away")), subscribe: () => () => {} };
  const near = Object.assign(new UnsureBackend(), { isAway: true });
  const far = Object.assign(new SlowMultiBackend(), { serializer: JSON });
  const tier = new TieredBackend(near, far, { bus, pause: 0 });
  far.store.set("k", "no record");
  for (const _ of [1, 2]) {
    await tier.get("k");
    await tier.set("j", record("value"));
    await turns();
  }
  const texts = warn.mock.calls.map(([text]) => text);
  expect(texts.length).toBe(3);
  for (const part of ["the near tier", "the far tier", "the bus"]) expect(texts.filter((text) => text.includes(part)).length, part).toBe(1);
});
