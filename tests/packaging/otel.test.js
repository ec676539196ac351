// dogpile/otel with OpenTelemetry's own SDK.
import { AsyncLocalStorage } from "node:async_hooks";
import { context, ROOT_CONTEXT, SpanStatusCode } from "@opentelemetry/api";
import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { createRegion, MemoryBackend, ValidationError } from "dogpile";
import { instrument } from "dogpile/otel";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { installPackage, linkPeer } from "./installed.js";
import { run } from "./run.js";

const storage = new AsyncLocalStorage();
const contexts = {
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, fn, self, ...args) => storage.run(active, () => fn.call(self, ...args)),
  bind: (active, target) => target,
  enable: () => contexts,
  disable: () => contexts,
};
beforeAll(() => context.setGlobalContextManager(contexts));
afterAll(() => context.disable());

const spans = new InMemorySpanExporter();
const tracer = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] }).getTracer("test");
const finished = () => spans.getFinishedSpans().map(({ name, attributes, status, events }) => ({ name, attributes, status, events }));
const tick = () => new Promise((resolve) => setTimeout(resolve, 0));

/** A meter, and what it has exported by now: for each metric its unit and its points. */
function metering() {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const provider = new MeterProvider({ readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 1e6, exportTimeoutMillis: 1e5 })] });
  const collected = async () => {
    exporter.reset();
    await provider.forceFlush();
    const scopes = exporter.getMetrics().at(-1)?.scopeMetrics ?? [];
    const metrics = scopes.flatMap(({ metrics }) => metrics);
    return Object.fromEntries(metrics.map(({ descriptor, dataPoints }) => [descriptor.name, { unit: descriptor.unit, points: dataPoints }]));
  };
  const values = async (name) => ((await collected())[name]?.points ?? []).map(({ attributes, value }) => [attributes, value]);
  return { meter: provider.getMeter("test"), collected, values };
}

const named = { "dogpile.region.name": "users" };

function instrumented(options, regionOptions) {
  const region = createRegion({ name: "users", backend: new MemoryBackend(), ...regionOptions });
  const metered = metering();
  const end = instrument(region, { tracer, meter: metered.meter, ...options });
  return { region, end, ...metered };
}

const outcome = (promise) =>
  promise.then(
    () => undefined,
    (error) => ({ error }),
  );

beforeEach(() => spans.reset());

