// Invalidation shared by all regions over a store
import { createRegion, MemoryBackend, StoredInvalidationStrategy } from "dogpile";

const backend = new MemoryBackend(); // think of a store that tabs or processes share
const visit = () => createRegion({ backend, regionInvalidator: new StoredInvalidationStrategy(backend) });
const before = visit();
await before.set("a", 1);
await before.invalidate();

const later = visit();
console.log(await later.get("a")); // undefined
