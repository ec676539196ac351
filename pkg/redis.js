import { registerBackend } from "dogpile";
import { fromPython, RedisBackend } from "./redis/backend.js";

export { RedisBackend };
export { RedisBus } from "./redis/bus.js";

registerBackend("dogpile.cache.redis", fromPython);
