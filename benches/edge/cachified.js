import { cachified } from "@epic-web/cachified";
import { cloudflareKvCacheAdapter } from "cachified-adapter-cloudflare-kv";

export default function withCachified(kv, ctx, { expirationTime }) {
  const cache = cloudflareKvCacheAdapter({ kv });
  const waitUntil = (promise) => ctx.waitUntil(promise);
  const times = { ttl: expirationTime * 1000, swr: 3_600_000 };
  const get = (key, create) => cachified({ key, cache, ...times, waitUntil, getFreshValue: () => create(key) });
  return { get, getMany: (keys, create) => Promise.all(keys.map((key) => get(key, create))) };
}
