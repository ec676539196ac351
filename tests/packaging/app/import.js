import { createRegion, MemoryBackend } from "dogpile";
import { stampede } from "./stampede.js";

console.log(JSON.stringify(await stampede({ createRegion, MemoryBackend })));
