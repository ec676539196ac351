import { expect, test, vi } from "vitest";
import { createRegion } from "dogpile";
import { checkAfterEach, turns } from "./helpers.js";
import { History } from "./history.js";
import { IMPATIENT, LOCK_TIMEOUT, RandomBackend, World, fail } from "./simulation.js";

checkAfterEach();

/** A region, the calls that are made of it, and what they may come to. */
class Run {
  /** The calls that have not settled, and when they came. */
  #unsettled = new Map();
  #errors = new Set();

  constructor(seed) {
    this.world = new World(seed);
    const { random, isTimed } = this.world;
    this.random = random;
    this.keys = ["a", "b", "c"].slice(0, 1 + random.below(3));
    this.isQuiet = !isTimed && this.world.fails === 0 && random.chance(0.3);
    this.history = new History(this.world);
    this.onlyReads = this.isQuiet || random.chance(0.2);
    const observer = { onTakeover: (key) => this.history.takeOver(key) };
    this.region = createRegion({ backend: this.#newBackend(), lockTimeout: isTimed ? LOCK_TIMEOUT : Infinity, observer });
  }

  #newBackend() {
    return (this.history.backend = new RandomBackend(this.world, this.history));
  }

  async play() {
    const callers = Array.from({ length: 2 + this.random.below(5) }, () => ({ calls: 1 + this.random.below(7), isFree: true }));
    for (let step = 0; step < 400; step++) {
      const able = callers.filter(({ isFree, calls }) => isFree && calls > 0);
      if (able.length > 0 && this.random.chance(0.4)) this.#letCall(this.random.pick(able));
      else if (this.world.isTimed && this.random.chance(0.15)) await this.world.advance(1 + this.random.below(6));
      else if (!(await this.world.step(false)) && able.length === 0) break;
      if (this.random.chance(0.5)) await this.world.breathe();
    }
    if (this.world.isTimed) await this.#checkPatience();
    await this.world.finish();
    await this.#checkTheEnd();
  }

  #letCall(caller) {
    caller.calls -= 1;
    caller.isFree = false;
    const free = () => (caller.isFree = true);
    this.#call().then(free, free);
  }

  /** One random call; checks what it comes to. */
  #call() {
    const ask = () => this.#getOrCreate(this.random.pick(this.keys));
    const read = [ask, ask, () => this.#getOrCreateMulti(), () => this.#get()];
    const write = [() => this.#set(), () => this.#delete(), () => this.#setMulti(), () => this.#deleteMulti()];
    const calls = [...read, ...read, ...write, () => this.#invalidate(true), () => this.#invalidate(false)];
    if (this.random.chance(0.03) && !this.onlyReads) return this.#replaceBackend();
    return this.random.pick(this.onlyReads ? read : calls)();
  }

  #someKeys() {
    const keys = this.keys.filter(() => this.random.chance(0.7));
    return this.random.chance(0.5) ? keys.reverse() : keys;
  }

  #options() {
    const { random, world } = this;
    if (this.isQuiet) return { expirationTime: random.pick([undefined, Infinity]) };
    return {
      forceRefresh: random.chance(0.15),
      expirationTime: random.pick([undefined, undefined, 0, Infinity, -1]),
      shouldCacheFn: random.chance(0.1) ? () => false : undefined,
      lockTimeout: world.isTimed && random.chance(0.2) ? IMPATIENT : undefined,
    };
  }

  /** Keeps an eye on a call: it settles, and rejects only with what was thrown, or for want of time. */
  async #watch(name, promise, came = 0, keys = []) {
    this.#unsettled.set(name, came);
    try {
      return { value: await promise };
    } catch (error) {
      const isKnown = error?.message === "backend" || (this.#errors.has(error) && this.#counts(error, keys));
      this.world.expect(isKnown || (this.world.isTimed && error?.code === "TIMEOUT"), name, "rejects with", error);
      return { error };
    } finally {
      this.#unsettled.delete(name);
    }
  }

