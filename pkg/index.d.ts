/// <reference lib="esnext.disposable" />

// ---------------------------------------------------------------- time and values

/**
 * A length of time: a number of seconds, a text such as "250ms", "30s", "5m", "2h", "7d" or "1h30m", or an object of parts.
 *
 * `-1` and `Infinity` mean never. `0` expires a value as soon as the clock moves on. Other negative numbers expire it at once.
 * `null` and `undefined` mean "not given". Anything else, NaN included, is a ValidationError.
 */
export type Duration = number | string | DurationLike;

/** A duration as the sum of its parts. At least one is required. A `Temporal.Duration` without years, months and weeks fits. */
export interface DurationLike {
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
}

export type Awaitable<T> = T | PromiseLike<T>;

/** The record that a region stores under a key: a plain object that structured clone and JSON preserve. */
export interface StoredRecord<T = unknown> {
  readonly payload: T;
  readonly metadata: Readonly<Metadata>;
}

/** The metadata of a record, in the format of Python's dogpile.cache. */
export interface Metadata {
  /** Creation time, in seconds since the epoch. */
  ct: number;
  /** Format version: 2. A record of another version counts as missing. */
  v: number;
  /** The value's own expiration in seconds; `-1` means never. Absent if the value has none. */
  et?: number;
  /** Seconds that the creation took; next to nothing for a value of `set`. Absent where nothing needs it: without tags and `earlyRefresh`. */
  dt?: number;
  /** The tags under which `invalidateTags` finds the value. Absent if it has none. */
  tags?: string[];
  /** In the copy of a near tier: when it got the copy, in seconds since the epoch. */
  nt?: number;
  [extra: string]: unknown;
}

/** A record as a caller gets it: the value, its metadata, its age and when it expires. */
export interface CachedValue<T = unknown> extends StoredRecord<T> {
  /** Creation time, in seconds since the epoch: `metadata.ct`. */
  readonly cachedTime: number;
  /** Seconds from `cachedTime` until you read this property; never negative. A copy, `{ ...entry }`, keeps the age it was made at. */
  readonly age: number;
  /** When the value becomes stale for this call, in seconds since the epoch; Infinity means never. Invalidations are not considered. */
  readonly expiresAt: number;
}

/** What a backend stores: records, or their text or bytes if there is a serializer. Anything else counts as missing. */
export type Stored = StoredRecord | string | Uint8Array;

// ---------------------------------------------------------------- region

/**
 * Creates a region and configures its backend: `new Region(options).configure(options)`.
 *
 * Throws what `configure` throws.
 */
export function createRegion<V = unknown>(options: RegionOptions & ConfigureOptions): Region<V>;

/**
 * Options that a region keeps for life.
 *
 * All options are read once; getters and inherited members work. `undefined` means "not given". An unknown name is a
 * ValidationError that lists the known names and suggests the closest one.
 */
export interface RegionOptions {
  /** A name for your own use, returned by `region.name`. Default: none. */
  name?: string | undefined;
  /**
   * Changes every key before it reaches the backend, for example to add a prefix. `false` uses none.
   *
   * Default: the backend's own `keyMangler`, if it has one.
   */
  keyMangler?: KeyMangler | false | undefined;
  /** Makes the keys of `cacheOnArguments`, unless the function has a generator of its own. Default: `functionKeyGenerator`. */
  functionKeyGenerator?: FunctionKeyGenerator | undefined;
  /** Makes the keys of `cacheMultiOnArguments`, unless the function has a generator of its own. Default: `functionMultiKeyGenerator`. */
  functionMultiKeyGenerator?: FunctionMultiKeyGenerator | undefined;
  /**
   * Converts records to text or bytes before they reach the backend. `JSON`, superjson and devalue fit as they are. `false` uses none.
   *
   * Default: the backend's own `serializer`, if it has one; otherwise records are stored as objects.
   */
  serializer?: Serializer | false | undefined;
  /**
   * Loads stale values in your own way, for example in a queue. It is called when a caller finds a stale value and no load is running;
   * that caller gets the stale value at once.
   *
   * The runner must call `mutex.release()` when it is done. Until then, or until `lockTimeout`, callers get the stale value.
   * `getOrCreateMulti` and `forceRefresh` do not use it. Default: none; the caller that finds the stale value loads and waits.
   */
  asyncCreationRunner?: AsyncCreationRunner | undefined;
  /**
   * `true` returns a stale value to every caller at once and loads the new one in the background, as `backgroundRunner` does.
   *
   * Default: `false`, one caller loads and waits. `true` together with an `asyncCreationRunner` is a ValidationError.
   */
  staleWhileRevalidate?: boolean | undefined;
  /**
   * Returns the current time in seconds since the epoch, for example in tests. It must be a finite number.
   *
   * Default: `Date.now()`, made strictly increasing for creation and invalidation times. If the system clock is set back by up to
   * 60 s, the region's time stands still until the clock has caught up; a larger step is followed at once.
   */
  clock?: (() => number) | undefined;
  /**
   * Keeps the runtime alive until a promise settles: the promise of a load and its write, and of a runner's background work.
   *
   * The promise never rejects, and errors that this function throws are ignored. Do not use one request's `ctx` here; it ends with
   * that request. Default: the platform's own `waitUntil` on Cloudflare Workers, none elsewhere.
   */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /**
   * Receives events: hits, misses, loads, writes, evictions, and errors that callers did not get.
   *
   * `onHit`, `onStale`, `onMiss` and `onWait` must exist when the region is configured, and make every call a little slower.
   * Default: none. Without an `onError`, the first error of each kind goes to `console.warn`.
   */
  observer?: Partial<RegionObserver> | undefined;
  /**
   * Random numbers for `earlyRefresh` and `retry`, from 0 to below 1. Another result is a ValidationError, with which the call rejects.
   *
   * Default: `Math.random`.
   */
  random?: (() => number) | undefined;
}

/** Options that hold until the region is configured again. See RegionOptions for how options are read. */
export interface ConfigureOptions {
  /**
   * Where values are stored: an object, or the name of a registered backend such as "dogpile.cache.memory".
   *
   * An unknown name is a PluginNotFound.
   */
  backend: CacheBackend | string;
  /** Arguments for the factory of a backend that is given by name. Default: `{}`. */
  arguments?: Record<string, unknown> | undefined;
  /**
   * The age at which a value expires, unless the call or the value has its own limit. It is checked when a value is read, not stored
   * with it.
   *
   * Default: never.
   */
  expirationTime?: Duration | null | undefined;
  /**
   * Allows `configure` to replace the backend. A running load still returns its value to its callers, but does not store it.
   *
   * Default: `false`, a second `configure` throws RegionAlreadyConfigured.
   */
  replaceExistingBackend?: boolean | undefined;
  /**
   * Proxies around the backend, from the outside in: `[A, B]` is region -> A -> B -> backend. A class is instantiated without arguments.
   *
   * A proxy object belongs to one place in one region, which may reuse it when it is configured again; a second place is a
   * ValidationError. Default: none.
   */
  wrap?: ReadonlyArray<ProxyBackend | (new () => ProxyBackend)> | undefined;
  /**
   * Stores the times of invalidations, for example to share them with other tabs or processes.
   *
   * Default: the one that the region already has; at first, a DefaultInvalidationStrategy of its own.
   */
  regionInvalidator?: RegionInvalidationStrategy | undefined;
  /**
   * Keeps the invalidation times of tags: `new TagInvalidation()` for one process, a StoredTagInvalidation for several.
   *
   * Default: the one that the region already has; at first none, and a tag anywhere is a ValidationError. A region without one ignores the
   * tags of stored values.
   */
  tagInvalidator?: TagInvalidation | undefined;
  /**
   * How long a load may run before one of its waiters takes over, and how long a backend may take for a read, a write or a lock
   * before the operation fails with a TimeoutError.
   *
   * Default: 30 s. It must be greater than zero.
   */
  lockTimeout?: Duration | undefined;
  /**
   * What `getOrCreate`, `getOrCreateEntry` and `getOrCreateMulti` do if the backend fails. All other methods reject with the
   * backend's error.
   *
   * "degrade" (default): a failed read counts as a miss, a failed write leaves the value unstored, and `observer.onError` gets the
   * errors. "throw": the call rejects with BackendError.
   */
  backendErrors?: "degrade" | "throw" | undefined;
  /**
   * Returns a stale value if the creator fails and the value expired no longer ago than this. The backend is told to keep values
   * that much longer.
   *
   * Default: the call rejects with the creator's error.
   */
  staleIfError?: Duration | undefined;
  /**
   * Renews a fresh value in the background a little before it expires, the earlier the longer its creation took: XFetch (Vattani et al.,
   * VLDB 2015). The caller gets the fresh value at once.
   *
   * Whether a call does that is drawn anew for each read by `getOrCreate` or `getOrCreateEntry`, never in the first half of the
   * expiration. `getOrCreateMulti`, `get` and `set` never do it. Only values that a creator of a region with this option has made are
   * renewed early. If that fails, or `shouldCacheFn` declines the new value, `observer.onError` gets an error, and the value is left
   * until it expires.
   *
   * `true` is `{ beta: 1 }`; a larger `beta` is earlier. It must be a finite number above 0. Default: `false`.
   */
  earlyRefresh?: boolean | { beta?: number | undefined } | undefined;
  /**
   * The part of its expiration, from 0 to 0.5, by which a value may expire earlier, so that values that were created together do not
   * expire together. It follows from the creation time, so it is the same for everyone who reads the value, and nothing is stored.
   *
   * The backend keeps values as long as without it. `setMulti` gives each value a creation time of its own. Default: 0.
   */
  jitter?: number | undefined;
  /** Calls a creator that fails again, for calls without their own `retry`. Default: creators are called once. */
  retry?: RetryOptions | false | undefined;
}

