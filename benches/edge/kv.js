/** KV alone: what everyone else is measured against. */
export default function plain(kv) {
  const get = async (key, create) => {
    const text = await kv.get(key);
    if (text !== null) return JSON.parse(text);
    const value = await create(key);
    await kv.put(key, JSON.stringify(value));
    return value;
  };
  return { get, getMany: (keys, create) => Promise.all(keys.map((key) => get(key, create))) };
}
