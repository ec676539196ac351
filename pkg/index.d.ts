/// <reference lib="esnext.disposable" />

// ---------------------------------------------------------------- time and values

/**
 * A length of time: seconds as a number, or a text such as "250ms", "30s", "5m", "2h", "7d", "1h30m", or an object of parts.
 *
 * `-1` and `Infinity` mean "never expires". `0` is a real expiration: what is older than now has expired. Any other negative
 * number expires at once. `null` and `undefined` always mean "not given". NaN and anything else is a ValidationError that
 * quotes the value.
 */
export type Duration = number | string | DurationLike;

/** The sum of its parts; at least one is needed. A `Temporal.Duration` without years, months and weeks serves as it is. */
export interface DurationLike {
  days?: number;
  hours?: number;
  minutes?: number;
  seconds?: number;
  milliseconds?: number;
}

export type Awaitable<T> = T | PromiseLike<T>;

/** What a region stores. Plain: structured clone and JSON keep it whole. */
export interface StoredRecord<T = unknown> {
  readonly payload: T;
  readonly metadata: Readonly<Metadata>;
}

/** dogpile.cache's metadata. */
export interface Metadata {
  /** Creation time in seconds since the epoch. */
  ct: number;
  /** Format version: 2. A record of any other version is a miss. */
  v: number;
  /** The value's own expiration in seconds, `-1` for never; absent where none was given. */
  et?: number;
  [extra: string]: unknown;
}

/** A record as a caller sees it. */
export interface CachedValue<T = unknown> extends StoredRecord<T> {
  /** `metadata.ct`: seconds since the epoch. */
  readonly cachedTime: number;
  /** Seconds from `cachedTime` to the moment of reading this property, never below zero. An own member: it survives `{ ...entry }`. */
  readonly age: number;
  /** Seconds since the epoch when it becomes stale for whoever asked, invalidations aside; Infinity for never. */
  readonly expiresAt: number;
}

/** What a backend may hold: records, or with a serializer their text or bytes. A region takes anything else that it finds for a miss. */
export type Stored = StoredRecord | string | Uint8Array;

// ---------------------------------------------------------------- region

/**
 * Makes a region and gives it a backend: `new Region(options).configure(options)`.
 *
 * Throws what `configure` throws.
 */
export function createRegion<V = unknown>(options: RegionOptions & ConfigureOptions): Region<V>;

/**
 * What a region is for its whole life.
 *
 * Options, here and everywhere, are read once, inherited members and getters included. An unknown name of their own is a
 * ValidationError that lists the known ones, and says which one was probably meant.
 */
export interface RegionOptions {
  /** A name of your own, given back by `region.name`. */
  name?: string | undefined;
  /**
   * Applied to every key before it reaches the backend.
   *
   * Default: the backend's own `keyMangler`, if it has one; `false` switches that off.
   */
  keyMangler?: KeyMangler | false | undefined;
  /** Makes the keys of `cacheOnArguments`, unless the function has its own. Default: `functionKeyGenerator`. */
  functionKeyGenerator?: FunctionKeyGenerator | undefined;
  /** Makes the keys of `cacheMultiOnArguments`, unless the function has its own. Default: `functionMultiKeyGenerator`. */
  functionMultiKeyGenerator?: FunctionMultiKeyGenerator | undefined;
  /**
   * Makes text or bytes of records before they reach the backend. `JSON`, superjson and devalue serve as they are.
   *
   * Default: the backend's own `serializer`, if it has one, else records are stored as they are; `false` switches the
   * backend's off.
   */
  serializer?: Serializer | false | undefined;
  /**
   * Called when a *stale* value exists and this caller won the dogpile lock: the stale value is returned at once and the
   * runner owns the regeneration. It must call `mutex.release()` when done: until then, or until `lockTimeout`, whoever finds
   * a stale value is served that. `backgroundRunner` is ready-made.
   *
   * Default: none, the caller that won creates and waits. `getOrCreateMulti` and `forceRefresh` never ask it.
   */
  asyncCreationRunner?: AsyncCreationRunner | undefined;
  /**
   * `true` does what `asyncCreationRunner: backgroundRunner` does: nobody waits for a stale value's successor.
   *
   * Default: `false`. `true` beside an `asyncCreationRunner` is a ValidationError.
   */
  staleWhileRevalidate?: boolean | undefined;
  /**
   * Tells the time, in seconds since the epoch.
   *
   * Default: `Date.now()`, strictly increasing for creation and invalidation times. It stands still while the system's clock is
   * behind it by 60 s or less; one that is set back by more is believed at once. A clock that is given is used as it is; what it
   * returns must be a finite number.
   */
  clock?: (() => number) | undefined;
  /**
   * Keeps a promise alive past the request that made it: a creation with its write, and what a runner does in the background.
   *
   * It must not close over one request's `ctx`. The promise never rejects; what this throws reaches nobody. Default: on
   * Cloudflare Workers the platform's own, elsewhere none.
   */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /**
   * Told what was hit, missed, created and waited for, and which failures the callers were spared.
   *
   * `onHit`, `onStale`, `onMiss` and `onWait` have to be there when the region is configured; with any of them no call takes the
   * shortest path. Default: nobody is told; without an `onError` the first error of each kind goes to `console.warn`.
   */
  observer?: Partial<RegionObserver> | undefined;
}