describe("spans", () => {
  test("are children of the caller's and parents of what the creator does; waiters and hits have none", async () => {
    const { region } = instrumented();
    const creator = async () => {
      await tick();
      return tracer.startActiveSpan("query", (span) => (span.end(), "value"));
    };
    const call = () => region.getOrCreate("k", creator);
    await tracer.startActiveSpan("request", async (request) => {
      const inOther = async (other) => {
        await call();
        other.end();
      };
      await Promise.all([call(), call(), context.with(ROOT_CONTEXT, () => tracer.startActiveSpan("other", inOther))]);
      await call();
      request.end();
    });
    const all = Object.fromEntries(spans.getFinishedSpans().map((span) => [span.name, span]));
    expect(spans.getFinishedSpans().length).toBe(4);
    const parentOf = ({ parentSpanContext }) => parentSpanContext?.spanId;
    expect(parentOf(all["dogpile create"])).toBe(all.request.spanContext().spanId);
    expect(parentOf(all.query)).toBe(all["dogpile create"].spanContext().spanId);
    expect(parentOf(all.other)).toBeUndefined();
    expect(all["dogpile create"].attributes).toEqual({ ...named, "dogpile.key_count": 1 });
    expect(all["dogpile create"].status.code).toBe(SpanStatusCode.UNSET);
  });

  test("are in the context of the call that leads, though another's event starts the creation", async () => {
    const store = new Map();
    const slow = { get: async (key) => (await tick(), store.get(key)), set: async (key, value) => void store.set(key, value), delete: async () => {} };
    const { region } = instrumented({}, { backend: slow });
    const request = (name) => tracer.startActiveSpan(name, async (span) => (await region.getOrCreate("k", () => tick()), span.end()));
    await Promise.all([request("first"), request("second")]);
    const [create, first] = ["dogpile create", "first"].map((name) => spans.getFinishedSpans().find((span) => span.name === name));
    expect(create.parentSpanContext.spanId).toBe(first.spanContext().spanId);
  });

  test("have the keys only if they may, and no name where the region has none", async () => {
    const { region } = instrumented({ keys: true }, { name: undefined, keyMangler: (key) => `mangled-${key}` });
    expect(await region.getOrCreateMulti(["a", "b"], (keys) => keys)).toEqual(["a", "b"]);
    expect(finished()[0].attributes).toEqual({ "dogpile.key_count": 2, "dogpile.keys": ["a", "b"] });
  });

  test.each([
    ["rejects", async () => Promise.reject(new TypeError("no value")), "TypeError", "no value"],
    [
      "throws",
      () => {
        throw new RangeError("too much");
      },
      "RangeError",
      "too much",
    ],
    ["rejects with a text", async () => Promise.reject("a text"), "_OTHER", "a text"],
    ["rejects with undefined", async () => Promise.reject(undefined), "_OTHER", "undefined"],
  ])("have the error of a creator that %s", async (_how, creator, type, message) => {
    const { region, values } = instrumented();
    const { error } = await outcome(region.getOrCreate("k", creator));
    expect(error?.message ?? String(error)).toBe(message);
    await tick();
    const [{ attributes, status, events }] = finished();
    expect(attributes).toEqual({ ...named, "dogpile.key_count": 1, "error.type": type });
    expect(status.code).toBe(SpanStatusCode.ERROR);
    expect(events.map(({ name, attributes }) => [name, attributes["exception.message"]])).toEqual([["exception", message]]);
    expect(await values("dogpile.creation.errors")).toEqual([[named, 1]]);
    expect((await values("dogpile.creation.duration")).map(([attributes, { count }]) => [attributes, count])).toEqual([[{ ...named, "error.type": type }, 1]]);
  });

  test("end whatever was thrown, and the caller gets it", async () => {
    const { region } = instrumented();
    const hostile = new Proxy(new Error("hostile"), {
      get() {
        throw new Error("of the trap");
      },
      getPrototypeOf() {
        throw new Error("of the trap");
      },
    });
    expect((await outcome(region.getOrCreate("k", () => Promise.reject(hostile)))).error).toBe(hostile);
    await tick();
    expect(finished().map(({ status, attributes }) => [status.code, attributes["error.type"]])).toEqual([[SpanStatusCode.ERROR, "_OTHER"]]);
  });

  test("of many keys end with the last of them, and have the first error", async () => {
    const { region } = instrumented();
    let resolve;
    const last = new Promise((done) => (resolve = done));
    const creator = (keys) => [Promise.reject(new TypeError("no a")), last, keys[2]];
    const call = outcome(region.getOrCreateMulti(["a", "b", "c"], creator));
    await tick();
    expect(finished()).toEqual([]);
    resolve("b");
    expect((await call).error.message).toBe("no a");
    await tick();
    expect(finished().map(({ attributes }) => attributes)).toEqual([{ ...named, "dogpile.key_count": 3, "error.type": "TypeError" }]);
    expect(await region.getMulti(["a", "b", "c"])).toEqual([undefined, "b", "c"]);
  });

  test("do not end before a thenable, which runs once", async () => {
    const { region } = instrumented();
    let runs = 0;
    const query = { then: (resolve) => setTimeout(() => resolve(`rows of run ${++runs}`), 5) };
    expect(await region.getOrCreate("k", () => query)).toBe("rows of run 1");
    await tick();
    expect([runs, finished().length]).toEqual([1, 1]);
  });
});

