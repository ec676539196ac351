import { defineCachedFunction } from "ocache";
import { createStorage } from "unstorage";
import driver from "unstorage/drivers/cloudflare-kv-binding";

export default function ocache(kv, ctx, { expirationTime }) {
  const storage = createStorage({ driver: driver({ binding: kv }) });
  const waitUntil = (promise) => ctx.waitUntil(promise);
  const get = defineCachedFunction((key, create) => create(key), {
    storage,
    name: "bench",
    getKey: (key) => key,
    maxAge: expirationTime,
    swr: true,
    waitUntil,
  });
  return { get, getMany: (keys, create) => Promise.all(keys.map((key) => get(key, create))) };
}