/** What a region works with until it is configured again. Unknown names as in RegionOptions. */
export interface ConfigureOptions {
  /**
   * A backend, or the name of a registered one such as "dogpile.cache.memory".
   *
   * A name that nobody registered is a PluginNotFound.
   */
  backend: CacheBackend | string;
  /** Passed to the factory of the named backend, which answers at once. Default: `{}`. */
  arguments?: Record<string, unknown> | undefined;
  /**
   * Every read's expiration, unless the call or the value has its own. Never stored with a value.
   *
   * Default: values never expire.
   */
  expirationTime?: Duration | null | undefined;
  /**
   * Lets `configure` replace the backend that the region has: creations under way still reach those who wait, and are not stored.
   *
   * Default: `false`, a second `configure` throws RegionAlreadyConfigured.
   */
  replaceExistingBackend?: boolean | undefined;
  /**
   * Proxies around the backend, or classes of them, which are made without arguments: `[A, B]` is region -> A -> B -> backend.
   *
   * A proxy stands in one place of one region, which may use it again when it is configured anew. Default: none. A second place
   * and anything else is a ValidationError.
   */
  wrap?: ReadonlyArray<ProxyBackend | (new () => ProxyBackend)> | undefined;
  /**
   * Keeps the times of the region's invalidations, and says what they mean.
   *
   * Default: they are kept in this region object. Without it `configure` keeps the one that there is.
   */
  regionInvalidator?: RegionInvalidationStrategy | undefined;
  /**
   * How long, from a creation's start, waiters wait before one of them takes over, and how long the backend may leave a read,
   * a write or a lock without an answer before that counts as failed, with a TimeoutError.
   *
   * Default: 30 s. Zero and less is a ValidationError.
   */
  lockTimeout?: Duration | undefined;
  /**
   * What `getOrCreate`, `getOrCreateEntry` and `getOrCreateMulti` make of a backend that fails.
   *
   * "degrade" (default) takes an unreadable backend for a miss, returns the created value although it could not be stored, and
   * reports both to `observer.onError`. "throw" rejects with BackendError. All other methods reject with the backend's own error.
   */
  backendErrors?: "degrade" | "throw" | undefined;
  /**
   * The `staleIfError` of calls that have none of their own; what is stored is kept for as long in the backend.
   *
   * Default: a creator's error reaches its callers.
   */
  staleIfError?: Duration | undefined;
}

/**
 * A front end to one cache backend, in which one caller creates a value while the others wait for it or are served the stale one.
 *
 * Keys are arbitrary strings; anything else is a ValidationError. Methods that return promises report only by rejecting, and
 * every one of them rejects with RegionNotConfigured until the region has a backend.
 */
export class Region<V = unknown> {
  /**
   * Throws a ValidationError for what it cannot use.
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
   * Gives the region its backend.
   *
   * Checks everything before it changes anything. Throws ValidationError, PluginNotFound, RegionAlreadyConfigured, and what a
   * named backend's factory throws.
   *
   * @example
   * ```ts
   * region.configure({ backend: new MemoryBackend({ maxEntries: 10_000 }), expirationTime: "5m" });
   * ```
   */
  configure(options: ConfigureOptions): this;

  /**
   * `configure` with what a configuration file says: the members of `config` whose names begin with `prefix`, others are ignored.
   *
   * `configureFromConfig({"cache.backend": "dogpile.cache.memory", "cache.expiration_time": "60", "cache.arguments.max_entries": "500"}, "cache.")`
   *
   * After the prefix come the names of ConfigureOptions, in camelCase or snake_case, or `arguments.` and the name of an argument.
   * Text is coerced: digits to a number, "true" and "false" to a boolean, "None" to `null`; of all other text the blanks around
   * it go. Without a backend it throws a ValidationError, else what `configure` throws, and changes nothing then.
   *
   * @example
   * ```ts
   * const config = { "cache.backend": "dogpile.cache.memory", "cache.expiration_time": "60" };
   * region.configureFromConfig(config, "cache.");
   * ```
   */
  configureFromConfig(config: Record<string, unknown>, prefix: string): this;

  /** As given. */
  readonly name: string | undefined;
  /** Whether the region has a backend. */
  readonly isConfigured: boolean;
  /** The backend. Throws RegionNotConfigured where there is none. */
  readonly backend: CacheBackend;
  /** The innermost backend, below every proxy. Throws RegionNotConfigured where there is none. */
  readonly actualBackend: CacheBackend;
  /** What the region has counted so far: a snapshot. */
  readonly stats: RegionStats;
  /**
   * Puts a proxy, or one of this class, around the backend and all other proxies.
   *
   * Throws RegionNotConfigured where there is no backend, and a ValidationError for a proxy that stands somewhere already.
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
   * The value under a key, or `undefined` when it is absent, expired, invalidated or unreadable.
   *
   * A cached `null`, `0`, `""` or `false` is a hit. Never waits for a creation. Rejects with the backend's own error.
   *
   * @example
   * ```ts
   * const user = await region.get("user:42");
   * if (user === undefined) console.log("not cached");
   * ```
   */
  get<T extends V = V>(key: string, options?: GetOptions): Promise<T | undefined>;

  /**
   * The values under many keys by one backend read, in the order of `keys`, duplicates repeated. Else as `get`.
   *
   * @example
   * ```ts
   * const [ada, grace] = await region.getMulti(["user:1", "user:2"]);
   * ```
   */
  getMulti<T extends V = V>(keys: Iterable<string> & object, options?: GetOptions): Promise<(T | undefined)[]>;

