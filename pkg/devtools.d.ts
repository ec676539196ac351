// A panel that shows what regions hold and do, for development, and a table of a region for a terminal.

import type { Region } from "dogpile";

export interface DevtoolsOptions {
  /** An element to show the panel in, always open. Default: none; a button at the window's lower right corner opens the panel. */
  element?: Element | undefined;
  /** Default: `"auto"`, what the system prefers; in an `element`, the color scheme of that. */
  theme?: "auto" | "light" | "dark" | undefined;
  /** Whether the panel is open at first. With an `element` it always is. Default: `false`. */
  isOpen?: boolean | undefined;
}

export interface Devtools {
  /** Reads the regions now. While the panel is open in a visible tab, that happens every second. */
  refresh(): Promise<void>;
  /** Removes the panel and its observers. */
  unmount(): void;
}

/**
 * Shows a panel of regions: their keys with value, age, state and tags, the loads that are under way, a timeline of creations, and the counters. Keys
 * can be filtered, deleted and loaded again; a region or a tag can be invalidated.
 *
 * `regions`: a region, a list of regions, or an object of them by name. The panel reads past the regions: it changes no counter and makes no event.
 * While it is mounted, it observes the regions, which makes each call a little slower: load it in development only, by a dynamic import. Without an
 * `element`, a second call replaces the panel of the first. At most 500 keys are shown.
 *
 * Throws a ValidationError for what is no region, for an invalid option, and where there is no document.
 *
 * @example
 * ```ts
 * if (import.meta.env.DEV) import("dogpile/devtools").then(({ mountDevtools }) => mountDevtools(region));
 * ```
 */
export function mountDevtools(regions: Region<any> | Iterable<Region<any>> | Record<string, Region<any>>, options?: DevtoolsOptions): Devtools;

/**
 * Prints with `console.table` what a region holds, at most 100 keys, and its counters. It changes no counter and makes no event. Of a backend without
 * `entries` it prints the counters alone.
 *
 * Rejects with a ValidationError for what is no region, and with the backend's own error.
 *
 * @example
 * ```ts
 * await inspect(region);
 * ```
 */
export function inspect(region: Region<any>): Promise<void>;
