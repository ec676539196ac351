// A region's records, locks and messages in Redis or Valkey.

import type { Bus, BusListener, CacheBackend, Duration, Mutex, Serializer, Stored, StoreHint } from "dogpile";

/** A client or cluster of node-redis (5, 6) or ioredis (5, 6), or a client of @upstash/redis or @vercel/kv. They are told apart by their methods. */
export type RedisClientLike = object;

export interface RedisBackendOptions {
  /** Every key in Redis begins with it; end it with a separator such as ":". `clear` and `entries` need one. Default: `""`, as in dogpile.cache. */
  prefix?: string | undefined;
  /** How long Redis keeps a record after it was written, up to ten years. Default: as long as the region may use the record. */
  expirationTime?: Duration | undefined;
  /**
   * One load over all processes, Python's with `distributed_lock=True` included. Default: `false`, each process loads for itself.
   *
   * `lease`: how long the lock of a dead holder lasts; a live holder renews it. At least 0.1 s. Default: 10 s.
   * `lockPrefix`: stands before `prefix` and the key in the lock's name; at least one character. Default: "_lock", as in dogpile.cache.
   */
  lock?: boolean | { lease?: Duration | undefined; lockPrefix?: string | undefined } | undefined;
  /** Reads and writes records as bytes, for serializers with `encode`. Not with Upstash. Default: `false`, as text. */
  binary?: boolean | undefined;
}

/**
 * Stores records in Redis or Valkey, as text that Python's dogpile.cache with a JSON serializer reads and writes under the same keys and locks.
 *
 * A key that Redis cannot store, one with a lone surrogate, is there "sha1:" and its SHA-1.
 *
 * The client is yours: the backend neither connects nor closes it. A client that queues commands while its server is away delays a caller for the
 * region's `lockTimeout`: set `disableOfflineQueue` (node-redis) or `enableOfflineQueue: false` and `maxRetriesPerRequest: 1` (ioredis).
 * With the option `lock` reads must go to the primary: no `scaleReads: "slave"`.
 */
export class RedisBackend implements CacheBackend {
  /**
   * Importing "dogpile/redis" registers it as "dogpile.cache.redis". There `client` is one of the arguments, and the others may have Python's names:
   * `redis_expiration_time` (0 is none), `distributed_lock`, `lock_timeout`, `lock_prefix`.
   *
   * Throws a ValidationError for an invalid argument, and for a client that it does not know.
   */
  constructor(client: RedisClientLike, options?: RedisBackendOptions);
  get(key: string): Promise<Stored | undefined>;
  /** Uses one command for every 500 keys; on a cluster one for each key, all at once. */
  getMulti(keys: string[]): Promise<(Stored | undefined)[]>;
  /** Rejects with a ValidationError for what is no text, for text with lone surrogates, and for bytes without `binary`. */
  set(key: string, value: Stored, hint?: StoreHint): Promise<void>;
  /** Uses one command for each key, all at once. All are tried before the first failure rejects. */
  setMulti(values: Map<string, Stored>, hint?: StoreHint): Promise<void>;
  delete(key: string): Promise<void>;
  deleteMulti(keys: string[]): Promise<void>;
  /** Deletes all records whose names begin with the prefix, by SCAN. Rejects with a ValidationError without a prefix, and with ioredis's `keyPrefix`. */
  clear(): Promise<void>;
  /** Reads all records whose names begin with the prefix, by SCAN. A key may appear twice if others write meanwhile; one that Redis cannot store has the name that it has there. Rejects like `clear`. */
  entries(): AsyncIterable<[string, Stored]>;
  /** `undefined` without the option `lock`. */
  getMutex(key: string): Mutex | undefined;
  /** JSON. */
  readonly serializer: Serializer;
}

/**
 * A bus over Redis pub/sub, between all processes that use the same server or cluster.
 *
 * It subscribes on a connection of its own, a duplicate of the client's, which keeps a process alive until `close`. After a lost connection it
 * subscribes again. Messages of Python's dogpile.cache do not exist: its writes are not announced.
 */
export class RedisBus implements Bus {
  /**
   * `subscriber`: a client of one server that is used for the subscription instead of a duplicate. It stays yours, to be connected and closed.
   *
   * Throws a ValidationError for an invalid argument, and for a client of Upstash, which has no connection.
   */
  constructor(client: RedisClientLike, channel: string, options?: { subscriber?: RedisClientLike | undefined });
  /** Rejects with the client's error, and with a ValidationError for text with lone surrogates. After `close` it does nothing. */
  publish(message: string): Promise<void>;
  /** The first subscription opens the connection. An error that a listener throws goes to `console.warn`. */
  subscribe(listener: BusListener): () => void;
  /** Ends all subscriptions, after their `down`, and the connection. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
