// "#backends" for the suite over KV: CloudflareKVBackend over the real local KV, a fresh prefix for each backend. JSON cannot hold all
// payloads that the tests store, devalue can.
import * as devalue from "devalue";
import { afterAll } from "vitest";
import { CloudflareKVBackend } from "dogpile";
import { startRuntime } from "./runtime.js";

const modules = [{ path: "worker.js", contents: "export default {};" }];
const runtime = startRuntime([{ name: "kv", modules, env: { KV: { type: "kv", id: "suite" } } }]);
const namespace = await runtime.getKVNamespace("KV");
afterAll(() => runtime.dispose());

class DevalueKVBackend extends CloudflareKVBackend {
  get serializer() {
    return devalue;
  }
}

let count = 0;
export const backends = [["CloudflareKVBackend", () => new DevalueKVBackend(namespace, { prefix: `${count++}` }), "2s"]];
