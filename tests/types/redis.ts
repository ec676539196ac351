import { createRegion, StoredInvalidationStrategy, type Bus, type CacheBackend, type Mutex, type Stored } from "dogpile";
import { RedisBackend, RedisBus, type RedisBackendOptions, type RedisClientLike } from "dogpile/redis";
import { check, type Same } from "./same.js";

declare const client: RedisClientLike;

const backend: CacheBackend = new RedisBackend(client);
createRegion({ backend: new RedisBackend(client, { prefix: "app:", expirationTime: "1h", lock: true, binary: false }) });
new RedisBackend(client, { lock: { lease: { seconds: 5 }, lockPrefix: "_lock" } });
new RedisBackend(client, { prefix: undefined, expirationTime: undefined, lock: undefined, binary: undefined });
check<Same<ReturnType<RedisBackend["get"]>, Promise<Stored | undefined>>>();
check<Same<ReturnType<RedisBackend["getMutex"]>, Mutex | undefined>>();
check<Same<ConstructorParameters<typeof RedisBackend>[1], RedisBackendOptions | undefined>>();

const bus: Bus = new RedisBus(client, "news", { subscriber: client });
new StoredInvalidationStrategy(backend, { bus });
async function leave() {
  await using other = new RedisBus(client, "news");
  check<Same<ReturnType<typeof other.close>, Promise<void>>>();
}
leave();

// @ts-expect-error a URL, not a client
new RedisBackend("redis://localhost");
// @ts-expect-error an unknown option
new RedisBackend(client, { ttl: 5 });
// @ts-expect-error a lease is a duration
new RedisBackend(client, { lock: { lease: true } });
// @ts-expect-error without a channel
new RedisBus(client);