describe("metrics", () => {
  test("have names and units by OpenTelemetry's rules, and every counter that a region has", async () => {
    const { region, collected } = instrumented();
    await outcome(region.getOrCreate("k", () => Promise.reject(new Error("none"))));
    const exported = await collected();
    expect(Object.fromEntries(Object.entries(exported).map(([name, { unit }]) => [name, unit]))).toEqual({
      "dogpile.hits": "{hit}",
      "dogpile.stale_hits": "{hit}",
      "dogpile.misses": "{miss}",
      "dogpile.creations": "{creation}",
      "dogpile.creation.errors": "{error}",
      "dogpile.creation.duration": "s",
      "dogpile.coalesced_waits": "{wait}",
      "dogpile.early_refreshes": "{refresh}",
      "dogpile.takeovers": "{takeover}",
    });
    const { backendErrors, ...counters } = region.stats;
    expect(backendErrors).toBe(0);
    expect(Object.keys(exported).length).toBe(Object.keys(counters).length + 1);
  });

  test("count what the region counts, and leave its hits on the warm path", async () => {
    const { region, values, collected } = instrumented();
    const call = () => region.getOrCreate("k", () => tick());
    await Promise.all([call(), call(), call()]);
    call();
    expect(call()).toBe(call());
    expect(await values("dogpile.hits")).toEqual([[named, 3]]);
    expect(await values("dogpile.misses")).toEqual([[named, 3]]);
    expect(await values("dogpile.creations")).toEqual([[named, 1]]);
    expect(await values("dogpile.coalesced_waits")).toEqual([[named, 2]]);
    const { points } = (await collected())["dogpile.creation.duration"];
    expect(points[0].value).toMatchObject({ count: 1, buckets: { boundaries: expect.arrayContaining([0.005, 10]) } });
    expect(points[0].value.sum).toBeGreaterThan(0);
    expect(points[0].value.sum).toBeLessThan(1);
    await call();
    expect(await values("dogpile.hits")).toEqual([[named, 4]]);
  });

  test("count failures of the backend by operation, and evictions by reason", async () => {
    const backend = new MemoryBackend({ maxEntries: 1 });
    const { region, values } = instrumented({}, { backend });
    await region.set("a", 1);
    await region.set("b", 1);
    await tick();
    backend.get = () => Promise.reject(new TypeError("no connection"));
    backend.set = () => {
      throw new RangeError("full");
    };
    await region.getOrCreate("k", () => 1);
    const errors = [
      [{ ...named, "dogpile.operation": "read", "error.type": "TypeError" }, 1],
      [{ ...named, "dogpile.operation": "write", "error.type": "RangeError" }, 1],
    ];
    expect(await values("dogpile.backend.errors")).toEqual(errors);
    expect(region.stats.backendErrors).toBe(2);
    expect(await values("dogpile.evictions")).toEqual([[{ ...named, "dogpile.eviction.reason": "size" }, 1]]);
  });

  test("do not count what a creator failed with in the background as an error of the backend", async () => {
    const { region, values } = instrumented({}, { expirationTime: -2, staleWhileRevalidate: true });
    await region.set("k", "old");
    await region.getOrCreate("k", () => Promise.reject(new Error("none")));
    await tick();
    expect(await values("dogpile.backend.errors")).toEqual([]);
    expect(await values("dogpile.creation.errors")).toEqual([[named, 1]]);
  });

  test("of several regions are told apart by the regions' names", async () => {
    const { meter, values } = metering();
    const ends = [];
    for (const name of ["one", "two"]) {
      const region = createRegion({ name, backend: new MemoryBackend() });
      ends.push(instrument(region, { tracer, meter }));
      for (const key of name === "one" ? ["a"] : ["a", "b"]) await region.getOrCreate(key, () => 1);
    }
    const counts = async () => (await values("dogpile.creations")).map(([attributes, value]) => [attributes["dogpile.region.name"], value]);
    expect(await counts()).toEqual([
      ["one", 1],
      ["two", 2],
    ]);
  });

  test("and spans end when they are ended, which may happen twice", async () => {
    const { region, end, collected } = instrumented();
    await region.getOrCreate("k", () => 1);
    end();
    end();
    spans.reset();
    await region.getOrCreate("other", () => 1);
    expect(finished()).toEqual([]);
    const exported = await collected();
    expect(exported["dogpile.hits"]).toBeUndefined();
    expect(exported["dogpile.creation.duration"].points[0].value.count).toBe(1);
  });
});

test.each([
  [() => instrument(undefined), "region must be one with observe, not undefined"],
  [() => instrument({}), "region must be one with observe, not object"],
  [() => instrument(createRegion({ backend: new MemoryBackend() }), "secret"), "options must be an object, not string"],
  [() => instrumented({ trace: tracer }), "an option must be tracer or meter or keys, not trace"],
  [() => instrumented({ tracer: {} }), "tracer must be one with startActiveSpan, not object"],
  [() => instrumented({ meter: 5 }), "meter must be one with addBatchObservableCallback, not number"],
  [() => instrumented({ keys: "all" }), "keys must be true or false, not string"],
])("%s is refused", (act, message) => {
  const error = thrown(act);
  expect(error).toBeInstanceOf(ValidationError);
  expect(error.message).toBe(message);
});

function thrown(act) {
  try {
    act();
  } catch (error) {
    return error;
  }
}

describe("from the tarball", () => {
  const program = `const region = createRegion({ backend: new MemoryBackend() }); const end = instrument(region);
    region.getOrCreate("k", () => 1).then((value) => { end(); console.log(value); });`;
  const imported = `import { createRegion, MemoryBackend } from "dogpile"; import { instrument } from "dogpile/otel"; ${program}`;
  const required = `const { createRegion, MemoryBackend } = require("dogpile"); const { instrument } = require("dogpile/otel"); ${program}`;
  const node = (app, ...args) => run(process.execPath, args, { cwd: app.folder });

  let app;
  beforeAll(async () => {
    app = await installPackage();
  });
  afterAll(() => app?.remove());

  test("the package does without OpenTelemetry, and dogpile/otel says what it needs", async () => {
    expect(await node(app, "--input-type=module", "-e", `import { createRegion } from "dogpile"; console.log(typeof createRegion);`)).toBe("function\n");
    await expect(node(app, "--input-type=module", "-e", imported)).rejects.toThrow("@opentelemetry/api");
  });

  test("it works with OpenTelemetry's API alone, imported and required", async () => {
    await linkPeer(app, "@opentelemetry/api");
    expect(await node(app, "--input-type=module", "-e", imported)).toBe("1\n");
    expect(await node(app, "--input-type=commonjs", "-e", required)).toBe("1\n");
  });
});
