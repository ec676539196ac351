import * as backends from "../backend.js";
import { describePart, refusedAs } from "../../errors.js";
import { hasMethod } from "../../members.js";
import { readRecord } from "../../records/record.js";
import { isSerialized } from "../../records/serializer.js";
import { readAll } from "./access.js";

/** The version of a copy whose payload is text or bytes that a region has made: to other readers it is a miss. */
const SERIALIZED = -1;

/** The near tier. What goes wrong there is told, and costs no caller anything. */
export class Near {
  #setup;
  #access;
  #reports;
  /** Copies from before are not used, by their `nt`: where something could not be removed. */
  #since = -Infinity;
  /** Keys whose writes are under way, in a tier that is asynchronous. */
  #writing = new Map();

  constructor(setup, access, reports) {
    this.#setup = setup;
    this.#access = access;
    this.#reports = reports;
  }

  /** The copy of a key as `{ value, nt }`, `undefined`, or a promise of that. */
  get(key) {
    if (this.#writing.has(key)) return undefined;
    const { backend } = this.#setup;
    return this.#tried(
      () => this.#access.ask(() => backend.get(key)),
      (stored) => this.#copyIn(key, stored),
    );
  }

  /** The same for many keys. */
  getMulti(keys) {
    const unsettled = new Set(this.#writing.keys());
    const copyOf = (key, outcome) => (outcome === undefined || unsettled.has(key) ? undefined : this.#copyOf(key, outcome));
    return this.#tried(
      () => readAll(this.#access, this.#setup, keys),
      (outcomes) => keys.map((key, index) => copyOf(key, outcomes?.[index])),
    );
  }

  set(key, value, hint) {
    this.setMulti(new Map([[key, value]]), hint);
  }

  setMulti(values, hint) {
    const keys = [...values.keys()];
    const send = () => {
      const copies = [...values.values()].map((value) => this.#setup.toStored(this.#copyFor(value)));
      return backends.write(this.#setup, keys, copies, keys.length > 1, hint);
    };
    if (keys.length > 0) this.#write(keys, send);
  }

  delete(keys) {
    if (keys.length > 0) this.#write(keys, () => backends.remove(this.#setup, keys, keys.length > 1));
  }

  /** Until that is done, what was there is not used. */
  clear() {
    const { backend } = this.#setup;
    const isPending = !hasMethod(backend, "clear") || this.#write([], () => backend.clear());
    if (isPending) this.#forget();
  }

  /** Whether a copy is of the time since which copies are used. */
  isCurrent(nt) {
    return nt >= this.#since;
  }

  #tried(ask, found) {
    if (this.#access.isPaused) return found(undefined);
    try {
      const answer = ask();
      const failed = (error) => this.#reports.tell(error, "near");
      return answer instanceof Promise ? answer.catch(failed).then(found) : found(answer);
    } catch (error) {
      this.#reports.tell(error, "near");
      return found(undefined);
    }
  }

  /** Whether it is not yet done. */
  #write(keys, send) {
    try {
      if (this.#access.isPaused) this.#forget();
      const answer = this.#access.isPaused ? undefined : this.#access.ask(send);
      if (!(answer instanceof Promise)) return false;
      this.#await(keys, answer);
      return true;
    } catch (error) {
      this.#failed(error);
      return false;
    }
  }

  #await(keys, answer) {
    for (const key of keys) this.#writing.set(key, (this.#writing.get(key) ?? 0) + 1);
    answer.catch((error) => this.#failed(error)).then(() => keys.forEach((key) => this.#wrote(key)));
  }

  #wrote(key) {
    const others = this.#writing.get(key) - 1;
    if (others === 0) this.#writing.delete(key);
    else this.#writing.set(key, others);
  }

  #failed(error) {
    this.#forget();
    this.#reports.tell(error, "near");
  }

  /** Nobody knows what is there. A millisecond later, since copies of this one may be among it. */
  #forget() {
    this.#since = Math.max(Date.now() / 1000 + 0.001, this.#since);
  }

  #copyFor(value) {
    const nt = Math.max(Date.now() / 1000, this.#since);
    if (isSerialized(value)) return { payload: value, metadata: { ct: nt, v: SERIALIZED, nt } };
    return { payload: value.payload, metadata: { ...value.metadata, nt } };
  }

  #copyOf(key, outcome) {
    if (!backends.isFailure(outcome)) return this.#copyIn(key, outcome.value);
    this.#reports.tell(outcome.error, "near");
  }

  /** A record without `nt` was put there by somebody else. */
  #copyIn(key, stored) {
    if (stored === undefined || stored === null || this.#writing.has(key)) return undefined;
    try {
      const found = readRecord(this.#setup.fromStored(stored));
      if (found === undefined) throw refusedAs("the stored value", "a record of dogpile", describePart(stored));
      const nt = found.extra?.nt;
      return nt !== undefined && this.isCurrent(nt) ? { nt, value: original(found) } : undefined;
    } catch (error) {
      this.#reports.tell(error, "near");
    }
  }
}

/** What was given to `set`. */
function original({ v, payload, record }) {
  if (v === SERIALIZED) return payload;
  const { nt: _, ...metadata } = record.metadata;
  return { payload, metadata };
}
