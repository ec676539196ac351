// Workers cannot compile bytes; they import compiled modules.
import * as workers from "cloudflare:workers";
import { useHost } from "./host/hosts.js";
import { usePlatform } from "./host/keep-alive.js";
import { WorkersHost } from "./host/workers.js";
import { useModule } from "./keys/sha1.js";
import { useOwnTimers } from "./promises.js";
import { start } from "./start.js";
import * as glue from "./wasm/dogpile.js";
import module from "./wasm/dogpile.wasm";
import sha1 from "./wasm/sha1.wasm";

start(module, glue);
useModule(sha1);
useHost(WorkersHost);
useOwnTimers();
usePlatform(workers.waitUntil); // older releases have none

export * from "./dogpile.js";
