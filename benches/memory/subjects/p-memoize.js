// Over lru-cache, because it leaves expiration and limits to the store that it is given. It has no `get`, and serves nothing stale.
import { LRUCache } from "lru-cache";
import pMemoize from "p-memoize";
import { PromiseStore } from "../promise-store.js";

export function open({ create, ttl, entries, maxEntries = entries }) {
  const cache = new LRUCache({ max: maxEntries, ttl: ttl * 1000 });
  return { getOrCreate: pMemoize(create, { cache }) };
}

/** Nothing expires in that store. */
export function openByPromise({ create }) {
  return { getOrCreate: pMemoize(create, { cache: new PromiseStore() }) };
}
