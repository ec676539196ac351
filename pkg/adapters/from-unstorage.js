import { requireMethods } from "./checks.js";

export function fromUnstorage(storage) {
  requireMethods(storage, ["getItem", "setItem", "removeItem", "getKeys", "clear"], "fromUnstorage", "an unstorage Storage");
  const backend = {
    serializer: JSON,
    keyMangler,
    get: (name) => storage.getItem(name),
    set: (name, value, hint) => storage.setItem(name, value, optionsOf(hint)),
    delete: (name) => storage.removeItem(name),
    clear: async () => {
      await storage.clear();
      const left = await storage.getKeys(); // unstorage 1.17 clears nothing where a storage is a part of another
      await Promise.all(left.map((name) => storage.removeItem(name)));
    },
    async *entries() {
      for (const name of await storage.getKeys()) {
        const value = await storage.getItem(name);
        if (typeof value === "string") yield [name, value];
      }
    },
  };
  const many = {
    getMulti: async (names) => {
      const items = await storage.getItems([...new Set(names)]); // in the order of its mounts, not in that of the names
      const found = new Map(items.map(({ key, value }) => [key, value]));
      return names.map((name) => found.get(name));
    },
    setMulti: (values, hint) => storage.setItems(Array.from(values, ([key, value]) => ({ key, value, options: optionsOf(hint) }))),
  };
  return storage.getItems && storage.setItems ? { ...backend, ...many } : backend;
}

/** Drivers take whole seconds. */
const optionsOf = (hint) => ({ ttl: hint?.expirationTime && Math.ceil(hint.expirationTime) });

/** Each key has a name of its own, which unstorage leaves as it is: it changes ":", "/", "\" and "?", keeps "$", and refuses dots alone. */
function keyMangler(key) {
  if (/^\.+$/.test(key)) return key.replaceAll(".", "%2E");
  return Array.from(key, encoded).join("") || "%";
}

const encoded = (point) => (point.isWellFormed() ? encodeURIComponent(point) : `%u${point.charCodeAt(0).toString(16).toUpperCase()}`);
