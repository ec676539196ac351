import { createRegion, MemoryBackend, type CreationJob, type Mutex } from "dogpile";
import { check, type Same } from "./same.js";

declare const waitUntil: (promise: Promise<unknown>) => void;
const region = createRegion<string>({ backend: new MemoryBackend(), waitUntil });
const { signal } = new AbortController();

region.getOrCreate("key", () => "value", { signal, timeout: "2s", staleIfError: { hours: 1 }, waitUntil });
region.getOrCreate("key", () => "value", { signal: undefined, timeout: undefined, staleIfError: undefined, waitUntil: undefined });
region.getOrCreateMulti(["key"], (keys) => keys, { signal, timeout: 2, staleIfError: Infinity });
region.getOrCreateEntry("key", ({ signal }) => fetch("/value", { signal }).then((response) => response.text()));
region.getOrCreateMulti(["key"], (keys, { signal, expiresIn }) => {
  check<Same<typeof signal, AbortSignal>>();
  expiresIn("key", "1h");
  return keys;
});
region.getOrCreate("key", (context) => {
  check<Same<typeof context.signal, AbortSignal>>();
  // @ts-expect-error only read
  context.signal = signal;
  return "value";
});

// @ts-expect-error a controller is no signal
region.getOrCreate("key", () => "value", { signal: new AbortController() });
// @ts-expect-error not a length of time
region.getOrCreate("key", () => "value", { timeout: new Date() });
// @ts-expect-error a promise is no function
region.getOrCreate("key", () => "value", { waitUntil: Promise.resolve() });
// @ts-expect-error a cached function is called without options
region.cacheOnArguments({ namespace: "f", signal }, async () => "value");
region.cacheOnArguments({ namespace: "f", timeout: "1s", staleIfError: "1h", waitUntil }, async () => "value");

createRegion({
  backend: new MemoryBackend(),
  asyncCreationRunner(_region, _key, creator, mutex, job) {
    check<Same<typeof mutex, Mutex>>();
    check<Same<typeof job, CreationJob>>();
    job.waitUntil(
      creator()
        .then((value) => job.store(value))
        .finally(() => mutex.release()),
    );
  },
});

async function leave(): Promise<void> {
  await using short = createRegion({ backend: "dogpile.cache.memory" });
  await short.set("key", "value");
}
check<Same<ReturnType<typeof leave>, Promise<void>>>();
