import { metrics, trace } from "@opentelemetry/api";
import { dogpileError } from "dogpile";
import { measure } from "./otel/metrics.js";
import { traced } from "./otel/spans.js";

const OPTIONS = ["tracer", "meter", "keys"];

/** Spans for a region's creations, and metrics, by OpenTelemetry's API. Returns what ends it. */
export function instrument(region, options) {
  demandMethod("region", region, "observe");
  const { tracer = trace.getTracer("dogpile"), meter = metrics.getMeter("dogpile"), keys = false } = known(options ?? {});
  demandMethod("tracer", tracer, "startActiveSpan");
  demandMethod("meter", meter, "addBatchObservableCallback");
  demand(typeof keys === "boolean", "keys", "true or false", typeof keys);
  const attributes = region.name === undefined ? {} : { "dogpile.region.name": region.name };
  const { observer, created, close } = measure(region, meter, attributes);
  const end = region.observe({ ...observer, aroundCreate: traced(tracer, attributes, keys, created) });
  return () => {
    end();
    close();
  };
}

function known(options) {
  demand(typeof options === "object", "options", "an object", typeof options);
  for (const name of Object.keys(options)) demand(OPTIONS.includes(name), "an option", OPTIONS.join(" or "), name.slice(0, 40));
  return options;
}

const demandMethod = (what, value, method) => demand(typeof value?.[method] === "function", what, `one with ${method}`, typeof value);

function demand(isAllowed, what, allowed, given) {
  if (!isAllowed) throw dogpileError("VALIDATION", `${what} must be ${allowed}, not ${given}`);
}
