import { BroadcastBus, createRegion, IndexedDBBackend, MemoryBackend, StoredInvalidationStrategy, TieredBackend } from "dogpile";

const bus = new BroadcastBus("stations"); // other tabs
const stored = new IndexedDBBackend({ databaseName: "stations" }); // later visits
const backend = new TieredBackend(new MemoryBackend(), stored, { bus });
const regionInvalidator = new StoredInvalidationStrategy(stored, { bus });
export const region = createRegion({ backend, regionInvalidator, expirationTime: "1m" });