/**
 * How often a creator that fails is called within one load. All attempts are one load: callers wait for its last result, events and counters count it
 * once, and no attempt begins later than `lockTimeout` after the first.
 *
 * After the last attempt callers get the last error. A load that nobody waits for any more, or that another caller has taken over, is not tried again;
 * neither is an error of dogpile itself, such as a ReentrantError. `getOrCreateMulti` calls its creator again if that fails as a whole, not for one key's
 * promise that rejects.
 */
export interface RetryOptions {
  /** How often the creator is called at most: a whole number from 1. */
  attempts: number;
  /**
   * The wait after the first attempt; it doubles with each one, up to 30 s. Of each, between a half and the whole is waited, at random.
   *
   * A finite length from 0. Default: 250 ms.
   */
  delay?: Duration | undefined;
  /**
   * Decides, at once, whether an error is worth another attempt. `attempt`: how many have failed. If it throws, the load fails with that error.
   *
   * Default: every error is.
   */
  shouldRetry?: ((error: unknown, attempt: number) => boolean) | undefined;
}

/**
 * A cache that loads each value once, however many callers ask: one caller runs the creator, the others wait for it or get the
 * stale value.
 *
 * Keys are strings; anything else is a ValidationError. Asynchronous methods never throw: they reject. They reject with
 * RegionNotConfigured until the region has a backend.
 */
export class Region<V = unknown> {
  /**
   * Creates a region without a backend. Throws a ValidationError for an invalid option.
   *
   * @example
   * ```ts
   * import { MemoryBackend, Region } from "dogpile";
   *
   * export const region = new Region({ name: "users" }); // made where it is imported
   * region.configure({ backend: new MemoryBackend(), expirationTime: "5m" }); // configured where the application starts
   * ```
   */
  constructor(options?: RegionOptions);

  /**
   * Sets the backend and the options that belong to it.
   *
   * Throws ValidationError, PluginNotFound, RegionAlreadyConfigured, or the error of a backend's factory. If it throws, the region
   * is unchanged.
   *
   * @example
   * ```ts
   * region.configure({ backend: new MemoryBackend({ maxEntries: 10_000 }), expirationTime: "5m" });
   * ```
   */
  configure(options: ConfigureOptions): this;

  /**
   * Calls `configure` with the members of `config` whose names begin with `prefix`, as read from a configuration file.
   *
   * `configureFromConfig({"cache.backend": "dogpile.cache.memory", "cache.expiration_time": "60", "cache.arguments.max_entries": "500"}, "cache.")`
   *
   * After the prefix comes the name of a ConfigureOptions member, in camelCase or snake_case, or `arguments.` and an argument's
   * name. Text is converted: digits to a number, "true" and "false" to a boolean, "None" to `null`; other text is trimmed.
   * Throws a ValidationError if there is no backend, and what `configure` throws.
   *
   * @example
   * ```ts
   * const config = { "cache.backend": "dogpile.cache.memory", "cache.expiration_time": "60" };
   * region.configureFromConfig(config, "cache.");
   * ```
   */
  configureFromConfig(config: Record<string, unknown>, prefix: string): this;

  /** The `name` option. */
  readonly name: string | undefined;
  /** Whether the region has a backend. */
  readonly isConfigured: boolean;
  /** Whether the region has a `tagInvalidator`. */
  readonly hasTags: boolean;
  /** The backend, or the outermost proxy around it. Throws RegionNotConfigured if there is none. */
  readonly backend: CacheBackend;
  /** The backend behind all proxies. Throws RegionNotConfigured if there is none. */
  readonly actualBackend: CacheBackend;
  /** A snapshot of the region's counters. */
  readonly stats: RegionStats;
  /**
   * Puts a proxy, or an instance of a proxy class, around the backend and all other proxies.
   *
   * Throws RegionNotConfigured if there is no backend, and a ValidationError for a proxy that is already in use.
   *
   * @example
   * ```ts
   * class LoggingProxy extends ProxyBackend {
   *   get(key: string) {
   *     console.log("get", key);
   *     return super.get(key);
   *   }
   * }
   * region.wrap(LoggingProxy);
   * ```
   */
  wrap(proxy: ProxyBackend | (new () => ProxyBackend)): void;

  /**
   * Returns the value under a key, or `undefined` if it is absent, expired, invalidated or unreadable. It never waits for a load.
   *
   * A stored `null`, `0`, `""` or `false` is returned like any other value. Rejects with the backend's own error.
   *
   * @example
   * ```ts
   * const user = await region.get("user:42");
   * if (user === undefined) console.log("not cached");
   * ```
   */
  get<T extends V = V>(key: string, options?: GetOptions): Promise<T | undefined>;

  /**
   * Like `get` for many keys, with one backend read. The values are in the order of `keys`; a key given twice is returned twice.
   *
   * @example
   * ```ts
   * const [ada, grace] = await region.getMulti(["user:1", "user:2"]);
   * ```
   */
  getMulti<T extends V = V>(keys: Iterable<string> & object, options?: GetOptions): Promise<(T | undefined)[]>;

  /**
   * Like `get`, but returns the whole record, so that a stored `undefined` differs from a miss.
   *
   * @example
   * ```ts
   * const record = await region.getValueMetadata("user:42");
   * if (record) console.log(record.payload, record.age);
   * ```
   */
  getValueMetadata<T extends V = V>(key: string, options?: GetOptions): Promise<CachedValue<T> | undefined>;

  /**
   * Returns the value under a key, and calls `creator` to load it if it is missing or stale. Concurrent callers share one load:
   * they wait for it, or get the stale value at once.
   *
   * `creator` may return a value or a promise. It is called without `this`, with a CreatorContext, or with `creatorArgs` if given.
   * If it fails, all waiting callers get its error unchanged, and nothing is stored.
   *
   * Rejects with ReentrantError if a creator asks for the key that it is loading and there is no stale value; with TimeoutError after
   * the call's `timeout`, or if a load and the one that took over both exceeded `lockTimeout`; with the reason of the `signal`; and
   * with BackendError if `backendErrors` is "throw".
   *
   * @example
   * ```ts
   * const user = await region.getOrCreate("user:42", () => loadUser(42));
   * ```
   */
  getOrCreate<T extends V, A extends unknown[]>(
    key: string,
    creator: (...args: A) => Awaitable<T>,
    options: CreateOptions<NoInfer<T>> & { creatorArgs: A },
  ): Promise<T>;
  getOrCreate<T extends V>(key: string, creator: (context: CreatorContext<V>) => Awaitable<T>, options?: CreateOptions<NoInfer<T>>): Promise<T>;

  /**
   * Like `getOrCreate`, but returns the whole record and where it came from, for example for an `Age` or `X-Cache` header.
   *
   * `state`: "fresh" and "stale" values were stored before, "created" was loaded by this call, "coalesced" by another caller.
   *
   * @example
   * ```ts
   * const entry = await region.getOrCreateEntry("user:42", () => loadUser(42));
   * const headers = { "X-Cache": entry.state, Age: String(Math.floor(entry.age)) };
   * ```
   */
  getOrCreateEntry<T extends V>(
    key: string,
    creator: (context: CreatorContext<V>) => Awaitable<T>,
    options?: CreateOptions<NoInfer<T>>,
  ): Promise<CachedValue<T> & { readonly state: "fresh" | "stale" | "created" | "coalesced" }>;

