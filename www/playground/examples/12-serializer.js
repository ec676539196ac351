// A serializer: the records of Python's dogpile.cache
import { createRegion, MemoryBackend, sha1MangleKey } from "dogpile";

const backend = new MemoryBackend();
const region = createRegion({ backend, serializer: JSON, keyMangler: sha1MangleKey, clock: () => 1700000000 });
await region.set("greeting", { text: "hello" });

const [[key, stored]] = backend.entries();
console.log(key); // a0f7e779f9247566c84036f07f7bdf4a40a869bd
console.log(stored); // {"ct": 1700000000.0, "v": 2}|{"text":"hello"}
