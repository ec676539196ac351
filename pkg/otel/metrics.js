import { typeOf } from "./failures.js";

/** Counters that are read from `region.stats` whenever metrics are collected: a hit costs no more for them. */
const COUNTERS = {
  hits: ["hits", "{hit}", "Fresh values"],
  staleHits: ["stale_hits", "{hit}", "Stale values"],
  misses: ["misses", "{miss}", "Missing values"],
  creations: ["creations", "{creation}", "Creations"],
  creationErrors: ["creation.errors", "{error}", "Failed creations"],
  coalesced: ["coalesced_waits", "{wait}", "Coalesced waits"],
  earlyRefreshes: ["early_refreshes", "{refresh}", "Early refreshes"],
  takeovers: ["takeovers", "{takeover}", "Takeovers"],
};

/** Seconds: those that OpenTelemetry recommends for the durations of requests. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/** The metrics of a region: an observer, `created` for a creation that has ended, and `close`. */
export function measure(region, meter, attributes) {
  /** @type {(kind: string, details: string[], advice?: object) => any} */
  const make = (kind, [name, unit, description], advice) => meter[`create${kind}`](`dogpile.${name}`, { unit, description, advice });
  const errors = make("Counter", ["backend.errors", "{error}", "Failed operations"]);
  const evictions = make("Counter", ["evictions", "{eviction}", "Records removed"]);
  const durations = make("Histogram", ["creation.duration", "s", "Creation duration"], { explicitBucketBoundaries: BUCKETS });
  const counters = Object.entries(COUNTERS).map(([stat, details]) => [make("ObservableCounter", details), stat]);
  const observables = counters.map(([counter]) => counter);
  const collect = (result) => {
    const { stats } = region;
    for (const [counter, stat] of counters) result.observe(counter, stats[stat], attributes);
  };
  meter.addBatchObservableCallback(collect, observables);
  const observer = {
    onError(error, where) {
      if (where !== "background") errors.add(1, { ...attributes, "dogpile.operation": where, ...typeOf(error) });
    },
    onEvict: (_key, why) => evictions.add(1, { ...attributes, "dogpile.eviction.reason": why }),
  };
  return {
    observer,
    created: (seconds, details) => durations.record(seconds, details),
    close: () => meter.removeBatchObservableCallback(collect, observables),
  };
}
