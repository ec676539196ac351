/** The least that a backend can be: an object of the user's that answers at once. */
export function plainBackend() {
  const store = new Map();
  const sent = [];
  const run = (operation, key, act) => {
    sent.push(`${operation} ${key}`);
    return act();
  };
  return {
    store,
    sent,
    count: (operation) => sent.filter((entry) => entry.startsWith(`${operation} `)).length,
    payload: (key) => store.get(key)?.payload,
    get: (key) => run("get", key, () => store.get(key)),
    set: (key, value) => run("set", key, () => void store.set(key, value)),
    delete: (key) => run("delete", key, () => void store.delete(key)),
  };
}