  /**
   * Like `getOrCreate` for many keys: one backend read, one creator call for the keys that nobody else is loading, one backend
   * write. The values are in the order of `keys`.
   *
   * `creator` gets the unique keys to load, in the order of `keys`, and returns an array with a value, or a promise for one, for each
   * key in that order. An array of another length is a ValidationError for all waiting callers, and nothing is stored.
   *
   * @example
   * ```ts
   * const users = await region.getOrCreateMulti(["user:1", "user:2"], (keys) =>
   *   Promise.all(keys.map((key) => loadUser(Number(key.slice("user:".length))))),
   * );
   * ```
   */
  getOrCreateMulti<T extends V>(
    keys: Iterable<string> & object,
    creator: (keys: string[], context: MultiCreatorContext) => Awaitable<readonly Awaitable<T>[]>,
    options?: CreateOptions<NoInfer<T>>,
  ): Promise<T[]>;

  /**
   * Stores a value. If a load of this key is running, its result does not overwrite the value; callers that already wait still
   * receive the result.
   *
   * A promise as value is a ValidationError. Rejects with the backend's own error.
   *
   * @example
   * ```ts
   * await region.set("user:42", { id: 42, name: "Grace" }, { expiresIn: "1h" });
   * ```
   */
  set(key: string, value: V, options?: SetOptions): Promise<void>;

  /**
   * Like `set` for many values, with one backend write.
   *
   * @example
   * ```ts
   * await region.setMulti({ "user:1": { id: 1, name: "Ada" }, "user:2": { id: 2, name: "Grace" } });
   * ```
   */
  setMulti(values: Map<string, V> | Record<string, V> | Iterable<readonly [string, V]>, options?: SetOptions): Promise<void>;

  /**
   * Deletes a value. If a load of this key is running, its result is not stored; callers that already wait still receive it.
   *
   * Rejects with the backend's own error.
   *
   * @example
   * ```ts
   * await region.delete("user:42");
   * ```
   */
  delete(key: string): Promise<void>;

  /**
   * Like `delete` for many keys, with one backend call.
   *
   * @example
   * ```ts
   * await region.deleteMulti(["user:1", "user:2"]);
   * ```
   */
  deleteMulti(keys: Iterable<string> & object): Promise<void>;

  /**
   * Invalidates all values that were created until now. It takes effect in this region before it returns.
   *
   * Hard (default): the values count as missing. Soft, with `{ soft: true }` or `false`: they count as stale. The result of a running
   * load is not stored; callers that already wait still receive it. The promise settles when the strategy has informed the others,
   * such as other tabs.
   *
   * @example
   * ```ts
   * await region.invalidate(); // from now on everything is loaded again
   * await region.invalidate({ soft: true }); // the same, but stale values are returned meanwhile
   * ```
   */
  invalidate(hard?: boolean | { soft: boolean }): Promise<void>;

  /**
   * Invalidates all values with any of these tags whose creation began until now. It takes effect in this region before it returns, and costs the
   * same for one value or a million.
   *
   * Hard (default): the values count as missing. Soft, with `{ soft: true }` or `false`: they count as stale. The result of a running load with
   * one of the tags is not stored; callers that already wait still receive it. The promise settles when the strategy has informed the
   * others.
   *
   * Rejects with a ValidationError for what is no list of tags, and in a region without a `tagInvalidator`. An empty list does nothing.
   *
   * @example
   * ```ts
   * import { createRegion, MemoryBackend, TagInvalidation } from "dogpile";
   *
   * const region = createRegion({ backend: new MemoryBackend(), tagInvalidator: new TagInvalidation() });
   * const page = await region.getOrCreate("page:7", () => "<h1>Ada</h1>", { tags: ["user:42", "posts"] });
   * await region.invalidateTags(["user:42"]); // every value that depends on user 42
   * ```
   */
  invalidateTags(tags: Iterable<string> & object, hard?: boolean | { soft: boolean }): Promise<void>;

  /**
   * Calls an additional observer at this region's events. Returns a function that ends it.
   *
   * Throws a ValidationError unless `observer` is an object.
   *
   * @example
   * ```ts
   * const end = region.observe({ onError: (error, where) => console.error(where, error) });
   * ```
   */
  observe(observer: Partial<RegionObserver>): () => void;
  /**
   * Calls `listener` after the value that `getOrCreate(key)` returns may have changed. Returns a function that ends the subscription.
   *
   * `why`: "stored" by a `set` or a load; "deleted"; "invalidated", here or elsewhere; or "elsewhere": the backend reports a write by somebody else, or was replaced. The
   * listener is called in a microtask. If it throws or rejects, the error goes to `observer.onError`, as "background".
   *
   * Throws RegionNotConfigured before `configure`.
   *
   * @example
   * ```ts
   * const end = region.subscribe("user:42", (why) => console.log(`user 42 was ${why}`));
   * ```
   */
  subscribe(key: string, listener: (why: "stored" | "deleted" | "invalidated" | "elsewhere") => void): () => void;
  /**
   * Whether a load of this key is running in this region, or anywhere that shares the backend's lock.
   *
   * @example
   * ```ts
   * if (await region.keyIsLocked("user:42")) console.log("being loaded");
   * ```
   */
  keyIsLocked(key: string): Promise<boolean>;

  /**
   * Returns a cached version of `fn`, with one value for each list of arguments. `fn` gets exactly the arguments of the call.
   *
   * Without `fn` it returns a function that wraps a function or decorates a method: see CacheDecorator.
   *
   * Throws a ValidationError for an invalid option or a missing namespace. The region may get its backend later; calls reject until
   * then.
   *
   * @example
   * ```ts
   * const getUser = region.cacheOnArguments({ namespace: "user" }, (id: number) => loadUser(id));
   *
   * const user = await getUser(42);
   * await getUser.invalidate(42);
   * ```
   */
  cacheOnArguments<A extends unknown[], R>(options: FunctionOptions<R>, fn: (...args: A) => Awaitable<R>): CachedFunction<A, R>;
  cacheOnArguments(options: FunctionOptions<any>): CacheDecorator;

  /**
   * Returns a cached version of `fn`, with one value for each argument. `fn` is called once, with the arguments whose values are
   * missing.
   *
   * `fn` returns an array of values in the order of its arguments. With `asDict: true` it returns a Map from argument to value; an
   * argument that the Map lacks is not stored and is absent from the result.
   *
   * @example
   * ```ts
   * const getUsers = region.cacheMultiOnArguments({ namespace: "user" }, (...ids: number[]) => Promise.all(ids.map(loadUser)));
   *
   * const users = await getUsers(1, 2, 3);
   * ```
   */
  cacheMultiOnArguments<K, R>(options: FunctionOptions<R> & { asDict: true }, fn: (...keys: K[]) => Awaitable<Map<K, R>>): CachedMultiFunction<K, R, Map<K, R>>;
  cacheMultiOnArguments<K, R>(options: FunctionOptions<R> & { asDict?: false }, fn: (...keys: K[]) => Awaitable<readonly R[]>): CachedMultiFunction<K, R, R[]>;

