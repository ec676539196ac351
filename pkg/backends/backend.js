import { pending } from "../promises.js";
import { hasMethod, isObject, member } from "../members.js";
import { describe, describePart, refused, refusedAs } from "../errors.js";

/** Whether a member is an object: Keyv and its stores keep their options, their store or their abilities there. */
const holds = (backend, name) => isObject(backend[name]);
const isOfKeyv = (backend) =>
  ["opts", "store", "capabilities"].some((name) => holds(backend, name)) && hasMethod(backend, "has") && hasMethod(backend, "disconnect");
const isKeyv = (backend) => (holds(backend, "store") || isObject(backend.opts?.store)) && !holds(backend, "capabilities");

/**
 * What is taken for a backend: what tells it apart, its name, and what makes a backend of it. Some of them would be used with milliseconds for seconds.
 *
 * @type {[(backend: any) => boolean, string, string][]}
 */
const OTHERS = [
  [(backend) => hasMethod(backend, "hget") || hasMethod(backend, "hGet"), "Redis client", 'new RedisBackend(client) of "dogpile/redis"'],
  [(backend) => hasMethod(backend, "getItem") && hasMethod(backend, "getKeys"), "storage of unstorage", 'fromUnstorage(storage) of "dogpile/adapters"'],
  [(backend) => isOfKeyv(backend) && isKeyv(backend), "Keyv", 'fromKeyv(keyv) of "dogpile/adapters"'],
  [(backend) => isOfKeyv(backend) && !isKeyv(backend), "store of Keyv", 'fromKeyv(new Keyv({ store })) of "dogpile/adapters"'],
  [(backend) => hasMethod(backend, "match"), "Cache", "new CacheStorageBackend({ cache })"],
  [(backend) => hasMethod(backend, "getWithMetadata"), "KV namespace", "new CloudflareKVBackend(env.KV)"],
];

/** Checks a backend: any object with `get`, `set` and `delete`. */
export function usableBackend(backend, what = "backend") {
  const [other, ...more] = isObject(backend) ? OTHERS.filter(([isOne]) => isOne(backend)) : [];
  // A Proxy that seems to have all methods may be a backend.
  if (other !== undefined && more.length === 0) throw refusedAs(what, other[2], `a ${other[1]}`);
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