  /**
   * The record under a key, which tells a cached `undefined` from a miss. Else as `get`.
   *
   * @example
   * ```ts
   * const record = await region.getValueMetadata("user:42");
   * if (record) console.log(record.payload, record.age);
   * ```
   */
  getValueMetadata<T extends V = V>(key: string, options?: GetOptions): Promise<CachedValue<T> | undefined>;

  /**
   * The value under a key: a fresh one, or a stale one while another caller creates, or the one that is created for all who wait.
   *
   * `creator` answers at once or by promise, and is called without `this`, with `creatorArgs` where they are given, else with a
   * context. What it throws or rejects with reaches everyone who waits, as it is, and nothing is stored.
   *
   * Rejects with ReentrantError when a creator asks for the key that it is creating and there is no stale value to give it, with
   * TimeoutError when a creation and the one that took over from it have both had their `lockTimeout`, or the call its
   * `timeout`, with the reason of its `signal`, and with BackendError where `backendErrors` is "throw".
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
   * As `getOrCreate`, with the record's age and how it was come by: for an `Age` or `X-Cache` header.
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
   * The values under many keys, in the order of `keys`: one backend read, one creator call for all keys that nobody else is
   * creating, one backend write.
   *
   * The creator gets the unique keys to create, in the order in which they were first asked for, and returns as many values in
   * that order, or promises for them. Any other number is a ValidationError for everyone who waits, and nothing is stored.
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
   * Stores a value. A creation of this key that is under way still reaches those who wait, and is not stored.
   *
   * A promise or other thenable as value is a ValidationError. Rejects with the backend's own error.
   *
   * @example
   * ```ts
   * await region.set("user:42", { id: 42, name: "Grace" }, { expiresIn: "1h" });
   * ```
   */
  set(key: string, value: V, options?: SetOptions): Promise<void>;

  /**
   * Stores many values, by one backend write. Else as `set`.
   *
   * @example
   * ```ts
   * await region.setMulti({ "user:1": { id: 1, name: "Ada" }, "user:2": { id: 2, name: "Grace" } });
   * ```
   */
  setMulti(values: Map<string, V> | Record<string, V> | Iterable<readonly [string, V]>, options?: SetOptions): Promise<void>;

  /**
   * Deletes a value. A creation of this key that is under way fares as with `set`. Rejects with the backend's own error.
   *
   * @example
   * ```ts
   * await region.delete("user:42");
   * ```
   */
  delete(key: string): Promise<void>;

  /**
   * Deletes many values, by one backend call. Else as `delete`.
   *
   * @example
   * ```ts
   * await region.deleteMulti(["user:1", "user:2"]);
   * ```
   */
  deleteMulti(keys: Iterable<string> & object): Promise<void>;

  /**
   * Ends all values that were created until now, in effect for this region object when the call returns.
   *
   * Hard (default): they are missing. Soft, `{ soft: true }` or `false`: they are stale, served while one caller creates. Creations
   * under way reach those who wait, and are not stored. The promise settles when the strategy has told everyone that it tells.
   *
   * @example
   * ```ts
   * await region.invalidate(); // from now on everything is loaded again
   * await region.invalidate({ soft: true }); // the same, but stale values are returned meanwhile
   * ```
   */
  invalidate(hard?: boolean | { soft: boolean }): Promise<void>;

  /**
   * Whether a creation of this key is under way in this region object, or wherever the backend's lock reaches.
   *
   * @example
   * ```ts
   * if (await region.keyIsLocked("user:42")) console.log("being loaded");
   * ```
   */
  keyIsLocked(key: string): Promise<boolean>;

  /**
   * A function that keeps what `fn` returns, one value for each list of arguments. `fn` gets exactly the call's arguments.
   *
   * With options alone the result wraps a function, or decorates a method: see CacheDecorator.
   *
   * Throws a ValidationError for what it cannot use, a missing namespace included. Functions may be made before the region has
   * a backend; their calls reject until then.
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
   * A function that keeps one value for each of its arguments, and calls `fn` once with those that have none.
   *
   * `fn` returns an array of values in the order of its arguments, or with `asDict` a Map from argument to value: what the Map
   * lacks is not stored, and absent from the result; whoever else waits for such a key begins again.
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
   * Closes what the region has opened: a backend that it made by name. A backend of your own is yours to close.
   *
   * Creations under way reach those who wait, and are not stored.
   *
   * @example
   * ```ts
   * await using region = createRegion({ backend: "dogpile.cache.memory" }); // closed at the end of the block
   * ```
   */
  [Symbol.asyncDispose](): Promise<void>;
}

export interface GetOptions {
  /** Supersedes the record's and the region's for this read only. Default: theirs. */
  expirationTime?: Duration | null | undefined;
  /** Skips the expiration and the invalidation test. Default: `false`. */
  ignoreExpiration?: boolean | undefined;
}

export interface SetOptions {
  /** The value's own expiration, stored with it: superseded by a call's, superseding the region's. Default: none. */
  expiresIn?: Duration | null | undefined;
}

