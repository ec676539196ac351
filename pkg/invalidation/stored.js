import * as backends from "../backends/backend.js";
import { patience, seconds } from "../duration.js";
import { describePart, makeError, quoteKey, refused, refusedAs } from "../errors.js";
import { within } from "../promises.js";
import { makeRecord, readRecord } from "../records/record.js";
import { readOptions } from "../members.js";
import { attach } from "../host/hosts.js";
import { Write } from "../host/write.js";
import { Setup } from "../region/setup.js";
import { isKnownVersion, stampClock } from "../wasm/dogpile.js";
import { DefaultInvalidationStrategy, timesOf } from "./default.js";

const DEFAULT_REFRESH = 10;
/** A reader may have died with its request: whoever waits for it reads for himself then. */
const PATIENCE_WITH_READER = 1;

export class StoredInvalidationStrategy extends DefaultInvalidationStrategy {
  #setup;
  /** Where its writes are queued with those of regions over the same backend. */
  #queue;
  #key;
  #period;
  #channel;
  /** Whether the store was read, and when that began. */
  #isLoaded = false;
  #readAt = -Infinity;
  #reading;

  constructor(backend, options) {
    super();
    const { key = "dogpile:invalidation", refresh, channel } = readOptions(options, ["key", "refresh", "channel"]);
    if (typeof key !== "string") throw refused("key", "a string", key);
    const period = seconds(refresh, "refresh");
    this.#period = Number.isNaN(period) ? DEFAULT_REFRESH : period;
    this.#setup = new Setup(backends.usableBackend(backend), { keyMangler: undefined, serializer: undefined, wrap: undefined, lockTimeout: patience("30s"), throws: true });
    this.#key = this.#setup.mangle(key);
    this.#listen(channel ?? undefined);
  }

  invalidate(hard, now) {
    super.invalidate(hard, now);
    this.#channel?.postMessage(this.#times);
    return this.#store();
  }

  refresh(now) {
    if (!this.#isLoaded) return this.#reading === undefined ? this.#read(now) : this.#join(now);
    const isDue = now < this.#readAt || now - this.#readAt >= this.#period;
    return isDue ? this.#read(now) : undefined;
  }

  close() {
    this.#channel?.close();
    this.#channel = undefined;
    globalThis.removeEventListener?.("pageshow", this.#onPageShow);
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.close();
  }

  get #times() {
    const { hard, soft } = timesOf(this);
    return { hard: orNull(hard), soft: orNull(soft) };
  }

  /** An earlier time than what is known here changes nothing. */
  #merge(times) {
    if (typeof times?.hard === "number") super.invalidate(true, times.hard);
    if (typeof times?.soft === "number") super.invalidate(false, times.soft);
  }

  #read(now) {
    this.#readAt = now;
    const reading = this.#load().then(throwGiven).finally(() => {
      if (this.#reading === reading) this.#reading = undefined;
    });
    this.#reading = reading;
    return reading;
  }

  #join(now) {
    const late = makeError("TIMEOUT", "The invalidation times have not been read in time.");
    const orElse = (error) => (error === late ? this.#read(now) : Promise.reject(error));
    return within(this.#reading, PATIENCE_WITH_READER, () => late).catch(orElse);
  }

  /** Rejects where the store cannot be read; gives an error for what there is no sense in. */
  async #load() {
    const [outcome] = await backends.read(this.#setup, [this.#key], false);
    if ("error" in outcome) throw outcome.error;
    this.#isLoaded = true;
    const stored = outcome.value ?? undefined;
    if (stored === undefined) return undefined;
    try {
      this.#merge(this.#payloadOf(stored));
    } catch (error) {
      return error;
    }
  }

  /** A record of another version holds nothing that is known here. */
  #payloadOf(stored) {
    const found = readRecord(this.#setup.fromStored(stored));
    if (found === undefined || typeof found.record.payload !== "object") {
      throw refusedAs(`what the backend holds under ${quoteKey(this.#key)}`, "a record of invalidation times", describePart(stored));
    }
    return isKnownVersion(found.v) ? found.record.payload : undefined;
  }

  /** What others have stored meanwhile is not taken back. */
  async #store() {
    await this.#load();
    const { host, core } = (this.#queue ??= attach(this.#setup.actualBackend, { expiration: NaN, lockTimeout: Infinity, flags: 0 }));
    const keys = [this.#key];
    const send = () => backends.write(this.#setup, keys, [this.#setup.toStored(makeRecord(this.#times, stampClock(Date.now())))], false);
    const write = new Write({ core, mutexOf: () => undefined }, this.#setup, keys, [], send);
    core.set(host, this.#key, write);
    await write.promise;
  }

  #listen(name) {
    if (name === undefined) return;
    if (typeof name !== "string") throw refused("channel", "a string", name);
    if (typeof BroadcastChannel !== "function") return; // then there are no other tabs either
    this.#channel = new BroadcastChannel(name);
    this.#channel.unref?.();
    this.#channel.onmessage = ({ data }) => this.#merge(data);
    globalThis.addEventListener?.("pageshow", this.#onPageShow);
  }

  /** A page that comes back from the back/forward cache has missed what was said meanwhile. */
  #onPageShow = ({ persisted }) => {
    if (persisted) this.#isLoaded = false;
  };
}

function throwGiven(error) {
  if (error !== undefined) throw error;
}

const orNull = (time) => (time === -Infinity ? null : time);
