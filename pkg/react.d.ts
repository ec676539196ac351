// The values of a region in React components. Needs React 19.

import type { Awaitable, CreateOptions, CreatorContext, Duration, Region } from "dogpile";

export type UseCachedOptions<T> = Pick<CreateOptions<T>, "expirationTime" | "staleIfError" | "shouldCacheFn" | "tags" | "retry"> & {
  /** Shown until there is a value, for example the one that the server has rendered. It is not stored. Default: none. */
  initial?: T | undefined;
  /** Loads the value again if it is stale when the user comes back to the tab. Default: `false`. */
  refetchOnFocus?: boolean | undefined;
  /** Loads the value again if it is stale when the browser is online again. Default: `false`. */
  refetchOnReconnect?: boolean | undefined;
  /**
   * Loads the value again at this interval, as long as the tab is visible. What another tab or component has loaded in the last half of the
   * interval is used. `-1` means never. Default: never.
   */
  refetchInterval?: Duration | undefined;
};

/**
 * Returns the value under a key. Suspends until there is one, and renders again when it has changed: after a `set`, a `delete`, a load or an
 * invalidation, here or in another tab that the region hears of.
 *
 * A stale value is returned at once, and a changed or invalidated one until the new one is there. Any number of components cause one load. The latest
 * render's `creator` and options are used.
 *
 * If the first load fails, the error goes to the nearest error boundary; after that, another render tries again. If a later one fails, the value
 * stays. Throws a ValidationError for what it cannot use, and RegionNotConfigured.
 *
 * @example
 * ```tsx
 * function User({ id }: { id: number }) {
 *   const user = useCached(region, `user:${id}`, () => loadUser(id));
 *   return <p>{user.name}</p>;
 * }
 * ```
 */
export function useCached<T>(region: Region<any>, key: string, creator: (context: CreatorContext<any>) => Awaitable<T>, options?: UseCachedOptions<T>): T;

/**
 * The same without Suspense. On a server it is pending unless there is an `initial` value, and loads nothing.
 *
 * @example
 * ```tsx
 * function User({ id }: { id: number }) {
 *   const { value, error, state, refresh } = useCachedState(region, `user:${id}`, () => loadUser(id));
 *   if (state === "pending") return <p>…</p>;
 *   if (state === "failed") return <p>{String(error)}</p>;
 *   return <button onClick={refresh}>{value?.name}</button>;
 * }
 * ```
 */
export function useCachedState<T>(
  region: Region<any>,
  key: string,
  creator: (context: CreatorContext<any>) => Awaitable<T>,
  options?: UseCachedOptions<T> & {
    /** `false`: this component loads nothing. It shows the value that there is, or comes. Default: `true`. */
    enabled?: boolean | undefined;
  },
): CachedState<T>;

/** It stays the same object until something of it changes. */
export interface CachedState<T> {
  readonly value: T | undefined;
  /** The error of the last load, until a value comes. */
  readonly error: unknown;
  /** "pending": there is no value yet. "stale": a new one is being loaded, or that failed. "failed": there is none, because the load failed. */
  readonly state: "pending" | "fresh" | "stale" | "failed";
  /**
   * Loads the value even if it is fresh, and returns it. The same function in every render; it needs no arguments.
   *
   * Rejects with the creator's error, which you may ignore: it is in `error`, too.
   */
  refresh(): Promise<T>;
}