/** What one call may say. */
export interface CreateOptions<T = unknown> {
  /** Supersedes the record's and the region's for this call only. Default: theirs. */
  expirationTime?: Duration | null | undefined;
  /**
   * Asked once per created value; a falsy answer returns the value without storing it. It may answer by promise, which is awaited for
   * `lockTimeout` at most: then the value is not stored, and the observer is told.
   *
   * Default: every value is stored. What it throws reaches everyone who waits, and nothing is stored.
   */
  shouldCacheFn?: ((value: T) => unknown) | undefined;
  /** Creates even where a fresh value exists; joins a creation that is running. Default: `false`. */
  forceRefresh?: boolean | undefined;
  /**
   * Detaches this caller, with the signal's reason; the creation goes on while anyone else waits.
   *
   * Default: none.
   */
  signal?: AbortSignal | undefined;
  /**
   * How long this call waits: then it gets the stale value if there is one, else a TimeoutError. The creation goes on.
   *
   * Default: without end.
   */
  timeout?: Duration | undefined;
  /**
   * When the creator fails, this call gets a value that expired no longer ago than this, if there is one, and the observer is
   * told of the error. What was hard-invalidated is never served. A value that such a call stores is kept for as long in the backend.
   *
   * Default: the region's, else the error.
   */
  staleIfError?: Duration | undefined;
  /**
   * `true`: this call waits for nothing that it has a stale value for, which is replaced in the background; `false`: it creates and waits,
   * whatever the region says. `getOrCreateMulti` takes no notice of it.
   *
   * Default: the region's.
   */
  staleWhileRevalidate?: boolean | undefined;
  /** As the region's, for this call. Default: the region's. */
  waitUntil?: ((promise: Promise<unknown>) => void) | undefined;
  /** How long this caller lets a creation run, from its start, before it takes over. Default: the region's. */
  lockTimeout?: Duration | undefined;
}

/** What a creator is called with. A copy, `{ ...context }`, has all of it. */
export interface CreatorContext<V = unknown> {
  /** As the caller gave it. */
  readonly key: string;
  /** Aborts when every caller that waited was detached by its own signal. A caller's `timeout` and a creation in the background keep it alive. */
  readonly signal: AbortSignal;
  /** What is being replaced. */
  readonly stale: CachedValue<V> | undefined;
  /**
   * Gives this value its own expiration, stored with it: superseded by a call's, superseding the region's.
   *
   * The last call before the creator's promise settles counts.
   */
  expiresIn(duration: Duration): void;
}

/** What a creator of many values is called with, after the keys. */
export interface MultiCreatorContext {
  /** Aborts when nobody waits for any of the keys: see `CreatorContext.signal`. */
  readonly signal: AbortSignal;
  /** As `CreatorContext.expiresIn`, for one of the keys. */
  expiresIn(key: string, duration: Duration): void;
}

/** Counted by caller and key. */
export interface RegionStats {
  /** Fresh values served. */
  hits: number;
  /** Stale values served while another caller creates. */
  staleHits: number;
  /** Callers that found nothing to serve. */
  misses: number;
  /** Values that a creator was asked for. */
  creations: number;
  /** Those that it failed to give. */
  creationErrors: number;
  /** Callers that got a value created by another caller, here or wherever the backend's lock reaches. */
  coalesced: number;
  /** Creations that were given up for another one. */
  takeovers: number;
  /** Reads, writes, locks and strategies that failed. */
  backendErrors: number;
}

/** What an observer throws never reaches a caller. */
export interface RegionObserver {
  onHit(key: string): void;
  onStale(key: string): void;
  /** `why`: to `get` and its like an expired record is "invalidated". */
  onMiss(key: string, why: "absent" | "version" | "invalidated" | "unreadable"): void;
  /** `seconds`: how long the creator took. */
  onCreate(keys: string[], seconds: number): void;
  onWait(key: string): void;
  onTakeover(key: string): void;
  /** "background": a creator whose callers were content with a stale value; "invalidate": a strategy that could not be refreshed. */
  onError(error: unknown, where: "read" | "write" | "lock" | "background" | "invalidate"): void;
}

/** Makes the key that a backend sees; anything but a string is a ValidationError. Two keys that it makes one are one key. */
export type KeyMangler = (key: string) => string;

/**
 * Makes text or bytes of a payload, and reads them back; reading takes either, whichever the store gives.
 *
 * A region with a serializer stores `{"ct": 1700000000.0, "v": 2}|payload`, byte for byte what Python's dogpile.cache writes.
 * What `parse` or `decode` throws makes a miss that is reported; a CantDeserialize makes a silent one.
 */
export type Serializer = { stringify(payload: any): string; parse(text: string): any } | { encode(payload: any): Uint8Array; decode(bytes: Uint8Array): any };

/**
 * Owns the creation of a stale value. `creator` calls the user's own; those who wait get what it gave or threw when the
 * runner releases. What the runner throws gives back the lock and reaches its caller.
 */
export type AsyncCreationRunner = (region: Region<any>, key: string, creator: () => Promise<unknown>, mutex: Mutex, job: CreationJob) => void;
export interface CreationJob {
  /** Asks shouldCacheFn, stores unless the creation was fenced off or released; true if stored. */
  store(value: unknown): Promise<boolean>;
  /** Keeps a promise alive past the request, where the platform would end it. A rejection goes to `observer.onError`, as "background". */
  waitUntil(promise: Promise<unknown>): void;
  /** Tells `observer.onError`, as "background". */
  failed(error: unknown): void;
}
/** Creates, stores and releases in the background, inside `waitUntil` where there is one; a failure goes to `observer.onError`. */
export const backgroundRunner: AsyncCreationRunner;

