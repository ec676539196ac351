// Workers refuse to compile bytes; they import compiled modules.
import * as workers from "cloudflare:workers";
import { runOnWorkers } from "./region/pulse.js";
import { initSync } from "./wasm/dogpile.js";
import module from "./wasm/dogpile.wasm";

initSync({ module });
runOnWorkers(workers.waitUntil); // older releases have none

export * from "./dogpile.js";
