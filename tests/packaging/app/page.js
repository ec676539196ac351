import { createRegion, MemoryBackend } from "dogpile";
import { stampede } from "./stampede.js";

stampede({ createRegion, MemoryBackend }).then((outcome) => {
  globalThis.outcome = outcome;
});