// ---------------------------------------------------------------- functions

/** The options of a call, and how its keys are made: by functions that answer at once, else their calls reject with a ValidationError. */
export interface FunctionOptions<R = unknown> extends Omit<CreateOptions<R>, "expirationTime" | "signal"> {
  /**
   * Part of every key, and required unless a key generator is given (minifiers rename functions).
   *
   * A function is asked with the method's `this` at each call, and so can keep instances apart.
   */
  namespace?: string | ((self: unknown) => string) | undefined;
  /** As for a call of `getOrCreate`. A function is asked at every call. Default: the record's and the region's. */
  expirationTime?: Duration | null | (() => Duration | null | undefined) | undefined;
  /**
   * An argument's part of the key.
   *
   * Default: canonical JSON (object keys sorted, trailing `undefined` dropped; `undefined`, NaN, `-0`, bigint, Date and a hole in
   * an array told apart). A TypeError for functions, symbols and class instances, for what contains itself or is nested more than
   * 500 deep, and for what makes a text of more than 1,048,576 characters.
   */
  toStr?: ((argument: any) => string) | undefined;
  /** For `cacheOnArguments`. Default: the region's. */
  functionKeyGenerator?: FunctionKeyGenerator | undefined;
  /** For `cacheMultiOnArguments`. Default: the region's. */
  functionMultiKeyGenerator?: FunctionMultiKeyGenerator | undefined;
}

/**
 * Wraps a function, or decorates a method: standard and legacy (`experimentalDecorators`) decorators, static methods too. `this` is
 * passed on.
 *
 * Anything else that is decorated, a class, a field, an accessor or a parameter, is a ValidationError.
 */
export interface CacheDecorator {
  <A extends unknown[], R>(fn: (...args: A) => Awaitable<R>, context?: ClassMethodDecoratorContext): CachedFunction<A, R>;
  (target: object, key: string | symbol, descriptor: TypedPropertyDescriptor<(...args: any[]) => Promise<any>>): void;
}

/**
 * What `cacheOnArguments` makes; its `name` and `length` are the function's. Calls and helpers reject with what the key generator throws.
 *
 * A helper of a method whose namespace depends on `this` is called with it: `user.load.invalidate.call(user, 1)`.
 */
export interface CachedFunction<A extends unknown[], R> {
  (...args: A): Promise<R>;
  /** `region.get` under the key of these arguments: by the region's expiration, not the function's. */
  get(...args: A): Promise<R | undefined>;
  /** `region.set` under the key of these arguments. */
  set(value: R, ...args: A): Promise<void>;
  /** Deletes the one value of these arguments. */
  invalidate(...args: A): Promise<void>;
  /** Calls the function, stores and returns the new value: a creation like any other, which joins one that is running. */
  refresh(...args: A): Promise<R>;
  /** The function itself. */
  original(...args: A): Awaitable<R>;
}

/** What `cacheMultiOnArguments` makes; its helpers are those of CachedFunction, for many arguments. */
export interface CachedMultiFunction<K, R, Out> {
  (...keys: K[]): Promise<Out>;
  get(...keys: K[]): Promise<(R | undefined)[]>;
  set(values: Map<K, R>): Promise<void>;
  invalidate(...keys: K[]): Promise<void>;
  refresh(...keys: K[]): Promise<Out>;
  original(...keys: K[]): Awaitable<unknown>;
}

/** Called once for a function, or with a namespace that depends on `this` at each call; makes what makes the key. */
export type FunctionKeyGenerator = (namespace: string | undefined, fn: Function, toStr: (argument: any) => string) => (...args: any[]) => string;

/** As FunctionKeyGenerator, for one key an argument. */
export type FunctionMultiKeyGenerator = (namespace: string | undefined, fn: Function, toStr: (argument: any) => string) => (...args: any[]) => string[];

/** `namespace|arg1 arg2`. Throws a ValidationError without a namespace. */
export const functionKeyGenerator: FunctionKeyGenerator;

/** `namespace|arg`, one per argument. Throws a ValidationError without a namespace. */
export const functionMultiKeyGenerator: FunctionMultiKeyGenerator;

/** 40 lower-case hexadecimal digits of the SHA-1 of the key's UTF-8; a lone surrogate counts as its three WTF-8 bytes. */
export const sha1MangleKey: KeyMangler;

/** Applies `mangler` only to keys of `length` code points or more. Throws a ValidationError unless it gets a number and a function. */
export function lengthConditionalMangler(length: number, mangler: KeyMangler): KeyMangler;

// ---------------------------------------------------------------- backends

/**
 * What a backend implements; every method may answer at once or by promise.
 *
 * A Keyv is none, since the third argument of its `set` is milliseconds: the ValidationError says how to wrap it.
 * Without the multi calls a region calls the single ones, key by key.
 */
