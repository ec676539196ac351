import { describe, expect, test } from "vitest";
import { BroadcastBus, dogpileError, MemoryBackend, StoredInvalidationStrategy, TimeoutError, ValidationError } from "dogpile";
import { checkAfterEach, counted, deferred, makeRegion, until } from "../helpers.js";

checkAfterEach();

/** What a user may write over a server's publish and subscribe: an array of what was said, each listener told in its turn. */
class OwnBus {
  listeners = new Set();
  said = [];
  publish(text) {
    this.said.push(text);
    queueMicrotask(() => this.each((listener) => listener.message(text)));
  }
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
  each(work) {
    for (const listener of this.listeners) work(listener);
  }
}

const uniqueName = () => `dogpile test ${Math.random()}`;
const recorder = () => {
  const log = [];
  return { log, message: (text) => log.push(text), up: () => log.push("up"), down: () => log.push("down") };
};

describe("BroadcastBus", () => {
  test("carries texts to those of its name, and to nobody else", async () => {
    const name = uniqueName();
    const [here, there, elsewhere] = [name, name, `${name} 2`].map((each) => new BroadcastBus(each));
    const [own, heard, other] = [recorder(), recorder(), recorder()];
    [here, there, elsewhere].forEach((bus, index) => bus.subscribe([own, heard, other][index]));
    here.publish("one");
    here.publish("two");
    await until(() => heard.log.length === 3);
    expect([own.log, heard.log, other.log]).toEqual([["up"], ["up", "one", "two"], ["up"]]);
    for (const bus of [here, there, elsewhere]) bus.close();
  });

  test("takes no notice of what is no text", async () => {
    const name = uniqueName();
    const [bus, stranger] = [new BroadcastBus(name), new BroadcastChannel(name)];
    const heard = recorder();
    bus.subscribe(heard);
    for (const message of [1, null, { text: "one" }, "text"]) stranger.postMessage(message);
    await until(() => heard.log.length === 2);
    expect(heard.log).toEqual(["up", "text"]);
    stranger.close();
    bus.close();
  });

  test("a subscription ends alone, and all end with the bus", async () => {
    const name = uniqueName();
    const [bus, other] = [new BroadcastBus(name), new BroadcastBus(name)];
    const [first, second] = [recorder(), recorder()];
    const end = bus.subscribe(first);
    bus.subscribe(second);
    end();
    end();
    other.publish("one");
    await until(() => second.log.length === 2);
    bus.close();
    bus.close();
    bus.publish("into the void");
    expect([first.log, second.log]).toEqual([["up"], ["up", "one", "down"]]);
    other[Symbol.dispose ?? Symbol.for("Symbol.dispose")]();
  });

  test("what a listener throws reaches no other, and is said", async () => {
    const name = uniqueName();
    const [bus, other] = [new BroadcastBus(name), new BroadcastBus(name)];
    const heard = recorder();
    const said = [];
    const { warn } = console;
    console.warn = (text) => said.push(text);
    try {
      bus.subscribe({
        up() {},
        down() {},
        message() {
          throw new Error("of the listener");
        },
      });
      bus.subscribe(heard);
      other.publish("one");
      await until(() => heard.log.length === 2);
    } finally {
      console.warn = warn;
    }
    expect(said).toEqual([expect.stringContaining("Error: of the listener")]);
    bus.close();
    other.close();
  });

  test.each([undefined, null, 5, {}, ["name"]])("refuses %o as a name and as a message", (value) => {
    expect(() => new BroadcastBus(value)).toThrow(ValidationError);
    const bus = new BroadcastBus(uniqueName());
    expect(() => bus.publish(value)).toThrow(ValidationError);
    bus.close();
  });
});