  /** A creator's error is for those who waited for it; that of a creation that was given up is for nobody. */
  #counts({ creations }, keys) {
    return creations.some(({ key, deposed }) => keys.includes(key) && deposed === undefined);
  }

  async #getOrCreate(key) {
    const came = this.world.tick();
    const options = this.#options();
    this.history.ask(key);
    const call = this.region.getOrCreate(key, () => this.#create([key], came, options)[0], options);
    await this.#receive(`getOrCreate ${key} of ${came}`, call.then((value) => [value]), [key], came, options);
  }

  async #getOrCreateMulti() {
    const came = this.world.tick();
    const [keys, options] = [this.#someKeys(), this.#options()];
    for (const key of keys) this.history.ask(key);
    const creator = (asked) => this.#answerTogether(this.#create(asked, came, options));
    await this.#receive(`getOrCreateMulti ${keys} of ${came}`, this.region.getOrCreateMulti(keys, creator, options), keys, came, options);
  }

  async #receive(name, call, keys, came, { forceRefresh }) {
    const { value: values, error } = await this.#watch(name, call, came, keys);
    if (error !== undefined) this.world.expect(error.message !== "backend", name, "rejects with the backend's error");
    values?.forEach((value, index) => {
      this.history.mayBeServed(value, keys[index], came);
      this.world.expect(!forceRefresh || value.kind === "created", name, "was not created");
    });
  }

  /** For each key a value, at once or by promise. May throw. */
  #create(keys, came, { shouldCacheFn }) {
    const creations = keys.map((key) => this.history.begin(key, came));
    const end = () => {
      for (const creation of creations) this.history.settle(creation, shouldCacheFn === undefined);
      if (this.random.chance(this.world.fails)) fail(this.#error(creations));
    };
    const how = this.random.below(10);
    if (how < 3) end();
    if (how < 3) return creations;
    const nested = how > 7 ? this.keys.find((key) => key > keys.toSorted().at(-1)) : undefined;
    const start = nested === undefined ? undefined : this.#getOrCreate(nested);
    const ended = Promise.resolve(start).then(() => this.world.later(end));
    return creations.map((creation) => ended.then(() => creation));
  }

  #answerTogether(values) {
    return this.random.chance(0.5) ? values : Promise.all(values);
  }

  #error(creations) {
    const error = Object.assign(new Error("creator"), { creations });
    this.#errors.add(error);
    return error;
  }

  async #get() {
    const [came, keys] = [this.world.tick(), this.#someKeys()];
    for (const key of keys) this.history.ask(key);
    const { value: values } = await this.#watch(`getMulti ${keys} of ${came}`, this.region.getMulti(keys));
    values?.forEach((value, index) => value !== undefined && this.history.mayBeServed(value, keys[index], came));
  }

  async #write(name, keys, value, call) {
    const succeed = this.history.fence(keys, { value, backend: this.history.backend });
    const { error } = await this.#watch(`${name} ${keys}`, call());
    if (error === undefined) succeed();
  }

  #set() {
    const key = this.random.pick(this.keys);
    const value = { key, kind: "set" };
    return this.#write("set", [key], [value], () => this.region.set(key, value));
  }

  #setMulti() {
    const keys = this.#someKeys();
    const values = keys.map((key) => ({ key, kind: "set" }));
    return this.#write("setMulti", keys, values, () => this.region.setMulti(values.map((value) => [value.key, value])));
  }

  #delete() {
    const key = this.random.pick(this.keys);
    return this.#write("delete", [key], undefined, () => this.region.delete(key));
  }

  #deleteMulti() {
    const keys = this.#someKeys();
    return this.#write("deleteMulti", keys, undefined, () => this.region.deleteMulti(keys));
  }

  async #invalidate(hard) {
    const succeed = this.history.fence(this.keys, { bars: hard, fencesReads: false });
    await this.region.invalidate(hard);
    succeed();
  }

  async #replaceBackend() {
    const isNew = this.random.chance(0.5);
    const succeed = this.history.fence(this.keys, { bars: isNew });
    const backend = isNew ? this.#newBackend() : this.history.backend;
    this.region.configure({ backend, replaceExistingBackend: true, lockTimeout: this.world.isTimed ? LOCK_TIMEOUT : Infinity });
    succeed();
  }

  /** After all that time nobody waits any more, except for a creator of his own. */
  async #checkPatience() {
    await this.world.wait();
    for (const [name, came] of this.#unsettled) this.world.expect(this.history.isCreating(came), name, "waits without end");
  }

  async #checkTheEnd() {
    const { history, region, world } = this;
    world.expect(this.#unsettled.size === 0, "never settled:", [...this.#unsettled.keys()].join("; "));
    for (const key of this.keys) {
      history.checkStore(key);
      this.#checkCosts(key);
      world.expect(!(await region.keyIsLocked(key)), key, "is locked");
      region.configure({ backend: { get() {}, set() {}, delete() {} }, replaceExistingBackend: true });
      world.expect((await region.getOrCreate(key, () => "afterwards")) === "afterwards", key, "is not created afterwards");
    }
  }

  /** A call leads a key once, and reads it once more than it is fenced off: at most twice. */
  #checkCosts(key) {
    const { history, world } = this;
    const [asked, created, read] = [history.asked, history.created, history.backend.reads].map((counts) => counts.get(key) ?? 0);
    const most = this.isQuiet ? 1 : asked;
    if (!world.isTimed) world.expect(created <= most && read <= 2 * asked, key, `asked for ${asked}, read ${read}, created ${created} times`);
  }
}

async function run(seed) {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date", "performance"] });
  try {
    const it = new Run(seed);
    await it.play();
    await turns();
    expect(it.world.violations, `seed ${seed}`).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
}

/** Where hardly any other found what had been broken on purpose: the claim of a flight, the end of one that was given up. */
const rare = [897961751, 825922043, 268168025];

test("random interleavings of a fixed list of seeds keep every promise", async () => {
  for (const seed of rare) await run(seed);
  for (let seed = 1; seed <= 1000; seed++) await run(seed);
}, 60_000);

test("random interleavings of new seeds keep every promise", async () => {
  const until = performance.now() + 1000;
  while (performance.now() < until) await run(Math.floor(Math.random() * 2 ** 31));
}, 60_000);
