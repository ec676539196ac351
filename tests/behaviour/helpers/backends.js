// "#backends" is this file, except for the suite over KV: tests/vitest.config.js gives it tests/workerd/kv-backends.js instead.
import { freshDatabase } from "./databases.js";
import { promptBackends } from "./prompt-backends.js";

/** What every backend must do the same way, for `describe.each`. */
export const backends = [...promptBackends, ...("indexedDB" in globalThis ? [["IndexedDBBackend", freshDatabase, "1s"]] : [])];
