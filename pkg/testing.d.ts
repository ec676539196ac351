// Tests for a backend of your own, for any test runner.

import type { Awaitable, CacheBackend, KeyMangler, Serializer } from "dogpile";

/** One test of a backend. */
export interface BackendCase {
  /** What the backend has to do. */
  readonly name: string;
  /** Makes a backend and tests it. Rejects with an Error that says what the backend did and what was expected. */
  readonly run: () => Promise<void>;
}

export interface BackendSuiteOptions {
  /** The `serializer` of your regions, where it is not the backend's own. */
  serializer?: Serializer | false | undefined;
  /** The `keyMangler` of your regions, where it is not the backend's own. */
  keyMangler?: KeyMangler | false | undefined;
}

/**
 * The tests that every backend of a region has to pass: give each to the `test` of your test runner.
 *
 * `makeBackend` is called once for each test. The backends may share a store, since no two tests use the same key, but it has to be a
 * store for tests: keys are left in it, and a backend with `clear` is cleared. Methods that a backend does not have are not tested.
 *
 * @example
 * for (const { name, run } of backendSuite(() => new RedisBackend())) test(name, run);
 */
export function backendSuite(makeBackend: () => Awaitable<CacheBackend>, options?: BackendSuiteOptions): BackendCase[];
