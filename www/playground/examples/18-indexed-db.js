// Values that outlive the visit: IndexedDB
import { createRegion, IndexedDBBackend } from "dogpile";

const visit = () => createRegion({ backend: new IndexedDBBackend({ databaseName: "playground" }), expirationTime: "1h" });

const before = visit();
await before.delete("settings");
console.log(await before.getOrCreate("settings", async () => ({ theme: "dark" }))); // { theme: 'dark' }

const later = visit();
console.log(await later.getOrCreate("settings", () => "not called")); // { theme: 'dark' }
console.log(later.stats.hits, later.stats.creations); // 1 0
