// Observability by OpenTelemetry: spans and metrics of a region. Needs @opentelemetry/api, which is an optional peer dependency.

import type { Meter, Tracer } from "@opentelemetry/api";
import type { Region } from "dogpile";

export interface InstrumentOptions {
  /** Makes the spans. Default: the tracer "dogpile" of the global provider. */
  tracer?: Tracer | undefined;
  /** Makes the metrics. Default: the meter "dogpile" of the global provider. */
  meter?: Meter | undefined;
  /** Adds the keys to the spans, as `dogpile.keys`. They may contain personal data. Default: `false`. */
  keys?: boolean | undefined;
}

/**
 * Makes a span for each creation of a region, and metrics. Returns a function that ends it.
 *
 * The span is a child of the span in which the call was made that leads the creation; it is active in the creator, ends with the creator, and has the
 * creator's error. Counters of hits, misses and the like are read from `region.stats` when metrics are collected: a hit costs no more than without.
 *
 * All have the attribute `dogpile.region.name`, so give each region a name of its own. Errors that callers did not get are counted, and no longer
 * written to the console. Until it is ended, the meter keeps the region in memory.
 *
 * Throws a ValidationError for an invalid argument.
 *
 * @example
 * ```ts
 * import { instrument } from "dogpile/otel";
 *
 * const end = instrument(region);
 * ```
 */
export function instrument(region: Region<any>, options?: InstrumentOptions): () => void;