export interface CacheBackend {
  /** The record under a key; `undefined` or `null` is a miss. */
  get(key: string): Awaitable<any>;
  /** As many answers as there are keys, in their order. */
  getMulti?(keys: string[]): Awaitable<any[]>;
  set(key: string, value: any, hint?: StoreHint): Awaitable<unknown>;
  setMulti?(values: Map<string, any>, hint?: StoreHint): Awaitable<unknown>;
  delete(key: string): Awaitable<unknown>;
  deleteMulti?(keys: string[]): Awaitable<unknown>;
  clear?(): Awaitable<unknown>;
  entries?(): AsyncIterable<[string, Stored]> | Iterable<[string, Stored]>;
  /**
   * A lock that reaches as far as the backend does: other tabs, other isolates. Asked for once a creation, `undefined` for none.
   *
   * Whoever finds a value missing waits for it; with a stale one it is only tried. After every acquisition the backend is read
   * again, since somebody else may have created meanwhile. A lock that fails or does not answer is reported and done without.
   */
  getMutex?(key: string): Mutex | undefined | null;
  /** What the backend needs done to keys; a region's own `keyMangler` takes its place. */
  readonly keyMangler?: KeyMangler | undefined;
  /** What the backend needs done to records; a region's own `serializer` takes its place. */
  readonly serializer?: Serializer | undefined;
}

/** What a region tells a backend beside a record. */
export interface StoreHint {
  /**
   * Seconds after which nobody will ask for the record any more, as far as the region knows: a backend may reclaim it then. It is
   * the longest of the call's, the value's and the region's expiration, and on top the longest of the same again, a minute, and
   * the `staleIfError` of the call or the region, for as long as the stale value is of use. Values that never expire have no hint.
   */
  expirationTime?: number;
}

/** A lock of one key. */
export interface Mutex {
  /** `true` waits its turn, and is given up by the signal; `false` answers `false` at once when it is held already. */
  acquire(wait?: boolean, options?: { signal?: AbortSignal }): Awaitable<boolean>;
  /** Idempotent. `stored`: what was written under this lock, for `handover`. */
  release(stored?: Stored): Awaitable<void>;
  locked(): Awaitable<boolean>;
  /** What the last holder left, preferred to reading the backend again: stores that are slow to show a write need it. */
  handover?(): Awaitable<Stored | undefined>;
  /** A `set` (its record) or a `delete` (nothing) from outside the lock replaces what will be handed over. */
  supersede?(stored?: Stored): Awaitable<void>;
}

/**
 * Keeps the records in a Map, in this process, tab or isolate.
 *
 * What nobody will ask for any more (see StoreHint) goes while other records are set, a few looks for each.
 */
export class MemoryBackend implements CacheBackend {
  /**
   * As arguments of "dogpile.cache.memory" they may have Python's names: `max_entries`, and `cache_dict` for `cache`.
   *
   * `maxEntries`: beyond so many, what nobody has asked for lately goes first (SIEVE). The times of a StoredInvalidationStrategy
   * are kept beside them. Default: no limit.
   * `cache`: keep the records in this Map, in which nothing but the oldest record beyond `maxEntries` ever goes. Default: one of its own.
   * `clone`: store and return copies (structured clone), not references. Default: `false`.
   *
   * Throws a ValidationError for what it cannot use.
   */
  constructor(options?: {
    maxEntries?: number | undefined;
    cache?: Map<string, Stored> | undefined;
    clone?: boolean | undefined;
  });
  /** How many records there are. */
  readonly size: number;
  get(key: string): Stored | undefined;
  set(key: string, value: Stored, hint?: StoreHint): void;
  delete(key: string): void;
  clear(): void;
  entries(): IterableIterator<[string, Stored]>;
}

/**
 * Keeps the records in IndexedDB, in a browser's window or worker: shared by every tab of the origin, and there after a reload.
 *
 * What is asked in one microtask shares a transaction. Where IndexedDB cannot be used (Node, blocked storage, a sandboxed frame),
 * and while a database does not open, it keeps the records in memory and says so once on the console; what is written then is deleted
 * from the database as soon as that is back, so that no older value returns. When the quota is exceeded the oldest records go; if that
 * does not help, nothing is stored for a minute, and no caller fails. A value that is too large to make room for is not stored.
 */
