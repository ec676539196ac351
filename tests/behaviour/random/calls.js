import { Creators } from "./creators.js";
import { CountedSignal, Kept } from "./signals.js";
import { someTags } from "./tags.js";
import { IMPATIENT } from "./world.js";

/** One call of a region's, and how it went. */
class Call {
  abortedAt = Infinity;
  settledAt = Infinity;
  timeout = Infinity;

  constructor(id, facts) {
    Object.assign(this, { id, ...facts });
  }

  get isSettled() {
    return this.settledAt < Infinity;
  }

  toString() {
    return `#${this.id} ${this.realm}.${this.name} ${this.keys}`;
  }
}

/** Makes random calls of random regions, and looks at what they come to. */
export class Calls {
  #world;
  #history;
  #promises;
  #creators;

  constructor(world, history, promises) {
    this.#world = world;
    this.#history = history;
    this.#promises = promises;
    this.#creators = new Creators(world, history, promises, this);
  }

  /** One random call of a realm's; settles when that has. */
  make(realm) {
    const { mayWrite, mayExpire } = this.#world;
    const writes = mayWrite ? 1 : 0;
    const name = this.#world.plan.weigh({
      getOrCreate: this.#world.plan.areAlike ? 12 : 4,
      get: 1,
      set: writes,
      delete: writes,
      invalidate: writes,
      getOrCreateMulti: 2,
      getMulti: 1,
      setMulti: writes,
      deleteMulti: writes,
      getOrCreateEntry: mayExpire ? 1 : 0,
      replace: writes / 4,
      invalidateTags: this.#world.tagging === "none" ? 0 : 3,
    });
    return this[name](realm);
  }

  getOrCreate(realm, key = this.#key(realm), nested = 0, name = "getOrCreate") {
    const [call, options] = this.#creating(realm, name, [key], nested);
    const creator = (...args) => this.#creators.create(call, [key], args, options)[0];
    const promise = realm.region[name](key, creator, options);
    return this.#receive(call, name === "getOrCreate" ? promise : promise.then((entry) => this.#open(entry, call)));
  }

  getOrCreateEntry(realm) {
    return this.getOrCreate(realm, undefined, 0, "getOrCreateEntry");
  }

  getOrCreateMulti(realm) {
    const keys = this.#keys(realm);
    const [call, options] = this.#creating(realm, "getOrCreateMulti", keys, 0);
    const creator = (asked, context) => this.#creators.createAll(call, asked, context, options);
    return this.#receive(call, realm.region.getOrCreateMulti(keys, creator, options), true);
  }

  get(realm) {
    const key = this.#key(realm);
    const call = this.#begin(realm, "get", [key]);
    return this.#receive(call, realm.region.get(key));
  }

  getMulti(realm) {
    const keys = this.#keys(realm);
    const call = this.#begin(realm, "getMulti", keys);
    return this.#receive(call, realm.region.getMulti(keys), true);
  }

  set(realm) {
    const value = this.#history.value(this.#key(realm));
    const options = this.#tagged([value]);
    return this.#write(realm, "set", [value.key], [value], () => realm.region.set(value.key, payloadOf(value), options));
  }

  setMulti(realm) {
    const values = this.#keys(realm).map((key) => this.#history.value(key));
    const entries = values.map((value) => [value.key, payloadOf(value)]);
    const options = this.#tagged(values);
    return this.#write(
      realm,
      "setMulti",
      values.map(({ key }) => key),
      values,
      () => realm.region.setMulti(entries, options),
    );
  }

  delete(realm) {
    const key = this.#key(realm);
    return this.#write(realm, "delete", [key], undefined, () => realm.region.delete(key));
  }

  deleteMulti(realm) {
    const keys = this.#keys(realm);
    return this.#write(realm, "deleteMulti", keys, undefined, () => realm.region.deleteMulti(keys));
  }

  invalidate(realm) {
    const hard = !this.#world.plan.chance(0.5);
    const call = this.#begin(realm, hard ? "invalidate" : "invalidate softly", realm.keys);
    this.#history.fenceCreations(realm);
    if (this.#world.strategy === "own") this.#history.invalidate(realm, { hard, at: this.#world.tick(), realm });
    return this.#watch(call, realm.region.invalidate(hard));
  }

  async invalidateTags(realm) {
    const { plan } = this.#world;
    const [tags, hard] = [plan.pick([["x"], ["y"], ["x", "y"]]), !plan.chance(0.5)];
    const call = this.#begin(realm, `invalidateTags ${tags}${hard ? "" : " softly"}`, realm.keys);
    const resolve = this.#history.tags.invalidate(realm, tags, hard);
    const { error } = await this.#watch(call, realm.region.invalidateTags(tags, hard));
    if (error === undefined) resolve();
  }

  async replace(realm) {
    const isNew = this.#world.plan.chance(0.5);
    this.#world.log(() => `${realm} gets ${isNew ? "a new store" : "the same store again"}`);
    this.#history.replace(realm, isNew);
    realm.replaceBackend(isNew);
  }

  /** One who waits, if there is one who can, is detached by his signal. */
  abort() {
    const able = this.#history.calls.filter((call) => call.counted !== undefined && !call.isSettled && call.abortedAt === Infinity);
    if (able.length === 0) return;
    const call = this.#world.plan.pick(able);
    call.abortedAt = this.#world.tick();
    this.#world.log(() => `${call} is detached`);
    call.counted.abort(new Error(`the signal of ${call}`));
  }

  /** The options of a `set` of these values. */
  #tagged(values) {
    const tags = someTags(this.#world);
    for (const value of values) this.#history.tags.name(value, tags);
    return tags === undefined ? undefined : { tags };
  }

  #key(realm) {
    return this.#world.plan.pick(realm.keys);
  }

  #keys(realm) {
    const keys = realm.keys.filter(() => !this.#world.plan.chance(0.3));
    return this.#world.plan.chance(0.5) ? keys.reverse() : keys;
  }

  #begin(realm, name, keys, facts) {
    const { calls } = this.#history;
    const call = new Call(calls.length, { realm, name, keys, came: this.#world.tick(), seconds: this.#world.seconds, ...facts });
    calls.push(call);
    const about = facts && Object.entries(facts.options).filter(([, value]) => value !== undefined);
    this.#world.log(() => `${call}${about === undefined ? "" : ` ${describe(about)}`}`);
    return call;
  }

  #creating(realm, name, keys, nested) {
    const tags = someTags(this.#world);
    const options = { ...this.#options(name), ...(this.#world.mayLeave ? this.#waysOut() : {}), tags };
    const { timeout, staleIfError, forceRefresh } = options;
    const facts = {
      creates: true,
      isMulti: name === "getOrCreateMulti",
      nested,
      isNested: nested > 0,
      timeout: timeout ?? Infinity,
      staleIfError,
      forceRefresh,
    };
    const call = this.#begin(realm, name, keys, { ...facts, options });
    if (this.#world.mayLeave) this.#addSignal(call, options);
    return [call, options];
  }

  #options(name) {
    const { plan, isTimed, mayExpire } = this.#world;
    if (plan.areAlike) return { expirationTime: plan.pick([undefined, undefined, undefined, mayExpire ? 0 : undefined]) };
    if (!mayExpire) return { expirationTime: plan.pick([undefined, Infinity, -1]) };
    return {
      forceRefresh: plan.chance(0.15) || undefined,
      expirationTime: plan.pick([undefined, undefined, Infinity, 0, -2, isTimed ? 4 : undefined]),
      shouldCacheFn: plan.chance(0.1) ? () => false : undefined,
      lockTimeout: isTimed && plan.chance(0.2) ? IMPATIENT : undefined,
      creatorArgs: name === "getOrCreate" && plan.chance(0.1) ? ["argument", 2] : undefined,
    };
  }

  #waysOut() {
    const { plan, isTimed } = this.#world;
    return {
      timeout: isTimed && plan.chance(0.2) ? plan.pick([7, 3, 1, 25]) : undefined,
      staleIfError: plan.chance(0.2) ? 100_000 : undefined,
    };
  }

  #addSignal(call, options) {
    const { plan } = this.#world;
    if (plan.chance(0.2)) {
      call.counted = new CountedSignal();
      call.signal = options.signal = call.counted.signal;
      this.#world.log(() => `${call} has a signal`);
      if (plan.chance(0.05)) call.counted.abort((call.abortedAt = call.came) && new Error("aborted before"));
    }
    if (plan.chance(0.15)) {
      call.kept = new Kept();
      options.waitUntil = call.kept.waitUntil;
    }
  }

  /** Keeps an eye on a call: it settles, and rejects only with what it may. */
  async #watch(call, promise) {
    try {
      return { result: await promise };
    } catch (error) {
      call.hasFailed = true;
      this.#world.log(() => `${call} is rejected: ${error}`);
      this.#promises.mayFail(error, call);
      return { error };
    } finally {
      call.settledAt = this.#world.tick();
      this.#world.expect(!(call.counted?.listeners > 0), "nobody listens to the signal of a call that is over", call);
    }
  }

  async #receive(call, promise, isMany = false) {
    const { result, error } = await this.#watch(call, promise);
    if (error !== undefined || call.hasFailed) return;
    const payloads = isMany ? result : [result];
    this.#world.expect(payloads.length === call.keys.length, "a value for each key", call);
    const values = payloads.map((payload, index) =>
      payload === undefined && !call.creates ? undefined : this.#promises.mayBeServed(payload, call.keys[index], call),
    );
    this.#world.log(() => `${call} gets ${values.map((value) => value ?? "nothing")}`);
    this.#promises.mayBeTheAnswer(values, call);
  }

  #open({ payload, state }, call) {
    const isCreated = this.#history.valueOf(payload)?.isCreated;
    this.#world.expect(
      ["fresh", "stale", "created", "coalesced"].includes(state) && (isCreated || !["created", "coalesced"].includes(state)),
      "an entry says how it was come by",
      call,
      state,
    );
    if (state === "fresh") this.#promises.mayBeServedByTags(this.#history.valueOf(payload), call, true);
    return payload;
  }

  async #write(realm, name, keys, values, send) {
    const call = this.#begin(realm, name, keys);
    const succeed = this.#history.write(realm, keys, values);
    const { error } = await this.#watch(call, send());
    if (error === undefined) succeed();
  }
}

const payloadOf = ({ id, key }) => ({ id, key });

const describe = (options) => `{ ${options.map(([name, value]) => `${name}: ${typeof value === "function" ? "no" : value}`).join(", ")} }`;