describe("a StoredInvalidationStrategy over a bus of one's own", () => {
  const strategy = (bus) => new StoredInvalidationStrategy(new MemoryBackend(), { bus, refresh: "1h" });

  test("is told at once, takes no notice of itself, and leaves the bus when it is closed", async () => {
    const bus = new OwnBus();
    const [one, two] = [strategy(bus), strategy(bus)];
    const [here, there] = [one, two].map((regionInvalidator) => makeRegion({ regionInvalidator }));
    await there.set("k", "old");
    await here.invalidate();
    await until(async () => (await there.get("k")) === undefined);
    expect(bus.said.map((text) => JSON.parse(text))).toEqual([
      { d: 1, from: expect.any(String), times: { key: "dogpile:invalidation", hard: expect.any(Number) } },
    ]);
    one.close();
    two.close();
    expect(bus.listeners.size).toBe(0);
    await here.invalidate(false);
    expect(bus.said.length).toBe(1);
  });

  test("tells the subscribers of a region that has not read yet", async () => {
    const bus = new OwnBus();
    const [here, there] = [strategy(bus), strategy(bus)].map((regionInvalidator) => makeRegion({ regionInvalidator }));
    const heard = [];
    there.subscribe("k", (why) => heard.push(why));
    await here.invalidate();
    await until(() => heard.length > 0);
    expect(heard).toEqual(["invalidated"]);
  });

  test("a bus that subscribes by promise is left, and one that cannot fails nobody", async () => {
    const left = [];
    for (const subscribe of [async () => () => left.push("left"), () => Promise.reject(new Error("down"))]) {
      const own = strategy(Object.assign(new OwnBus(), { subscribe }));
      await makeRegion({ regionInvalidator: own }).invalidate();
      own.close();
      own.close();
    }
    await until(() => left.length > 0);
    expect(left).toEqual(["left"]);
  });

  test("reads the store again when messages arrive that did not before", async () => {
    const bus = new OwnBus();
    const store = new MemoryBackend();
    const [one, two] = [bus, undefined].map((each) => new StoredInvalidationStrategy(store, { bus: each, refresh: "1h" }));
    const [here, there] = [one, two].map((regionInvalidator) => makeRegion({ regionInvalidator }));
    await here.set("k", "old");
    expect(await here.get("k")).toBe("old");
    await there.invalidate();
    expect(await here.get("k")).toBe("old");
    bus.each((listener) => listener.up());
    expect(await here.get("k")).toBeUndefined();
  });

  test("a bus that fails fails nobody", async () => {
    const bus = new OwnBus();
    const fails = [
      () => {
        throw new Error("down");
      },
      () => Promise.reject(new Error("down")),
    ];
    const region = makeRegion({ regionInvalidator: strategy(bus) });
    for (const publish of fails) {
      bus.publish = publish;
      await region.set("k", "old");
      await region.invalidate();
      expect(await region.get("k")).toBeUndefined();
    }
  });

  test("a creation is fenced off by what the bus tells", async () => {
    const bus = new OwnBus();
    const [here, there] = [strategy(bus), strategy(bus)].map((regionInvalidator) => makeRegion({ regionInvalidator }));
    const creation = deferred();
    const creator = counted(() => creation.promise);
    const caller = here.getOrCreate("k", creator);
    await until(() => creator.times === 1);
    await there.invalidate();
    creation.resolve("too late");
    expect(await caller).toBe("too late");
    expect(await here.get("k")).toBeUndefined();
  });

  test.each([5, "channel", {}, { publish() {} }, { subscribe() {} }])("refuses %o", (bus) => {
    expect(() => strategy(bus)).toThrow(ValidationError);
  });

  test("refuses a channel beside it", () => {
    expect(() => new StoredInvalidationStrategy(new MemoryBackend(), { bus: new OwnBus(), channel: "c" })).toThrow("channel and bus");
  });
});

test("dogpileError makes an error of the package, of the class of its code", () => {
  const cause = new Error("below");
  const error = dogpileError("TIMEOUT", "too late", { cause });
  expect(error).toBeInstanceOf(TimeoutError);
  expect([error.code, error.message, error.cause]).toEqual(["TIMEOUT", "too late", cause]);
  for (const code of [undefined, "NONE", "toString", 5]) expect(() => dogpileError(code, "text")).toThrow(ValidationError);
});
