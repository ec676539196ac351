export { functionKeyGenerator, functionMultiKeyGenerator } from "./keys.js";
export { MemoryBackend } from "./memory.js";
export { NullBackend } from "./null.js";
export { ProxyBackend } from "./proxy.js";
export { createRegion, Region } from "./region.js";
export { registerBackend } from "./registry.js";
export { backgroundRunner } from "./runner.js";
export { CantDeserialize } from "./serializer.js";
export {
  BackendError,
  DogpileCacheError,
  PluginNotFound,
  ReentrantError,
  RegionAlreadyConfigured,
  RegionNotConfigured,
  TimeoutError,
  ValidationError,
} from "./wasm/platform.js";