  /**
   * Closes a backend that the region created by name. A backend that you created is yours to close.
   *
   * A running load still returns its value to its callers, but does not store it.
   *
   * @example
   * ```ts
   * await using region = createRegion({ backend: "dogpile.cache.memory" }); // closed at the end of the block
   * ```
   */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface GetOptions {
  /** The age at which a value counts as expired for this read. Default: the value's own limit, else the region's. */
  expirationTime?: Duration | null | undefined;
  /** Returns expired and invalidated values too. Default: `false`. */
  ignoreExpiration?: boolean | undefined;
}

export interface SetOptions {
  /** The value's own expiration, stored with it. It overrides the region's; a call's overrides it. Default: none. */
  expiresIn?: Duration | null | undefined;
  /** Names under which `invalidateTags` finds the value: at most 64 non-empty strings of at most 256 characters. Default: none. */
  tags?: readonly string[] | undefined;
}

/** Options of one call. */
export interface CreateOptions<T = unknown> {
  /** The age at which a value counts as expired for this call. Default: the value's own limit, else the region's. */
  expirationTime?: Duration | null | undefined;
  /**
   * Decides whether a created value is stored: a falsy result returns the value without storing it. It is called once per value.
   *
   * It may return a promise; if that takes longer than `lockTimeout`, the value is not stored and the observer gets an error. If it
   * throws, all waiting callers get the error, and nothing is stored. Default: every value is stored.
   */
  shouldCacheFn?: ((value: T) => unknown) | undefined;
  /** Loads even if there is a fresh value. If a load is running, the call joins it. Default: `false`. */
  forceRefresh?: boolean | undefined;
  /**
   * Cancels this call, which rejects with the signal's reason. The load continues while other callers wait for it.
   *
   * Default: none.
   */
  signal?: AbortSignal | undefined;
  /**
   * How long this call waits. After that it returns the stale value, or rejects with a TimeoutError if there is none. The load
   * continues.
   *
   * Default: no limit.
   */
  timeout?: Duration | undefined;
  /**
   * Returns a stale value if the creator fails and the value expired no longer ago than this; `observer.onError` gets the error. A
   * hard-invalidated value is never returned. The backend is told to keep values that this call stores that much longer.
   *
   * Default: the region's; else the call rejects with the creator's error.
   */
  staleIfError?: Duration | undefined;
  /**
   * `true`: if there is a stale value, this call returns it and the new one is loaded in the background. `false`: this call loads and
   * waits, if nobody else is loading. `getOrCreateMulti` ignores it.
   *
   * Default: the region's.
   */
  staleWhileRevalidate?: boolean | undefined;
  /** Keeps the runtime alive until this call's work is done, as the region's option does. Default: the region's. */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /** How long a load may run, from its start, before this caller takes over. Default: the region's. */
  lockTimeout?: Duration | undefined;
  /**
   * Tags for every value that this call loads, in addition to those of its creator. A call that joins a running load adds its tags to that.
   *
   * They are not compared with the tags of a value that is already stored. The region needs a `tagInvalidator`. Default: none.
   */
  tags?: readonly string[] | undefined;
  /** Calls the creator again if it fails. `false`: calls it once. Of callers who share a load, the one that leads it decides. Default: the region's. */
  retry?: RetryOptions | false | undefined;
}

/** The argument of a creator. A copy, `{ ...context }`, has all members. */
export interface CreatorContext<V = unknown> {
  /** The key, as the caller gave it. */
  readonly key: string;
  /** Aborts when every waiting caller was cancelled by its own `signal`. A caller's `timeout` does not abort it, nor a background load. */
  readonly signal: AbortSignal;
  /** The record that this load replaces; `undefined` if there is none. */
  readonly stale: CachedValue<V> | undefined;
  /**
   * Sets the value's own expiration, stored with it. It overrides the region's; a call's overrides it.
   *
   * Call it before the creator's promise settles; the last call counts.
   */
  expiresIn(duration: Duration): void;
  /**
   * Adds tags to the value, until the creator's promise settles. Throws a ValidationError for what is no tag, for more than 64, and in a region
   * without a `tagInvalidator`.
   */
  tags(...tags: string[]): void;
}

/** The second argument of a creator of many values. */
export interface MultiCreatorContext {
  /** Aborts when nobody waits for any of the keys: see `CreatorContext.signal`. */
  readonly signal: AbortSignal;
  /** Sets the expiration of one of the values: see `CreatorContext.expiresIn`. */
  expiresIn(key: string, duration: Duration): void;
  /** Adds tags to one of the values: see `CreatorContext.tags`. Throws a ValidationError for a key that the creator was not given. */
  tags(key: string, ...tags: string[]): void;
}

/** Counters of a region. A call of many keys counts each of its keys. */
export interface RegionStats {
  /** Fresh values returned. */
  hits: number;
  /** Stale values returned while another caller loads. */
  staleHits: number;
  /** Callers that found no value to return. */
  misses: number;
  /** Values that a creator was asked for. */
  creations: number;
  /** Creations that failed. */
  creationErrors: number;
  /** Callers that got a value loaded by another caller, here or anywhere that shares the backend's lock. */
  coalesced: number;
  /** Loads that another caller took over. */
  takeovers: number;
  /** Fresh values whose renewal was begun before they expired. */
  earlyRefreshes: number;
  /** Reads, writes, locks and invalidation strategies that failed. */
  backendErrors: number;
}

/**
 * Functions that a region calls at its own events, with the region's name as the last argument. What they throw or return is ignored, except for
 * `aroundCreate`.
 */
export interface RegionObserver {
  /** A fresh value was returned. */
  onHit(key: string, region: string | undefined): void;
  /** A stale value was returned. */
  onStale(key: string, region: string | undefined): void;
  /** No value was found. `why`: for `get`, `getMulti` and `getValueMetadata` an expired value is "invalidated" too. */
  onMiss(key: string, why: "absent" | "version" | "invalidated" | "unreadable", region: string | undefined): void;
  /** A creator is about to be called for these keys, in the async context of the call that it belongs to. */
  onCreateStart(keys: string[], region: string | undefined): void;
  /** A creator has returned. `keys`: those that it gave a value for. `seconds`: how long it took. A creator that fails for all keys is not reported. */
  onCreate(keys: string[], seconds: number, region: string | undefined): void;
  /** A creator has failed and is called again in so many seconds. `attempt`: how many have failed. See RetryOptions. */
  onRetry(keys: string[], error: unknown, attempt: number, seconds: number, region: string | undefined): void;
  /**
   * Called instead of the creator, after `onCreateStart`: it has to call `create` and return what that returns, for example inside a tracing span. What
   * it returns or throws counts as the creator's. It surrounds all attempts of `retry`. `create` returns the creator's value or promise, and throws what the creator throws.
   *
   * @example
   * ```ts
   * region.observe({ aroundCreate: (create, keys) => trace(`load ${keys.length} values`, create) });
   * ```
   */
  aroundCreate(create: () => unknown, keys: string[], region: string | undefined): unknown;
  /** The backend has accepted values: of `set`, of `setMulti`, or created ones. Each key is told once; a write that fails or is late is not reported. */
  onSet(keys: string[], region: string | undefined): void;
  /** The backend has accepted a `delete` or a `deleteMulti`. Each key is told once, whether or not it was there. */
  onDelete(keys: string[], region: string | undefined): void;
  /** After a call of `invalidate`, as soon as it is in effect in this region. Invalidations elsewhere are not reported. */
  onInvalidate(hard: boolean, region: string | undefined): void;
  /**
   * A MemoryBackend has removed a record by itself: beyond `maxEntries` ("size"), or long after it had expired ("expired"). `key`: as the backend has it,
   * after `keyMangler`. Told in a microtask, to every region over the backend, also behind proxies, or over a TieredBackend whose near tier it is. It
   * must exist when the region is configured or `observe` is called. Other backends report nothing.
   */
  onEvict(key: string, why: "size" | "expired", region: string | undefined): void;
  /** A caller waits for another caller's load. */
  onWait(key: string, region: string | undefined): void;
  /** Another caller took over a load. */
  onTakeover(key: string, region: string | undefined): void;
  /** `invalidateTags` was called on this region. */
  onInvalidateTags(tags: string[], hard: boolean, region: string | undefined): void;
  /**
   * An error that callers did not get. `where`: "background" is a creator whose callers got a stale value or have left, "invalidate" an
   * invalidation strategy that could not be refreshed.
   */
  onError(error: unknown, where: "read" | "write" | "lock" | "background" | "invalidate", region: string | undefined): void;
}

/** Returns the key that the backend sees. It must return a string. Keys that it maps to the same string share one value. */
export type KeyMangler = (key: string) => string;

/**
 * Converts a value to text or bytes, and back. For reading, the region accepts text and bytes from the backend in either case.
 *
 * A region with a serializer stores `{"ct": 1700000000.0, "v": 2}|value`, byte for byte what Python's dogpile.cache writes. If
 * `parse` or `decode` throws, the value counts as missing and `observer.onError` gets the error; a CantDeserialize is not reported.
 */
export type Serializer = { stringify(payload: any): string; parse(text: string): any } | { encode(payload: any): Uint8Array; decode(bytes: Uint8Array): any };

/**
 * Loads a stale value in its own way. `creator` calls the caller's creator; waiting callers get its result when the runner releases
 * the mutex. If the runner throws, the mutex is released and the caller gets the error.
 */
export type AsyncCreationRunner = (region: Region<any>, key: string, creator: () => Promise<unknown>, mutex: Mutex, job: CreationJob) => void;
export interface CreationJob {
  /** Stores the value and returns `true`. Returns `false` if `shouldCacheFn` declines it, or a `set`, `delete`, invalidation or release came first. */
  store(value: unknown): Promise<boolean>;
  /** Keeps the runtime alive until the promise settles. A rejection goes to `observer.onError`, as "background". */
  waitUntil(promise: Promise<unknown>): void;
  /** Reports an error to `observer.onError`, as "background". */
  failed(error: unknown): void;
}
/** Loads, stores and releases in the background, within `waitUntil` if there is one. Errors go to `observer.onError`. */
export const backgroundRunner: AsyncCreationRunner;

// ---------------------------------------------------------------- functions

/** Options of a cached function. Functions among them that make keys must return at once; a promise makes the calls reject with a ValidationError. */
export interface FunctionOptions<R = unknown> extends Omit<CreateOptions<R>, "expirationTime" | "signal" | "tags"> {
  /**
   * The first part of every key; give each cached function its own. Required unless there is a key generator.
   *
   * A function gets the method's `this` at each call, so that instances do not share values.
   */
  namespace?: string | ((self: unknown) => string) | undefined;
  /** As for `getOrCreate`, or a function that returns it, called for each call. Default: the value's own limit, else the region's. */
  expirationTime?: Duration | null | (() => Duration | null | undefined) | undefined;
  /** As for `getOrCreate`, or a function of the call's arguments that returns them. The `set` of the function uses them too. Default: none. */
  tags?: readonly string[] | ((...args: any[]) => readonly string[]) | undefined;
  /**
   * Converts an argument to its part of the key.
   *
   * Default: canonical JSON. Object keys are sorted and trailing `undefined` is dropped; `undefined`, NaN, `-0`, bigint, Date and a
   * hole in an array differ from each other. Functions, symbols, class instances, cycles, nesting deeper than 500 levels and text of
   * more than 1,048,576 characters are a TypeError.
   */
  toStr?: ((argument: any) => string) | undefined;
  /** Makes the keys of `cacheOnArguments`. Default: the region's. */
  functionKeyGenerator?: FunctionKeyGenerator | undefined;
  /** Makes the keys of `cacheMultiOnArguments`. Default: the region's. */
  functionMultiKeyGenerator?: FunctionMultiKeyGenerator | undefined;
}

/**
 * Wraps a function, or decorates a method or static method, which keeps its `this`. Standard and legacy (`experimentalDecorators`)
 * decorators work.
 *
 * Decorating a class, a field, an accessor or a parameter is a ValidationError.
 */
export interface CacheDecorator {
  <A extends unknown[], R>(fn: (...args: A) => Awaitable<R>, context?: ClassMethodDecoratorContext): CachedFunction<A, R>;
  (target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<(...args: any[]) => Promise<any>>): void;
}

/**
 * A function made by `cacheOnArguments`, with the `name` and `length` of the original. All calls reject with what the key generator throws.
 *
 * If a method's namespace depends on `this`, pass `this` to the helpers: `user.load.invalidate.call(user, 1)`.
 */
export interface CachedFunction<A extends unknown[], R> {
  (...args: A): Promise<R>;
  /** Returns the stored value of these arguments, like `region.get`. The region's expiration applies, not the function's. */
  get(...args: A): Promise<R | undefined>;
  /** Stores a value for these arguments, like `region.set`. */
  set(value: R, ...args: A): Promise<void>;
  /** Deletes the value of these arguments. */
  invalidate(...args: A): Promise<void>;
  /** Calls the function, stores the new value and returns it. If a load is running, the call joins it. */
  refresh(...args: A): Promise<R>;
  /** The original function. */
  original(...args: A): Awaitable<R>;
}

/** A function made by `cacheMultiOnArguments`. Its helpers are those of CachedFunction, for many arguments. */
export interface CachedMultiFunction<K, R, Out> {
  (...keys: K[]): Promise<Out>;
  get(...keys: K[]): Promise<(R | undefined)[]>;
  set(values: Map<K, R>): Promise<void>;
  invalidate(...keys: K[]): Promise<void>;
  refresh(...keys: K[]): Promise<Out>;
  original(...keys: K[]): Awaitable<unknown>;
}

/** Returns the function that makes keys from arguments. It is called once per cached function; if the namespace depends on `this`, once per call. */
export type FunctionKeyGenerator = (namespace: string | undefined, fn: Function, toStr: (argument: any) => string) => (...args: any[]) => string;

/** Like FunctionKeyGenerator, with one key for each argument. */
export type FunctionMultiKeyGenerator = (namespace: string | undefined, fn: Function, toStr: (argument: any) => string) => (...args: any[]) => string[];

/** The default generator: `namespace|arg1 arg2`. Throws a ValidationError without a namespace. */
export const functionKeyGenerator: FunctionKeyGenerator;

/** The default generator for many arguments: `namespace|arg`, one key each. Throws a ValidationError without a namespace. */
export const functionMultiKeyGenerator: FunctionMultiKeyGenerator;

/** Returns the SHA-1 of the key's UTF-8, as 40 lower-case hexadecimal digits. A lone surrogate counts as its three WTF-8 bytes. */
export const sha1MangleKey: KeyMangler;

/** Returns a mangler that applies `mangler` only to keys of `length` code points or more. Throws a ValidationError for arguments of other types. */
export function lengthConditionalMangler(length: number, mangler: KeyMangler): KeyMangler;

// ---------------------------------------------------------------- backends

/**
 * The interface of a backend. Every method may return a value or a promise.
 *
 * If a multi method is missing, the region calls the single one for each key. A Keyv object is refused, because its `set` takes
 * milliseconds; the ValidationError shows how to wrap it.
 */
export interface CacheBackend {
  /** Returns the record under a key; `undefined` or `null` is a miss. */
  get(key: string): Awaitable<any>;
  /** Returns one result for each key, in order. */
  getMulti?(keys: string[]): Awaitable<any[]>;
  /** Stores a record. `hint.expirationTime` is the TTL in seconds to give your store. */
  set(key: string, value: any, hint?: StoreHint): Awaitable<unknown>;
  setMulti?(values: Map<string, any>, hint?: StoreHint): Awaitable<unknown>;
  delete(key: string): Awaitable<unknown>;
  deleteMulti?(keys: string[]): Awaitable<unknown>;
  /** Deletes all records. The region does not call it. */
  clear?(): Awaitable<unknown>;
  /** Returns all keys and records. The region does not call it. */
  entries?(): AsyncIterable<[string, Stored]> | Iterable<[string, Stored]>;
  /**
   * Returns a lock for a key that reaches as far as the store, for example to other tabs or processes; `undefined` for no lock. It is
   * called once for each load.
   *
   * On a miss, callers wait for the lock and read again. With a stale value they do not wait: they serve it. If the lock fails or does
   * not respond, the error is reported and the load runs without it.
   */
  getMutex?(key: string): Mutex | undefined | null;
  /** Changes keys as the store requires. The region's own `keyMangler` replaces it. */
  readonly keyMangler?: KeyMangler | undefined;
  /** Converts records as the store requires. The region's own `serializer` replaces it. */
  readonly serializer?: Serializer | undefined;
  /**
   * Calls `listener` with the keys that somebody else has written or deleted, or with `undefined` if it may be any key. Returns a function that ends
   * the subscription. A running load of such a key is not stored, and the region informs its own subscribers.
   */
  subscribe?(listener: (keys: readonly string[] | undefined) => void): () => void;
}

/** What a region tells a backend about a record that it stores. */
export interface StoreHint {
  /**
   * The TTL in seconds to give your store: long enough that a stale copy remains. Absent if the value never expires.
   *
   * It is the longest expiration of the call, the value and the region, plus the longest of that same expiration, 60 s and
   * `staleIfError`.
   */
  expirationTime?: number;
}

/** A lock of one key. */
export interface Mutex {
  /** Acquires the lock and returns `true`. With `wait: false` it returns `false` at once if the lock is held. `signal` cancels waiting. */
  acquire(wait?: boolean, options?: { signal?: AbortSignal }): Awaitable<boolean>;
  /** Releases the lock; a second call does nothing. `stored`: the record written under this lock, for `handover`. */
  release(stored?: Stored): Awaitable<void>;
  /** Whether anyone holds the lock. */
  locked(): Awaitable<boolean>;
  /** Returns the record that the last holder left, for stores that show a write only later. If there is one, the backend is not read again. */
  handover?(): Awaitable<Stored | undefined>;
  /** Replaces what will be handed over, after a `set` (its record) or a `delete` (nothing) without the lock. */
  supersede?(stored?: Stored): Awaitable<void>;
}

/**
 * Stores records in a Map, in this process, tab or isolate.
 *
 * Long-expired entries are removed gradually, as new ones are written.
 */
export class MemoryBackend implements CacheBackend {
  /**
   * Arguments of "dogpile.cache.memory" may have Python's names: `max_entries`, and `cache_dict` for `cache`.
   *
   * Throws a ValidationError for an invalid option.
   */
  constructor(options?: {
    /**
     * How many records to keep. If there are more, one that was not read lately is removed (SIEVE). The times of a
     * StoredInvalidationStrategy do not count and are never removed. Default: no limit.
     */
    maxEntries?: number | undefined;
    /** The Map to use. Expired records stay in it, and `maxEntries` removes the oldest first. Default: a private one. */
    cache?: Map<string, Stored> | undefined;
    /** Stores and returns copies (structured clone) instead of references. Default: `false`. */
    clone?: boolean | undefined;
  });
  /** The number of records. */
  readonly size: number;
  get(key: string): Stored | undefined;
  set(key: string, value: Stored, hint?: StoreHint): void;
  delete(key: string): void;
  clear(): void;
  entries(): IterableIterator<[string, Stored]>;
}

/**
 * Stores records in IndexedDB, in a window or worker of a browser. All tabs of the origin share them, and they survive a reload.
 *
 * If IndexedDB cannot be used (Node, blocked storage, a sandboxed frame), or while the database does not open, records are kept in
 * memory and `console.warn` says so once. If the quota is exceeded, the oldest records are deleted; if that does not help, nothing is
 * stored for a minute. `getOrCreate` does not fail in either case.
 */
export class IndexedDBBackend implements CacheBackend {
  /**
   * Arguments of "dogpile.cache.indexeddb" may have Python's style of names: `database_name`, `max_entries`.
   *
   * Throws a ValidationError for an invalid option.
   */
  constructor(options?: {
    /** The database. "dogpile" is deleted if it can no longer be opened; a database of any other name is never deleted. Default: "dogpile". */
    databaseName?: string | undefined;
    /** The object store in it, created if missing. Default: "records". */
    storeName?: string | undefined;
    /** One load at a time in all tabs and workers, by Web Locks. On an insecure origin there are none: each tab loads for itself. Default: `true`. */
    lock?: boolean | undefined;
    /** "strict": a write waits until it is on the disk. Default: "relaxed". */
    durability?: "relaxed" | "strict" | undefined;
    /** Records written longer ago may be deleted. It must be greater than zero. Default: never. */
    maxAge?: Duration | undefined;
    /** How many records to keep; the oldest are deleted soon after a write. Default: no limit, and 1,000 in memory. */
    maxEntries?: number | undefined;
  });
  /** Returns what this backend was last given, even if that write was not awaited. */
  get(key: string): Promise<Stored | undefined>;
  getMulti(keys: string[]): Promise<(Stored | undefined)[]>;
  /** Rejects with a ValidationError for a value that structured clone cannot copy or the database cannot store. Other writes are not affected. */
  set(key: string, value: Stored, hint?: StoreHint): Promise<void>;
  setMulti(values: Map<string, Stored>, hint?: StoreHint): Promise<void>;
  delete(key: string): Promise<void>;
  deleteMulti(keys: string[]): Promise<void>;
  clear(): Promise<void>;
  /** Returns all entries in the order of their keys, read in pages. Records written meanwhile may be missing. */
  entries(): AsyncIterableIterator<[string, Stored]>;
  /** The lock of a key across tabs and workers, held for at most 30 s; `undefined` if there is none. */
  getMutex(key: string): Mutex | undefined;
  /**
   * Waits for running operations and closes the database, so that it can be deleted. Later calls reject with a BackendError; a
   * region with this backend continues without it.
   */
  close(): Promise<void>;
  /** Calls `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Passes every call on to the backend behind it; override what you need. It sees keys after the mangler and records after the serializer. */
export class ProxyBackend implements CacheBackend {
  /** The backend or proxy behind this one. */
  proxied: CacheBackend;
  /** Puts this proxy in front of a backend. The region calls it. */
  wrap(backend: CacheBackend): this;
  get(key: string): Awaitable<any>;
  getMulti(keys: string[]): Awaitable<any[]>;
  set(key: string, value: any, hint?: StoreHint): Awaitable<unknown>;
  setMulti(values: Map<string, any>, hint?: StoreHint): Awaitable<unknown>;
  delete(key: string): Awaitable<unknown>;
  deleteMulti(keys: string[]): Awaitable<unknown>;
  clear(): Awaitable<unknown>;
  entries(): AsyncIterable<[string, Stored]> | Iterable<[string, Stored]>;
  getMutex(key: string): Mutex | undefined | null;
}

/**
 * A near backend in front of a far one, for example memory in front of IndexedDB, KV or Redis. To a region it is one backend. Either tier may be a
 * TieredBackend too.
 *
 * A write goes to `near` at once and settles with `far`. If it fails, `near` keeps it, and the far record is deleted as soon as `far` responds
 * again. Errors of `near` never reach callers.
 */
export class TieredBackend implements CacheBackend {
  /**
   * Throws a ValidationError for an invalid argument, also if both tiers are the same object.
   *
   * Give a serializer here and not to the region: `near` then holds records as they are, and a hit there parses nothing.
   */
  constructor(
    near: CacheBackend,
    far: CacheBackend,
    options?: {
      /**
       * How long a record in `near` is used before `far` is asked again. It starts when the record was put there. Default: 10 s; while the bus is up,
       * 5 min.
       */
      nearFor?: Duration | undefined;
      /** For `far`. Default: the one that it recommends, if any. `false`: none. */
      serializer?: Serializer | false | undefined;
      /** Informs the near tiers of other processes, tabs or threads about writes. Default: none. */
      bus?: Bus | undefined;
      /** The longest time for one operation of a tier; a longer one has failed. Waiting for a lock is not limited by it. `-1`: no limit. Default: 2 s. */
      farTimeout?: Duration | undefined;
      /** How long a tier is not used after a failed operation. During that time `near` alone serves, and writes reject with a BackendError. Default: 1 s. */
      pause?: Duration | undefined;
      /**
       * Called with errors that did not reach a caller, and the part that caused them. Default: the first error of each part goes to `console.warn`.
       */
      onError?: ((error: unknown, where: "near" | "far" | "bus") => void) | undefined;
    },
  );
  readonly near: CacheBackend;
  readonly far: CacheBackend;
  /** Counters since the backend was created: a copy. */
  readonly stats: TieredStats;
  /** That of `far`. */
  readonly keyMangler: KeyMangler | undefined;
  /** Rejects if `far` fails or is paused, and `near` has no record. */
  get(key: string): Awaitable<Stored | undefined>;
  /** Reads from `far` once, and only what `near` lacks. If `far` fails, those keys are misses; if every key fails, it rejects. */
  getMulti(keys: string[]): Awaitable<(Stored | undefined)[]>;
  /** Rejects with the error of `far`. The record in `near` is used nevertheless. */
  set(key: string, value: Stored, hint?: StoreHint): Promise<void>;
  setMulti(values: Map<string, Stored>, hint?: StoreHint): Promise<void>;
  delete(key: string): Promise<void>;
  deleteMulti(keys: string[]): Promise<void>;
  /** Rejects with a BackendError if `far` has no `clear`. */
  clear(): Promise<void>;
  /** The entries of `far`. Records that cannot be read are left out. */
  entries(): AsyncIterableIterator<[string, Stored]>;
  /**
   * The lock of `far`. If that has none, one that is always free: it makes a region read `far` before it replaces a record of `near`. `undefined` during a
   * pause, and if the key was just read from `far`.
   */
  getMutex(key: string): Mutex | undefined;
  /** Calls `listener` with the keys that the bus reports, or with `undefined` if it may be any key. Returns a function that ends the subscription. */
  subscribe(listener: (keys: readonly string[] | undefined) => void): () => void;
  /** Leaves the bus. It does not close the tiers. */
  close(): void;
  [Symbol.dispose](): void;
}

/** What a TieredBackend has counted. */
export interface TieredStats {
  /** `hits`: keys that `near` answered. `misses`: keys that it did not. `errors`: failed operations. */
  near: { hits: number; misses: number; errors: number };
  /** `skipped`: keys for which `far` was not asked because of a pause, or because its record is outdated. */
  far: { hits: number; misses: number; errors: number; skipped: number };
  /** Messages sent and received, how often the bus went down, and messages that could not be sent. */
  bus: { sent: number; received: number; downs: number; errors: number };
  /** The number of keys whose far record is outdated because a write failed. They are deleted when `far` responds again. */
  owed: number;
}

/** Stores nothing and has no locks: every call is a miss. */
export class NullBackend implements CacheBackend {
  get(key: string): undefined;
  set(key: string, value: Stored): void;
  delete(key: string): void;
}

/**
 * Stores records in the Cache API: on Cloudflare Workers free of charge and for one data center, in Deno, in browsers and service workers.
 *
 * In a browser prefer IndexedDBBackend, which has locks, reads of many keys and limits.
 */
export class CacheStorageBackend implements CacheBackend {
  /**
   * Throws a ValidationError for an invalid option. Where there is no Cache API (Node, an insecure origin) every call rejects with a BackendError
   * that says so.
   */
  constructor(options?: {
    /** A Cache such as `caches.default` on Workers; not together with `cacheName`. Default: `caches.open(cacheName)`, at the first call. */
    cache?: CacheLike | undefined;
    /** The name of the cache. Default: "dogpile". */
    cacheName?: string | undefined;
    /**
     * The origin of the URLs that keys become. On Workers pass the Worker's own: others cost a DNS lookup. Default: the page's, otherwise
     * "https://dogpile.cache".
     */
    origin?: string | undefined;
    /**
     * How long after it was written a record may be read. It must be greater than zero; it is rounded up to whole seconds and is at most a year.
     * Default: as long as the region may use the record.
     */
    expirationTime?: Duration | undefined;
  });
  get(key: string): Promise<Stored | undefined>;
  /** Stores text. Other values, and text with lone surrogates, are a ValidationError. On Workers it also resolves if the platform stored nothing. */
  set(key: string, value: Stored, hint?: StoreHint): Promise<void>;
  /** On Workers it deletes the record in one data center. */
  delete(key: string): Promise<void>;
  /** Deletes all records. On Workers it rejects with a BackendError: the platform cannot list them. */
  clear(): Promise<void>;
  /** JSON. */
  readonly serializer: Serializer;
  /** Replaces keys with lone surrogates, and keys that make URLs of more than 2,000 bytes, by "sha1:" and their SHA-1. */
  readonly keyMangler: KeyMangler;
}

/** What CacheStorageBackend needs of a Cache. */
export interface CacheLike {
  match(url: string): Promise<any>;
  put(url: string, response: any): Promise<void>;
  delete(url: string): Promise<boolean>;
}

/**
 * Stores records in Cloudflare KV, as text that Python's dogpile.cache can read.
 *
 * A write may take up to 60 s to be visible elsewhere, and KV accepts one write per second for each key. A record of more than 25 MiB
 * and a second write within a second reject; `getOrCreate` still returns the created value.
 */
export class CloudflareKVBackend implements CacheBackend {
  /**
   * Arguments of "dogpile.cache.cloudflare_kv" may have Python's names: `namespace`, `expiration_ttl`, `cache_ttl`. A bundler keeps that
   * name only if CloudflareKVBackend itself is used; otherwise register it.
   *
   * Throws a ValidationError for an invalid argument.
   */
  constructor(
    namespace: KVNamespaceLike,
    options?: {
      /**
       * The names in KV are the prefix, ":" and the key. `clear` and `entries` affect only names with this prefix. The prefix itself
       * must not contain ":". Default: `""`, for names that begin with ":".
       */
      prefix?: string | undefined;
      /**
       * How long KV keeps a record after it was written. KV's minimum is 60 s; a shorter time becomes 60 s, with a warning on the
       * console. Default: as long as the region may use the record, at least 60 s.
       */
      expirationTtl?: Duration | undefined;
      /** How long a location may serve a read from its own copy. KV's minimum is 30 s, as above. Default: KV's own, 60 s. */
      cacheTtl?: Duration | undefined;
      /**
       * One load over all isolates, by a Durable Object for each key: a namespace bound to `DogpileLock`. Backends that share it over
       * different KV namespaces need different prefixes. Default: none, each isolate loads for itself.
       */
      lock?: DurableObjectNamespaceLike | undefined;
    },
  );
  get(key: string): Promise<Stored | undefined>;
  /** Reads 100 keys per KV operation, and separately each key that such a read leaves out. */
  getMulti(keys: string[]): Promise<(Stored | undefined)[]>;
  /** Stores text. Other values, and text with lone surrogates, are a ValidationError. */
  set(key: string, value: Stored, hint?: StoreHint): Promise<void>;
  /** Uses one KV operation per key, six at a time. All are tried before the first failure rejects. */
  setMulti(values: Map<string, Stored>, hint?: StoreHint): Promise<void>;
  delete(key: string): Promise<void>;
  deleteMulti(keys: string[]): Promise<void>;
  /** Deletes all names that begin with the prefix and ":". */
  clear(): Promise<void>;
  entries(): AsyncIterable<[string, Stored]>;
  getMutex(key: string): Mutex | undefined;
  /** JSON. */
  readonly serializer: Serializer;
  /** Replaces a key that KV cannot store by "sha1:" and its SHA-1: one over 512 bytes with prefix and ":", or with a lone surrogate. */
  readonly keyMangler: KeyMangler;
}

/** The part of a KV namespace that the backend uses. The platform's type fits. */
export interface KVNamespaceLike {
  get(...args: any[]): Promise<any>;
  put(...args: any[]): Promise<void>;
  delete(key: string): Promise<void>;
  list(...args: any[]): Promise<any>;
}

/** The part of a Durable Object namespace that the backend uses. The platform's type fits. */
export interface DurableObjectNamespaceLike {
  idFromName(name: string): any;
  get(id: any): any;
}

/**
 * The Durable Object class for the option `lock`: export it from the Worker and bind it. It is a plain class that can be imported
 * anywhere.
 *
 * It keeps its state in memory and writes nothing. The holder renews its lock every second; a lock that is not renewed for three
 * seconds goes to the next waiter. At most 10,000 callers wait for a key; further ones are refused.
 */
export class DogpileLock {
  constructor(state: any, env?: any);
  /** Answers the requests of the backend. Any other request gets status 400 with the reason as text. */
  fetch(request: Request): Promise<Response>;
}

/**
 * Registers a backend factory under a name, for `configure({ backend: name })`. It replaces an earlier one of that name.
 *
 * Built in: "dogpile.cache.memory", "dogpile.cache.null", "dogpile.cache.indexeddb" and "dogpile.cache.cloudflare_kv". A bundler keeps
 * the last two only if their classes are used. Importing "dogpile/redis" adds "dogpile.cache.redis". Throws a ValidationError unless it
 * gets a string and a function.
 */
export function registerBackend(name: string, factory: (args: Record<string, unknown>) => CacheBackend): void;

// ---------------------------------------------------------------- invalidation

/**
 * Stores the times of a region's invalidations. Times are seconds since the epoch, by the region's clock. Results count as true or
 * false by their truthiness.
 *
 * If a method throws, the call rejects with its error and nothing is stored. When a load ends, the region asks again about the load's
 * start time: if it was invalidated meanwhile, also by another tab or process, the result is not stored.
 */
export interface RegionInvalidationStrategy {
  /** Invalidates what was created until `now`, at once for this object. A returned promise settles when others were informed. */
  invalidate(hard: boolean, now: number): Awaitable<void>;
  /** Whether a record of this creation time is missing for `get`. */
  isInvalidated(timestamp: number): unknown;
  /** Whether a record of this creation time is missing for `getOrCreate`. */
  isHardInvalidated(timestamp: number): unknown;
  /** Whether a record of this creation time is stale for `getOrCreate`. */
  isSoftInvalidated(timestamp: number): unknown;
  /**
   * Whether there was any hard invalidation. Asked about a record whose creation time is more than 60 s in the future: it counts as
   * created before every invalidation.
   */
  wasHardInvalidated(): unknown;
  /** Whether there was any soft invalidation: see `wasHardInvalidated`. */
  wasSoftInvalidated(): unknown;
  /**
   * The latest time that it knows, in seconds. The region gives new values a later creation time, so that they are valid. A time more
   * than 60 s in the future is ignored. `undefined`: creation times come from the clock alone.
   */
  readonly latest?: number | undefined;
  /**
   * Called before every decision; a returned promise is awaited. If it rejects or takes longer than `lockTimeout`, `observer.onError`
   * gets the error and the call continues with the times that are known.
   */
  refresh?(now: number): Promise<void> | undefined;
}

/** Keeps the times in this object. Several regions may share one, to be invalidated together. */
export class DefaultInvalidationStrategy implements RegionInvalidationStrategy {
  /** An earlier time than the known one changes nothing. */
  invalidate(hard: boolean, now: number): Awaitable<void>;
  isInvalidated(timestamp: number): boolean;
  isHardInvalidated(timestamp: number): boolean;
  isSoftInvalidated(timestamp: number): boolean;
  wasHardInvalidated(): boolean;
  wasSoftInvalidated(): boolean;
}

/** Sends short texts to other processes, tabs or threads. A message arrives at most once, and may be lost. */
export interface Bus {
  publish(message: string): Awaitable<unknown>;
  /**
   * `message`: a text was published. `up`: messages arrive from now on. `down`: messages may be missed until the next `up`. Returns a function that
   * ends the subscription.
   */
  subscribe(listener: BusListener): () => void;
}

export interface BusListener {
  message(text: string): void;
  up(): void;
  down(): void;
}

/**
 * A bus over a BroadcastChannel: between the tabs and workers of an origin, or the worker threads of a Node process.
 *
 * Without BroadcastChannel, as on Cloudflare Workers, no message arrives and `up` is never called. It does not keep a process alive.
 */
export class BroadcastBus implements Bus {
  /** Buses with the same `name` are connected. Throws a ValidationError unless it is a string. */
  constructor(name: string);
  /** Throws a ValidationError unless the message is a string. After `close` it does nothing. */
  publish(message: string): void;
  /** An error that a listener throws goes to `console.warn`. */
  subscribe(listener: BusListener): () => void;
  /** Ends all subscriptions, after their `down`. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Keeps the times in a backend too, so that other tabs, isolates, processes and later visits see them. They are records under
 * `<key>:hard` and `<key>:soft`; the payload is the time in seconds.
 *
 * The backend has to keep them as long as the values; a MemoryBackend, also behind proxies, never evicts them. A time more than 60 s in
 * the future counts as the moment at which it was first read, and the next `invalidate` here replaces it.
 */
export class StoredInvalidationStrategy extends DefaultInvalidationStrategy {
  /** Throws a ValidationError for an invalid argument. */
  constructor(
    backend: CacheBackend,
    options?: {
      /** The first part of the records' keys. Default: "dogpile:invalidation". */
      key?: string | undefined;
      /** How long times that were read are used before they are read again. Default: 10 s. */
      refresh?: Duration | undefined;
      /** The name of a BroadcastChannel: the same as `bus: new BroadcastBus(channel)`. It is closed with the strategy. Default: none. */
      channel?: string | undefined;
      /** Informs strategies with the same `key` in other processes, tabs or threads at once. Default: none. */
      bus?: Bus | undefined;
      /**
       * By how much the clocks of those who share the backend may differ, 0 to 30 s. Invalidation times are set that far in the future,
       * so that values of a machine whose clock is ahead are invalidated too. Default: 1 s.
       */
      clockSkew?: Duration | undefined;
    },
  );
  readonly latest: number;
  /** Rejects with the backend's own error if the time could not be stored; it takes effect in this object nevertheless. */
  invalidate(hard: boolean, now: number): Promise<void>;
  refresh(now: number): Promise<void> | undefined;
  /** Leaves the bus. */
  close(): void;
  [Symbol.dispose](): void;
}

/**
 * Keeps the invalidation times of tags in this object, for one region or for several.
 *
 * To keep them elsewhere, extend it: let `invalidate` write them too, and `refresh` read them. Times are seconds since the epoch.
 */
export class TagInvalidation {
  /** Throws a ValidationError for an invalid option. */
  constructor(options?: {
    /**
     * How many tags have a time of their own. Beyond that the older half of the times becomes one time, the latest of them, which counts for every
     * tag without its own: it may invalidate too much, never too little. Default: 10,000.
     */
    maxTags?: number | undefined;
  });
  /** Notes an invalidation of these tags. It takes effect before it returns; a promise settles when the others are informed. */
  invalidate(tags: readonly string[], hard: boolean, now: number): Awaitable<void>;
  /** What becomes of a value with these tags whose creation began at `born`: 0 nothing, 1 it is stale, 2 it is missing. */
  verdict(tags: readonly string[], born: number, now: number): 0 | 1 | 2;
  /** Called before `verdict`. A promise that it returns is awaited first; a rejection goes to `observer.onError`, and what is known counts. */
  refresh?(tags: readonly string[], now: number): Promise<void> | undefined;
  /** Changes whenever a time has changed, to a number that no TagInvalidation of this realm has had. */
  readonly epoch: number;
  /** Calls `listener` when times have changed. Returns a function that ends it. */
  subscribe(listener: (tags: readonly string[]) => void): () => void;
}

/**
 * Keeps the times in a backend too, so that other processes, tabs and later visits see them: one record for each tag that was ever invalidated, with the
 * payload `{"hard": seconds | null, "soft": seconds | null}`.
 */
export class StoredTagInvalidation extends TagInvalidation {
  /** Throws a ValidationError for an invalid argument. */
  constructor(
    backend: CacheBackend,
    options?: {
      /** The first part of the records' keys; the tag follows. Default: "dogpile:tag:". */
      prefix?: string | undefined;
      /** How long times that were read are used before they are read again, with one read for all tags of a value. Default: 10 s. */
      refresh?: Duration | undefined;
      /** How long the backend keeps a tag's times. A value with tags is missing once its creation lies that far back. Default: 30 days. */
      keep?: Duration | undefined;
      /** See TagInvalidation. A tag without a time of its own is read again. Default: 10,000. */
      maxTags?: number | undefined;
      /** Informs others with the same bus at once. Default: none. */
      bus?: Bus | undefined;
    },
  );
  /** Rejects with the backend's own error if the times could not be stored; they take effect in this object nevertheless. */
  invalidate(tags: readonly string[], hard: boolean, now: number): Promise<void>;
  refresh(tags: readonly string[], now: number): Promise<void> | undefined;
  /** Leaves the bus. */
  close(): void;
  [Symbol.dispose](): void;
}

// ---------------------------------------------------------------- errors

/**
 * The base class of all errors of dogpile itself. Errors of a creator reach callers unchanged.
 *
 * `code` and `name` are stable; messages may change.
 */
export class DogpileCacheError extends Error {
  readonly code:
    | "REGION_ALREADY_CONFIGURED"
    | "REGION_NOT_CONFIGURED"
    | "VALIDATION"
    | "PLUGIN_NOT_FOUND"
    | "REENTRANT"
    | "TIMEOUT"
    | "BACKEND"
    | "POISONED"
    | "UNSUPPORTED";
}

/** Makes an error of this package, for code that extends it. Throws a ValidationError for an unknown code. */
export function dogpileError(code: DogpileCacheError["code"], message: string, options?: { cause?: unknown }): DogpileCacheError;

/** Thrown by a serializer for a value that it cannot read: it counts as missing and is not reported. */
export class CantDeserialize extends Error {
  readonly code: "CANT_DESERIALIZE";
}
/** `configure` was called a second time without `replaceExistingBackend`. */
export class RegionAlreadyConfigured extends DogpileCacheError {}
/** The region has no backend yet. */
export class RegionNotConfigured extends DogpileCacheError {}
/** An argument or option is invalid. The message names what was given and what is allowed. */
export class ValidationError extends DogpileCacheError {}
/** No backend is registered under the name. */
export class PluginNotFound extends DogpileCacheError {}
/** A creator asked for the key that it is loading. */
export class ReentrantError extends DogpileCacheError {}
/** A call exceeded its `timeout`, or an operation its `lockTimeout`. */
export class TimeoutError extends DogpileCacheError {}
/** The backend failed. `cause` is its error. */
export class BackendError extends DogpileCacheError {}
/** The WebAssembly module has trapped, which is a bug in dogpile. Every call rejects with this until the module is loaded again. */
export class PoisonedError extends DogpileCacheError {}
/** WebAssembly is missing or forbidden. The `import` rejects with this; `cause` is the platform's error. */
export class UnsupportedError extends DogpileCacheError {}
