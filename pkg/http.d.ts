// Cached HTTP responses, for what takes a Request and returns a Response, and for Hono.

import type { Duration, Region } from "dogpile";

export interface HttpCacheOptions {
  /**
   * Returns the key of a request; `undefined` for one that is not cached. GET and HEAD of a page have one key.
   *
   * Default: the URL without its fragment, with the query's parameters in the order in which they are given.
   */
  key?: ((request: Request) => string | undefined) | undefined;
  /**
   * The names of request headers on which the responses depend. Their values are part of the key, their names of `Vary`. A response whose
   * `Vary` names another header is not stored. Default: none.
   */
  vary?: readonly string[] | undefined;
  /**
   * Returns the tags of the response to a request, for `region.invalidateTags`, in addition to those of its `Cache-Tag`. The region needs
   * a `tagInvalidator`. Default: none.
   */
  tags?: ((request: Request) => readonly string[]) | undefined;
  /** The age at which a response is stale. Default: the response's `s-maxage`, else its `max-age`, else its `Expires`, else the region's. */
  expirationTime?: Duration | null | undefined;
  /**
   * Returns a stale response if the handler throws or answers with a status of 500 or more, and the response expired no longer ago than this.
   * Default: the region's.
   */
  staleIfError?: Duration | undefined;
  /** The largest body that is stored, in bytes. Default: 1 MiB. */
  maxBytes?: number | undefined;
}

/**
 * Returns a handler that answers GET and HEAD requests from the region, and calls `handler` once for concurrent requests of one key.
 *
 * What may differ from user to user is neither stored nor shared: requests with `Authorization`, responses with `Set-Cookie` or
 * `Cache-Control: private`. `Age` and `Cache-Status` tell where a response came from; it has an `ETag`, and `If-None-Match` is answered
 * with 304.
 *
 * `handler` gets the request without its `signal`, `If-None-Match` and `If-Modified-Since`, and the other arguments as they are. What it
 * throws reaches every request that waits. A request that is aborted rejects with its signal's reason; the handler goes on for the others.
 * The region's `retry` does not count here: a request is handled once.
 *
 * Throws a ValidationError for an invalid argument.
 *
 * @example
 * ```ts
 * export default { fetch: cached(region, (request: Request) => fetch(request)) };
 * ```
 */
export function cached<A extends unknown[]>(
  region: Region<any>,
  handler: (request: Request, ...rest: A) => Response | PromiseLike<Response>,
  options?: HttpCacheOptions,
): (request: Request, ...rest: A) => Promise<Response>;

/**
 * Returns a middleware of Hono that does the same for what comes after it. A request that loads a new response waits for it, also with
 * `staleWhileRevalidate`.
 *
 * Throws a ValidationError for an invalid argument.
 *
 * @example
 * ```ts
 * app.use("/api/*", cacheMiddleware(region, { vary: ["accept-language"] }));
 * ```
 */
export function cacheMiddleware(region: Region<any>, options?: HttpCacheOptions): (context: any, next: () => Promise<void>) => Promise<Response | undefined>;
