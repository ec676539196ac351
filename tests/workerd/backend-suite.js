// The list of the backend suite, with one element: CloudflareKVBackend over the real local KV, a fresh prefix for each backend. JSON cannot
// hold all payloads that the suite stores, devalue can.
import * as devalue from "devalue";
import { afterAll } from "vitest";
import { CloudflareKVBackend } from "dogpile";
import { backends } from "../behaviour/helpers.js";
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
backends.splice(0, backends.length, ["CloudflareKVBackend", () => new DevalueKVBackend(namespace, { prefix: `${count++}` }), "2s"]);
