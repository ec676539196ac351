// A proxy between a region and its backend
import { createRegion, MemoryBackend, ProxyBackend } from "dogpile";

class Logging extends ProxyBackend {
  set(key, value, hint) {
    console.log("stores", key); // stores k
    return super.set(key, value, hint);
  }
}
const region = createRegion({ backend: new MemoryBackend(), wrap: [Logging] });
await region.getOrCreate("k", () => "created");
console.log(region.actualBackend.size); // 1
