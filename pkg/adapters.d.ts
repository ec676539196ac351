// Other libraries' stores as backends, and backends as other libraries' stores. Nothing is imported: no WebAssembly is loaded.

import type { CacheBackend } from "dogpile";

/** What `fromKeyv` needs of a Keyv. */
export interface KeyvLike {
  get(key: any): Promise<any>;
  set(key: string, value: any, ttl?: number): Promise<any>;
  delete(key: any): Promise<any>;
  clear(): Promise<void>;
}

/** What `fromUnstorage` needs of an unstorage Storage. */
export interface UnstorageLike {
  getItem(key: string): any;
  setItem(key: string, value: any, options?: any): any;
  removeItem(key: string): any;
  getKeys(base?: string): any;
  clear(base?: string): any;
}

/**
 * Makes a backend of a Keyv, version 5 or 6, with any of its stores. Records are stored as text, and get Keyv's ttl.
 *
 * Keyv reports most errors by its event "error" and continues: a failed read is a miss. A `set` for which Keyv returns `false` rejects. `clear`
 * clears the Keyv. The namespace of the Keyv is never changed.
 *
 * Throws a TypeError for anything else. A store of Keyv has to be wrapped: `new Keyv({ store })`.
 */
export function fromKeyv(keyv: KeyvLike): CacheBackend;

/**
 * Makes a `store` for a Keyv of a backend: `new Keyv({ store: toKeyv(backend) })`.
 *
 * Each value becomes a record with its ttl as the record's own expiration; it is deleted when it is read after that. `clear` deletes the keys of the
 * Keyv's namespace, and without a namespace all records; with a namespace it rejects if the backend has no `entries`.
 *
 * Throws a TypeError for an object that is not a backend, and for an unknown option.
 */
export function toKeyv(
  backend: CacheBackend,
  options?: {
    /** The major version of Keyv: 5 gives its stores a time to live, 6 a point in time. Default: 6. */
    version?: 5 | 6 | undefined;
  },
): any;

/**
 * Makes a backend of an unstorage Storage. Records are stored as text, with unstorage's `ttl` in whole seconds for drivers that have it.
 *
 * Keys are percent-encoded: unstorage takes "a/b" and "a:b" for one key, cuts keys at "?" and reserves "$". `clear` clears the Storage; for a part of
 * it, pass `prefixStorage(storage, "cache")`.
 *
 * Throws a TypeError for anything else.
 */
export function fromUnstorage(storage: UnstorageLike): CacheBackend;

/**
 * Makes an unstorage driver of a backend: `createStorage({ driver: toUnstorageDriver(backend) })`. The option `ttl` of `setItem` is in seconds.
 *
 * `getKeys` returns an empty array if the backend has no `entries`. `clear(base)` deletes only keys that begin with `base`, and rejects if the backend
 * cannot list them.
 *
 * Throws a TypeError for an object that is not a backend.
 */
export function toUnstorageDriver(backend: CacheBackend): any;

/**
 * Makes an asynchronous storage of a backend, for TanStack Query: `createAsyncStoragePersister({ storage: toAsyncStorage(backend) })`, and for its
 * persister of single queries, whose values it keeps as they are. Items do not expire.
 *
 * Throws a TypeError for an object that is not a backend.
 */
export function toAsyncStorage<T = string>(
  backend: CacheBackend,
): {
  /** Resolves with `undefined` for a missing item. */
  getItem(key: string): Promise<T | undefined>;
  setItem(key: string, value: T): Promise<void>;
  removeItem(key: string): Promise<void>;
  /** All items; none if the backend has no `entries`. */
  entries(): Promise<[string, T][]>;
};

/**
 * Makes a cache for cachified: `cachified({ cache: toCachified(backend), ... })`. A region over the same backend reads the same records, and the
 * other way round.
 *
 * A record's `ct` is `createdTime`, `et` is `ttl`, and `swr` is stored beside them, in seconds. A record without an expiration of its own does not
 * expire for cachified. A backend whose serializer is `JSON` cannot store `undefined`: `set` rejects with a TypeError.
 *
 * Throws a TypeError for an object that is not a backend.
 */
export function toCachified(backend: CacheBackend): {
  name: string;
  get(key: string): Promise<any>;
  set(key: string, entry: any): Promise<void>;
  delete(key: string): Promise<void>;
};
