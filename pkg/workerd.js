// Workers refuse to compile bytes; they import compiled modules.
import * as workers from "cloudflare:workers";
import { useModule } from "./keys/sha1.js";
import * as heartbeat from "./region/heartbeat.js";
import { runOnWorkers } from "./region/pulse.js";
import { __wbg_set_wasm } from "./wasm/dogpile.js";
import module from "./wasm/dogpile.wasm";
import sha1 from "./wasm/sha1.wasm";

__wbg_set_wasm(new WebAssembly.Instance(module).exports);
useModule(sha1);
runOnWorkers(heartbeat, workers.waitUntil); // older releases have none

export * from "./dogpile.js";
