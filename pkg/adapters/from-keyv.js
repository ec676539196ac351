import { requireMethods } from "./checks.js";

export function fromKeyv(keyv) {
  requireMethods(keyv, ["get", "set", "delete", "clear"], "fromKeyv", "a Keyv");
  // A store of Keyv 6 may have a store of its own, and has capabilities.
  if (!keyv.store || keyv.capabilities) throw new TypeError("fromKeyv takes a Keyv, not a store of one; wrap it: new Keyv({ store })");

  /** Keyv 5 adds its namespace to a single key, unless the key begins with it already: "a" and "keyv:a" would be one key. */
  const unambiguous = (key) => {
    const start = `${keyv.namespace}:`;
    return keyv.useKeyPrefix && key.startsWith(start) ? start + key : key;
  };
  const backend = {
    serializer: JSON,
    keyMangler,
    get: (key) => keyv.get(unambiguous(key)),
    set: async (key, value, hint) => requireStored([await keyv.set(unambiguous(key), value, milliseconds(hint))]),
    delete: (key) => keyv.delete(unambiguous(key)),
    clear: () => keyv.clear(),
  };
  const many = {
    getMulti: (keys) => keyv.getMany(keys),
    setMulti: async (values, hint) => {
      const entries = Array.from(values, ([key, value]) => ({ key: unambiguous(key), value, ttl: milliseconds(hint) }));
      requireStored(await keyv.setMany(entries));
    },
    deleteMulti: (keys) => keyv.deleteMany(keys),
  };
  return keyv.getMany && keyv.setMany && keyv.deleteMany ? { ...backend, ...many } : backend;
}

/** Keyv 6 ignores the empty key. */
const keyMangler = (key) => (/^%*$/.test(key) ? `%${key}` : key);

const milliseconds = (hint) => hint?.expirationTime && Math.ceil(hint.expirationTime * 1000);

/** Keyv tells of a failed write by `false`. A store may answer with nothing. */
function requireStored(answers) {
  if (answers?.includes(false)) throw new Error('Keyv did not store it; its event "error" says why');
}
