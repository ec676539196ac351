import { refused } from "../errors.js";
import { hasMethod } from "../members.js";
import { pending } from "../promises.js";

/** Whether a key is locked; a promise if the backend's lock has to be asked. */
export function isLocked(region, key) {
  const { setup } = region;
  const mangled = setup.mangle(key);
  if (region.core.keyIsLocked(region.host, mangled)) return true;
  const mutex = mutexOf(region, setup, mangled);
  return mutex === undefined ? false : askMutex(region, setup, () => hasMethod(mutex, "locked") && mutex.locked()).then(Boolean);
}

/** The backend's lock of a key; `undefined` if there is none. */
export function mutexOf(region, { backend }, mangled) {
  if (!hasMethod(backend, "getMutex")) return undefined;
  try {
    const mutex = backend.getMutex(mangled) ?? undefined;
    if (mutex === undefined || ["acquire", "release"].every((method) => hasMethod(mutex, method))) return mutex;
    throw refused("the result of the backend's getMutex", "an object with acquire, release and locked, or nothing", mutex);
  } catch (error) {
    region.backendFailed(error, "lock");
  }
}

/** The result of a mutex; `undefined` and a report if it fails or does not respond. */
export async function askMutex(region, setup, ask) {
  try {
    const answer = ask();
    return await (pending(answer) === undefined ? answer : setup.answered(Promise.resolve(answer)));
  } catch (error) {
    region.backendFailed(error, "lock");
  }
}
