export { toAsyncStorage } from "./adapters/async-storage.js";
export { toCachified } from "./adapters/cachified.js";
export { fromKeyv } from "./adapters/from-keyv.js";
export { fromUnstorage } from "./adapters/from-unstorage.js";
export { toKeyv } from "./adapters/to-keyv.js";
export { toUnstorageDriver } from "./adapters/to-unstorage.js";
