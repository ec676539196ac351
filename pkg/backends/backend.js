import { pending } from "../promises.js";
import { hasMethod, isObject, member } from "../members.js";
import { describe, describePart, refused, refusedAs } from "../errors.js";

const KEYV_ALLOWED =
  "an object around the Keyv: { get: (key) => keyv.get(key), set: (key, value, hint) => keyv.set(key, value, hint && hint.expirationTime * 1000), delete: (key) => keyv.delete(key) }";
/** Its third argument is a time to live in milliseconds: a hint would make records that never expire, or that are lost. */
const isKeyv = (backend) => isObject(backend) && isObject(member(backend, "opts")) && ["has", "disconnect"].every((name) => hasMethod(backend, name));

/** A backend is any object with `get`, `set` and `delete`; the multi calls are optional, and every answer may be a promise. */
export function usableBackend(backend) {
  if (isKeyv(backend)) throw refusedAs("backend", KEYV_ALLOWED, "a Keyv, whose set takes milliseconds");
  const missing = ["get", "set", "delete"].filter((method) => !hasMethod(backend, method));
  if (missing.length === 0) return backend;
  throw refused("backend", `an object with get, set and delete, or a registered name (missing: ${missing.join(", ")})`, backend);
}

/** The region that each proxy stands in: one that was put around a second backend would be around the first no more. */
const regions = new WeakMap();

/** `wrap: [A, B]` is region -> A -> B -> backend; a class is made an instance. All are looked at before any is put around another. */
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

/** What a proxy stands in front of. */
export const proxiedBy = (backend) => member(backend, "proxied");

/** Whether it is a backend, or one of the proxies around it. */
const stands = (proxy, backend) => proxy === backend || (isObject(proxiedBy(backend)) && stands(proxy, proxiedBy(backend)));

/** What one key's read came to: `{ value }` or `{ error }`. */
const value = (answer) => ({ value: answer });
const failure = (error) => ({ error });
export const isFailure = (outcome) => Object.hasOwn(outcome, "error");

/** One outcome a key, at once or by promise; never throws, since others wait for it. A backend without `getMulti` is asked key by key. */
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

/** An array without holes: where a backend filled in only what it found, the rest is a miss. */
function checked(answers, count) {
  if (Array.isArray(answers) && answers.length === count) return Array.from(answers);
  const given = Array.isArray(answers) ? `an array of ${answers.length}` : describe(answers);
  throw refusedAs("the result of the backend's getMulti", `an array of ${count}, one record for each key`, given);
}

/** Sends a record for each key. Throws, or answers, as the backend does. */
export function write({ backend }, keys, records, multi, hint) {
  if (!multi) return backend.set(keys[0], records[0], hint);
  if (keys.length === 0) return undefined;
  const values = new Map(keys.map((key, index) => [key, records[index]])); // of two keys that are one to the backend, the later counts
  if (hasMethod(backend, "setMulti")) return backend.setMulti(values, hint);
  return each(values, ([key, record]) => backend.set(key, record, hint));
}

/** Deletes each key. */
export function remove({ backend }, keys, multi) {
  if (!multi) return backend.delete(keys[0]);
  if (hasMethod(backend, "deleteMulti")) return backend.deleteMulti(keys);
  return each(new Set(keys), (key) => backend.delete(key));
}

/** Calls for every item whatever the others came to; done when all are, then the first failure if there was one. */
function each(items, call) {
  const outcomes = together(Array.from(items, (item) => outcome(undefined, () => call(item))));
  return outcomes instanceof Promise ? outcomes.then(throwFirst) : throwFirst(outcomes);
}

function throwFirst(outcomes) {
  const failed = outcomes.find(isFailure);
  if (failed !== undefined) throw failed.error;
}

/** What a call to the backend came to, or a promise of that, which never rejects. `check` may throw. */
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
