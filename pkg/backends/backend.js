import { pending } from "../promises.js";
import { hasMethod, isObject, member } from "../members.js";
import { describe, describePart, refused, refusedAs } from "../errors.js";

const KEYV_ALLOWED =
  "an object around the Keyv: { get: (key) => keyv.get(key), set: (key, value, hint) => keyv.set(key, value, hint && hint.expirationTime * 1000), delete: (key) => keyv.delete(key) }";
/** A Keyv's `set` takes milliseconds as its third argument: with a region's hint, records would never expire, or be lost. */
const isKeyv = (backend) => isObject(backend) && isObject(member(backend, "opts")) && ["has", "disconnect"].every((name) => hasMethod(backend, name));

/** Checks a backend: any object with `get`, `set` and `delete`. */
export function usableBackend(backend, what = "backend") {
  if (isKeyv(backend)) throw refusedAs(what, KEYV_ALLOWED, "a Keyv, whose set takes milliseconds");
  const missing = ["get", "set", "delete"].filter((method) => !hasMethod(backend, method));
  if (missing.length === 0) return backend;
  const orName = what === "backend" ? ", or a registered name" : "";
  throw refused(what, `an object with get, set and delete${orName} (missing: ${missing.join(", ")})`, backend);
}

/** The region of each proxy. A proxy around a second backend would no longer be around its first. */
const regions = new WeakMap();

/** `wrap: [A, B]` is region -> A -> B -> backend. Classes are instantiated. All are checked before any is wrapped. */
export function wrapped(backend, wrap, region) {
  if (wrap === undefined || wrap === null) return backend;
  if (!Array.isArray(wrap)) throw refused("wrap", "an array of proxies", wrap);
  const proxies = wrap.map((proxy) => (typeof proxy === "function" ? new proxy() : proxy));
  for (const proxy of proxies) {
    if (!hasMethod(proxy, "wrap")) throw refusedAs("a proxy", "a ProxyBackend, or a class of them", describePart(proxy));
    usableBackend(proxy);
    const isElsewhere = (regions.get(proxy) ?? region) !== region;
    if (isElsewhere || stands(proxy, backend) || proxies.filter((each) => each === proxy).length > 1) {
      throw refusedAs("a proxy", "used in one place only", "in another region or twice in this one");
    }
  }
  for (const proxy of proxies) regions.set(proxy, region);
  return proxies.reduceRight((inner, proxy) => proxy.wrap(inner), backend);
}

/** The backend or proxy behind a proxy. */
export const proxiedBy = (backend) => member(backend, "proxied");

/** Whether it is a backend, or one of the proxies around it. */
const stands = (proxy, backend) => proxy === backend || (isObject(proxiedBy(backend)) && stands(proxy, proxiedBy(backend)));

/** The result of reading a key: `{ value }` or `{ error }`. */
const value = (answer) => ({ value: answer });
const failure = (error) => ({ error });
export const isFailure = (outcome) => Object.hasOwn(outcome, "error");

/** Returns one outcome per key, or a promise of them. It never throws, because other callers wait for it. Without `getMulti`, keys are read one by one. */
export function read(setup, keys, multi) {
  const { backend } = setup;
  try {
    if (multi && hasMethod(backend, "getMulti")) return readTogether(setup, keys);
  } catch (error) {
    return keys.map(() => failure(error));
  }
  return together(keys.map((key) => outcome(setup, () => backend.get(key))));
}

function readTogether(setup, keys) {
  const oneEach = (all) => (isFailure(all) ? keys.map(() => all) : all.value.map(value));
  const all = outcome(
    setup,
    () => setup.backend.getMulti(keys),
    (answers) => checked(answers, keys.length),
  );
  return all instanceof Promise ? all.then(oneEach) : oneEach(all);
}

/** Returns an array without holes: a hole is a miss. */
function checked(answers, count) {
  if (Array.isArray(answers) && answers.length === count) return Array.from(answers);
  const given = Array.isArray(answers) ? `an array of ${answers.length}` : describe(answers);
  throw refusedAs("the result of the backend's getMulti", `an array of ${count}, one record for each key`, given);
}

/** Writes a record for each key. Throws and returns what the backend does. */
export function write({ backend }, keys, records, multi, hint) {
  if (!multi) return backend.set(keys[0], records[0], hint);
  if (keys.length === 0) return undefined;
  const values = new Map(keys.map((key, index) => [key, records[index]])); // of two keys that are the same to the backend, the later one counts
  if (hasMethod(backend, "setMulti")) return backend.setMulti(values, hint);
  return each(values, ([key, record]) => backend.set(key, record, hint));
}

/** Deletes each key. */
export function remove({ backend }, keys, multi) {
  if (!multi) return backend.delete(keys[0]);
  if (hasMethod(backend, "deleteMulti")) return backend.deleteMulti(keys);
  return each(new Set(keys), (key) => backend.delete(key));
}

/** Calls for every item, even if some fail; rejects with the first failure when all are done. */
function each(items, call) {
  const outcomes = together(Array.from(items, (item) => outcome(undefined, () => call(item))));
  return outcomes instanceof Promise ? outcomes.then(throwFirst) : throwFirst(outcomes);
}

function throwFirst(outcomes) {
  const failed = outcomes.find(isFailure);
  if (failed !== undefined) throw failed.error;
}

/** The outcome of a call to the backend, or a promise of it, which never rejects. `check` may throw. */
function outcome(setup, call, check = (answer) => answer) {
  try {
    const answer = call();
    const promise = pending(answer);
    if (promise === undefined) return value(check(answer));
    return (setup === undefined ? promise : setup.answered(promise)).then((settled) => value(check(settled))).catch(failure);
  } catch (error) {
    return failure(error);
  }
}

const together = (outcomes) => (outcomes.some((each) => each instanceof Promise) ? Promise.all(outcomes) : outcomes);