export class IndexedDBBackend implements CacheBackend {
  /**
   * As arguments of "dogpile.cache.indexeddb" they may have Python's style of names: `database_name`, `max_entries`.
   *
   * `databaseName`: default "dogpile". A database of that name is the package's own: it is deleted if it cannot be opened any more. One
   * of any other name is never deleted. `storeName`: its object store, which is made when it is missing. Default "records".
   * `lock`: one creation at a time in all tabs and workers, by the Web Locks API. Default `true`; where there are none (an
   * insecure origin) each tab creates for itself.
   * `durability`: "strict" has a write wait until it is on the disk. Default "relaxed".
   * `maxAge`: what was written longer ago may be deleted; above 0. Default: never.
   * `maxEntries`: beyond so many the oldest are deleted, soon after the write. Default: no limit, and 1,000 in memory.
   *
   * Throws a ValidationError for what it cannot use.
   */
  constructor(options?: {
    databaseName?: string | undefined;
    storeName?: string | undefined;
    lock?: boolean | undefined;
    durability?: "relaxed" | "strict" | undefined;
    maxAge?: Duration | undefined;
    maxEntries?: number | undefined;
  });
  /** A read sees what this backend was given before, awaited or not. */
  get(key: string): Promise<Stored | undefined>;
  getMulti(keys: string[]): Promise<(Stored | undefined)[]>;
  /** Rejects with a ValidationError for what structured clone cannot copy, or the database cannot store; that costs no other key its write. */
  set(key: string, value: Stored, hint?: StoreHint): Promise<void>;
  setMulti(values: Map<string, Stored>, hint?: StoreHint): Promise<void>;
  delete(key: string): Promise<void>;
  deleteMulti(keys: string[]): Promise<void>;
  clear(): Promise<void>;
  /** In the order of the keys, read in pages: what is written meanwhile may be among them or not. */
  entries(): AsyncIterableIterator<[string, Stored]>;
  /** The key's lock across tabs and workers, held for 30 s at most; `undefined` where there is none. */
  getMutex(key: string): Mutex | undefined;
  /**
   * Waits for what is under way, then closes the database. Nothing opens it again, so that it can be deleted: later calls reject with a
   * BackendError, and a region over this backend works on without it.
   */
  close(): Promise<void>;
  /** `close()`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Passes everything on to `proxied`; override what you need. Sees mangled keys, and what is stored as it is stored. */
export class ProxyBackend implements CacheBackend {
  /** The backend, or the next proxy, behind this one. */
  proxied: CacheBackend;
  /** Puts this proxy in front of a backend; a region calls it. */
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

/** Stores nothing and never locks: every call creates. */
export class NullBackend implements CacheBackend {
  get(key: string): undefined;
  set(key: string, value: Stored): void;
  delete(key: string): void;
}

/**
 * Keeps the records in Cloudflare KV, as text that Python's dogpile.cache can read.
 *
 * KV shows a write to other places up to 60 s later, misses included, and takes one write a second for each key. What KV cannot do
 * (a record of more than 25 MiB, a second write within a second) rejects; `getOrCreate*` return the created value all the same.
 */
export class CloudflareKVBackend implements CacheBackend {
  /**
   * As arguments of "dogpile.cache.cloudflare_kv" they may have Python's names: `expiration_ttl`, `cache_ttl`; there `namespace` is one of
   * them. A bundler keeps that name only where CloudflareKVBackend itself is used: else register it.
   *
   * `prefix`: a key's name in KV is the prefix, ":" and the key; `clear` and `entries` see only names that begin with the prefix and ":".
   * The backend adds the ":", and a prefix has none. Default: `""`, for names that begin with ":".
   * `expirationTtl`: KV deletes a record this long after it was written. KV's least is 60 s: a shorter one is made 60 s, and a warning
   * on the console says so. Default: for as long as the region may ask for it, at least 60 s.
   * `cacheTtl`: how long a read may be served from the place's own copy. KV's least is 30 s, as above. Default: KV's own, 60 s.
   * `lock`: one creation over all isolates, by a Durable Object for each key: a namespace bound to `DogpileLock`. Backends that share it
   * over different KV namespaces must differ in their `prefix`. Default: each isolate creates for itself.
   *
   * Throws a ValidationError for what it cannot use.
   */
  constructor(
    namespace: KVNamespaceLike,
    options?: {
      prefix?: string | undefined;
      expirationTtl?: Duration | undefined;
      cacheTtl?: Duration | undefined;
      lock?: DurableObjectNamespaceLike | undefined;
    },
  );
  get(key: string): Promise<Stored | undefined>;
  /** One KV operation for every 100 keys, and one for each key that such a read leaves out. */
  getMulti(keys: string[]): Promise<(Stored | undefined)[]>;
  /** Takes text without lone surrogates; anything else is a ValidationError. */
  set(key: string, value: Stored, hint?: StoreHint): Promise<void>;
  /** One KV operation a key, six at once; all are tried before the first failure rejects. */
  setMulti(values: Map<string, Stored>, hint?: StoreHint): Promise<void>;
  delete(key: string): Promise<void>;
  deleteMulti(keys: string[]): Promise<void>;
  /** Deletes every name that begins with the prefix and ":", and no other. */
  clear(): Promise<void>;
  entries(): AsyncIterable<[string, Stored]>;
  getMutex(key: string): Mutex | undefined;
  /** JSON. */
  readonly serializer: Serializer;
  /** Replaces a key that KV cannot hold, over 512 bytes with prefix and ":" or with a lone surrogate, by "sha1:" and its SHA-1. */
  readonly keyMangler: KeyMangler;
}

/** What is used of a KV namespace; the platform's own type satisfies it. */
export interface KVNamespaceLike {
  get(...args: any[]): Promise<any>;
  put(...args: any[]): Promise<void>;
  delete(key: string): Promise<void>;
  list(...args: any[]): Promise<any>;
}

/** What is used of a Durable Object namespace; the platform's own type satisfies it. */
export interface DurableObjectNamespaceLike {
  idFromName(name: string): any;
  get(id: any): any;
}

/**
 * The Durable Object class behind the option `lock`: export it from the Worker and bind it. A plain class, importable everywhere.
 *
 * It keeps everything in memory and writes nothing: whoever holds a lock renews it every second, and one that was not renewed for three
 * seconds goes to the next who waits. At most 10,000 wait for a key; who comes then is refused.
 */
export class DogpileLock {
  constructor(state: any, env?: any);
  /** For the backend's requests; any other is answered with status 400 and the reason, as text. */
  fetch(request: Request): Promise<Response>;
}

/**
 * Registers a factory under a name, for `configure({ backend: name })`; a later one takes the place of an earlier one.
 *
 * Built in: "dogpile.cache.memory" and "dogpile.cache.null"; "dogpile.cache.indexeddb" and "dogpile.cache.cloudflare_kv", which a
 * bundler keeps only where IndexedDBBackend or CloudflareKVBackend is used. Throws a ValidationError unless it gets a string and a
 * function.
 */
export function registerBackend(name: string, factory: (args: Record<string, unknown>) => CacheBackend): void;

// ---------------------------------------------------------------- invalidation

/**
 * Keeps the times of a region's invalidations; times are seconds since the epoch by the region's clock, answers count by truthiness.
 *
 * What a method throws rejects the call that asked it, and nothing is stored. A creation is not stored once `isInvalidated` says
 * of the time of its start what it did not say then: so what other tabs, isolates and processes invalidate is heard.
 */
export interface RegionInvalidationStrategy {
  /** In effect when it returns; a promise settles when everyone was told. */
  invalidate(hard: boolean, now: number): Awaitable<void>;
  /** Whether `get` takes a record of this creation time for a miss. */
  isInvalidated(timestamp: number): unknown;
  /** Whether `getOrCreate` takes it for missing. */
  isHardInvalidated(timestamp: number): unknown;
  /** Whether `getOrCreate` takes it for stale. */
  isSoftInvalidated(timestamp: number): unknown;
  /** Asked of a record that lies more than 60 s ahead of the clock: it counts as created before every invalidation that was made. */
  wasHardInvalidated(): unknown;
  wasSoftInvalidated(): unknown;
  /**
   * The latest time that it knows, in seconds: what is created or set is stamped just after it, and so counts at once. One that lies
   * more than 60 s ahead of the clock is not followed. `undefined`: stamps are what the clock says.
   */
  readonly latest?: number | undefined;
  /**
   * Asked before every decision; a promise that it returns is awaited first. One that rejects, or has not settled within
   * `lockTimeout`, is reported to `observer.onError`, and the call goes on with what is known.
   */
  refresh?(now: number): Promise<void> | undefined;
}

/** Keeps the times in this object: for one region, or for several that are to be invalidated together. */
export class DefaultInvalidationStrategy implements RegionInvalidationStrategy {
  /** An earlier time than what is known changes nothing. */
  invalidate(hard: boolean, now: number): Awaitable<void>;
  isInvalidated(timestamp: number): boolean;
  isHardInvalidated(timestamp: number): boolean;
  isSoftInvalidated(timestamp: number): boolean;
  wasHardInvalidated(): boolean;
  wasSoftInvalidated(): boolean;
}

/**
 * Keeps the times in a backend as well, so that every tab, isolate, process and later visit comes to know them: records like any
 * other under `<key>:hard` and `<key>:soft`, their payloads the times in seconds.
 *
 * They are read before the first decision, and again at most every `refresh`. A time that lies more than 60 s ahead of the clock counts
 * as the moment at which it was heard of first, and the next `invalidate` here replaces it.
 *
 * A MemoryBackend, behind proxies too, never evicts them. Any other backend has to keep them for as long as the values.
 */
export class StoredInvalidationStrategy extends DefaultInvalidationStrategy {
  /**
   * `key`: where the records lie. Default: "dogpile:invalidation".
   * `refresh`: for how long what was read is good. Default: 10 s.
   * `channel`: a BroadcastChannel on which the strategies of the other tabs with the same `key` are told at once. Default: none.
   * `clockSkew`: by how much the clocks of those who share the backend may differ, 0 to 30 s: the times are that much ahead of the
   * clock, so that what a machine whose clock is ahead has created before is invalidated, too. Default: 1 s.
   *
   * Throws a ValidationError for what it cannot use.
   */
  constructor(
    backend: CacheBackend,
    options?: {
      key?: string | undefined;
      refresh?: Duration | undefined;
      channel?: string | undefined;
      clockSkew?: Duration | undefined;
    },
  );
  readonly latest: number;
  /** Rejects with the backend's own error where the times could not be stored; they are in effect here all the same. */
  invalidate(hard: boolean, now: number): Promise<void>;
  refresh(now: number): Promise<void> | undefined;
  /** Leaves the channel. */
  close(): void;
  [Symbol.dispose](): void;
}

// ---------------------------------------------------------------- errors

/**
 * The root of everything that dogpile itself reports; what a creator throws or rejects with passes through untouched.
 *
 * `code` and `name` never change; messages may.
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
/** Thrown by a serializer for what it does not understand: a miss that nobody is told of. */
export class CantDeserialize extends Error {
  readonly code: "CANT_DESERIALIZE";
}
/** A second `configure` without `replaceExistingBackend`. */
export class RegionAlreadyConfigured extends DogpileCacheError {}
/** A call on a region that has no backend yet. */
export class RegionNotConfigured extends DogpileCacheError {}
/** Something given is not what is taken; the message names both. */
export class ValidationError extends DogpileCacheError {}
/** No backend is registered under the name. */
export class PluginNotFound extends DogpileCacheError {}
/** A creator asks for the key that it is creating. */
export class ReentrantError extends DogpileCacheError {}
/** Something has not ended within `lockTimeout`, or a call within its `timeout`. */
export class TimeoutError extends DogpileCacheError {}
/** The backend failed; `cause` is its own error. */
export class BackendError extends DogpileCacheError {}
/** The package's WebAssembly module has trapped, which is a fault of the package: every call rejects with this until it is loaded anew. */
export class PoisonedError extends DogpileCacheError {}
/** There is no WebAssembly, or it may not be compiled: what the `import` of the package rejects with. `cause` is the platform's own error. */
export class UnsupportedError extends DogpileCacheError {}
