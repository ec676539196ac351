/** Seconds that only the scenario moves. */
export function clockAt(start) {
  const clock = () => clock.now;
  clock.now = start;
  return clock;
}

export function deferred() {
  const it = {};
  it.promise = new Promise((resolve, reject) => {
    it.resolve = resolve;
    it.reject = reject;
  });
  return it;
}

export async function turns(count = 50) {
  for (let turn = 0; turn < count; turn++) await undefined;
}

/** What a caller can know of an entry, the present moment aside. */
export const told = (entry) => entry && [entry.payload, Object.hasOwn(entry, "state") && entry.state, entry.cachedTime, entry.expiresAt, { ...entry.metadata }];

/** A backend of the user's, with nothing but what it must have. */
export function plainBackend(answer = (value) => value) {
  const store = new Map();
  return {
    store,
    get: (key) => answer(store.get(key)),
    set: (key, value) => answer(void store.set(key, value)),
    delete: (key) => answer(void store.delete(key)),
  };
}

/** An observer that listens to everything. */
export function listening() {
  const events = [];
  const names = ["onHit", "onStale", "onMiss", "onWait", "onTakeover"];
  const observer = Object.fromEntries(names.map((name) => [name, (...details) => events.push([name, ...details])]));
  observer.onCreate = (keys) => events.push(["onCreate", ...keys]);
  observer.onError = (error, where) => events.push(["onError", where, error instanceof Error && error.message]);
  return { events, observer };
}
