import { clear, list, readLive, readMany, remove, requireBackend, writeFor } from "./records.js";

export function toUnstorageDriver(backend) {
  requireBackend(backend, "toUnstorageDriver");
  const itemOf = (record) => record?.payload ?? null;
  const setItem = (key, value, options) => writeFor(backend, key, value, options?.ttl > 0 ? options.ttl : undefined);
  return {
    name: "dogpile",
    hasItem: async (key) => Boolean(await readLive(backend, key)),
    getItem: async (key) => itemOf(await readLive(backend, key)),
    getItems: async (items) => {
      const keys = items.map(({ key }) => key);
      const found = await readMany(backend, keys);
      return keys.map((key, index) => ({ key, value: itemOf(found[index]) }));
    },
    setItem,
    removeItem: (key) => remove(backend, key),
    getKeys: async (base) => {
      const names = [];
      for await (const [name] of list(backend, base)) names.push(name);
      return names;
    },
    clear: (base) => clear(backend, base),
  };
}
