import type { Meter, Tracer } from "@opentelemetry/api";
import { createRegion, MemoryBackend } from "dogpile";
import { instrument, type InstrumentOptions } from "dogpile/otel";
import { check, type Same } from "./same.js";

declare const tracer: Tracer;
declare const meter: Meter;
const region = createRegion<number>({ backend: new MemoryBackend(), name: "numbers" });

check<Same<ReturnType<typeof instrument>, () => void>>();
instrument(region);
instrument(region, {});
instrument(region, { tracer, meter, keys: true });
instrument(region, { tracer: undefined, meter: undefined, keys: undefined });
const options: InstrumentOptions = { tracer };
instrument(createRegion({ backend: new MemoryBackend() }), options);

// @ts-expect-error not without a region
instrument();
// @ts-expect-error a backend is no region
instrument(new MemoryBackend());
// @ts-expect-error an unknown option
instrument(region, { trace: tracer });
// @ts-expect-error a meter is no tracer
instrument(region, { tracer: meter });
// @ts-expect-error true or false
instrument(region, { keys: "all" });
