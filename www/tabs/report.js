// One report, shared by all tabs of this origin: kept in IndexedDB, created under a Web Lock, invalidated for everyone.
import { createRegion, IndexedDBBackend, StoredInvalidationStrategy } from "dogpile";

const NAME = "dogpile-tabs";
const KEY = "report";

const backend = new IndexedDBBackend({ databaseName: NAME });
const regionInvalidator = new StoredInvalidationStrategy(backend, { channel: NAME });
const region = createRegion({ backend, regionInvalidator });

/** `create(number)` is told the number of the report that it makes. The outcome is "created", "waited", "stale" or "fresh". */
export async function ask(create) {
  const asked = Date.now() / 1000;
  let creates = false;
  const { payload, state, cachedTime } = await region.getOrCreateEntry(KEY, ({ stale }) => {
    creates = true;
    return create((stale?.payload.number ?? 0) + 1);
  });
  if (creates) return { payload, outcome: "created" };
  if (state === "stale") return { payload, outcome: "stale" };
  if (state === "coalesced") return { payload, outcome: "waited" };
  return { payload, outcome: cachedTime >= asked ? "waited" : "fresh" };
}

export function invalidate(hard) {
  return region.invalidate(hard);
}

export function forget() {
  return region.delete(KEY);
}
