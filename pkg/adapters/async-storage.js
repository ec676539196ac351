import { list, readLive, remove, requireBackend, writeFor } from "./records.js";

export function toAsyncStorage(backend) {
  requireBackend(backend, "toAsyncStorage");
  return {
    getItem: async (key) => (await readLive(backend, key))?.payload,
    setItem: (key, value) => writeFor(backend, key, value),
    removeItem: (key) => remove(backend, key),
    entries: async () => {
      const items = [];
      for await (const item of list(backend)) items.push(item);
      return items;
    },
  };
}
