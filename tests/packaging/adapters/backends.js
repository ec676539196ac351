// Backends for the adapters: one that keeps records as they are, one with a disk's delays, one with text and names of its own.
import { IDBFactory } from "fake-indexeddb";
import { CloudflareKVBackend, IndexedDBBackend, MemoryBackend } from "dogpile";
import { afterAll } from "vitest";
import { startRuntime } from "../../workerd/runtime.js";

const runtime = startRuntime([{ modules: [{ path: "worker.js", contents: "export default {};" }], env: { KV: { type: "kv", id: "adapters" } } }]);
const namespace = await runtime.getKVNamespace("KV");
const opened = [];
afterAll(() => runtime.dispose());
afterAll(() => Promise.all(opened.map((backend) => backend[Symbol.asyncDispose]())));

let count = 0;

/** `[name, () => backend]` */
export const backends = [
  ["MemoryBackend", () => new MemoryBackend()],
  [
    "IndexedDBBackend",
    () => {
      globalThis.indexedDB ??= new IDBFactory();
      opened.push(new IndexedDBBackend({ databaseName: `adapters ${count++}`, lock: false }));
      return opened.at(-1);
    },
  ],
  ["CloudflareKVBackend", () => new CloudflareKVBackend(namespace, { prefix: `${count++}` })],
];
