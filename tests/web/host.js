// The host of the package, for a region over a Map: what pkg/region makes of options, serializers and strategies is left out.
import { Call } from "../../pkg/host/call.js";
import { Host } from "../../pkg/host/host.js";
import { Write } from "../../pkg/host/write.js";
import { TimeLimit } from "../../pkg/promises.js";
import { makeRecord, NO_TAGS } from "../../pkg/records/record.js";
import { find, numbersOf } from "../../pkg/region/found.js";
import { useNumbers } from "./numbers.js";

const REQUEST = { isMulti: false, expiration: NaN, lockTimeout: NaN, timeout: NaN, staleIfError: NaN, tags: NO_TAGS };

/** `exports` are those of the module under test. */
export function newHost(exports) {
  useNumbers(exports);
  return new Host();
}

/** A region's part of the host. `core` is the exported class; the backend is the Map, which answers at once or by promise. */
export function newRegion(core, host, map, byPromise) {
  const answer = (value) => (byPromise ? Promise.resolve(value) : value);
  const backend = {
    get: (key) => answer(map.get(key)),
    set: (key, record) => answer(void map.set(key, record)),
    delete: (key) => answer(void map.delete(key)),
  };
  const setup = {
    backend,
    throws: false,
    lockTimeout: 30,
    answered: (promise) => promise,
    limit: new TimeLimit(Infinity),
    toStored: (record) => record,
    fromStored: (record) => record,
  };
  let now = 1_000;
  const stamp = () => (now += 1);
  return {
    core,
    host,
    setup,
    isPlain: true,
    reporter: { isObserved: false, tell() {}, error() {} },
    clock: { isOwn: true, read: stamp, readOrBegin: () => NaN },
    invalidations: { areOwn: true, told: NaN },
    stamp,
    hint: () => undefined,
    cachedValue: (record) => record,
    backendFailed(error) {
      throw error;
    },
  };
}

export const newCall = (region, key, signal) => new Call(region, [key], { ...REQUEST, signal }, ({ payload }) => payload);

export function newMultiCall(region, keys) {
  const call = new Call(region, keys, { ...REQUEST, isMulti: true }, ({ payload }) => payload);
  return Object.assign(call, { nameOf: (key) => key });
}

export function newWrite(region, key, payload) {
  const record = makeRecord(payload, region.stamp());
  return new Write(region, region.setup, [key], [record], () => region.setup.backend.set(key, record));
}

export const newDelete = (region, key) => new Write(region, region.setup, [key], [], () => region.setup.backend.delete(key));

export const promiseOf = (write) => write.promise;

/** `get`: the host reads, and asks `judge`. */
export function newReading(region, keys) {
  const judged = async () => {
    const stored = await Promise.all(keys.map((key) => region.setup.backend.get(key)));
    return stored.map((value) => {
      const { kind, ct, v, et } = numbersOf(find(region, region.setup, { value }, true));
      return region.core.judge(kind, ct, v, et, 0, NaN, false, NaN) === 0 ? value.payload : undefined;
    });
  };
  return { read: judged };
}
