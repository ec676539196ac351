import { createRegion, MemoryBackend } from "dogpile";

const byKey = new Intl.Collator("en", { numeric: true });

/**
 * What a backend holds now, by key: `{ key, state, age, size }`, where a state is "fresh", "stale", "invalidated" (nobody may get
 * the value) or "unreadable", an age is in seconds, and a size in bytes, of text, or of the value as JSON.
 *
 * `options` are those of the region: `backend`, `expirationTime`, `regionInvalidator`, `serializer`, `clock`.
 */
export async function readRecords({ backend, expirationTime, regionInvalidator, serializer, clock }) {
  const cache = new Map();
  for await (const [key, stored] of backend.entries()) cache.set(key, stored);
  // A region over a copy judges as the real one does, and cannot change what is judged.
  const view = createRegion({
    backend: new MemoryBackend({ cache }),
    expirationTime,
    regionInvalidator,
    serializer: serializer ?? backend.serializer,
    keyMangler: false,
    clock,
    observer: { onError() {} },
  });
  const rows = [...cache].map(async ([key, stored]) => ({ key, size: sizeOf(stored), ...(await judge(view, key, regionInvalidator)) }));
  return (await Promise.all(rows)).sort((a, b) => byKey.compare(a.key, b.key));
}

async function judge(view, key, invalidator) {
  const fresh = await view.getValueMetadata(key);
  if (fresh !== undefined) return { state: "fresh", age: fresh.age };
  const record = await view.getValueMetadata(key, { ignoreExpiration: true });
  if (record === undefined) return { state: "unreadable", age: undefined };
  return { state: invalidator?.isHardInvalidated(record.cachedTime) ? "invalidated" : "stale", age: record.age };
}

function sizeOf(stored) {
  if (stored instanceof Uint8Array) return stored.byteLength;
  try {
    const text = typeof stored === "string" ? stored : JSON.stringify(stored.payload);
    return new TextEncoder().encode(text).byteLength;
  } catch {
    return undefined; // JSON cannot say it
  }
}
