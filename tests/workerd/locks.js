// Locks of keys that nobody else has, in a runtime of several isolates; for what needs no Worker, held by this process.
import { CloudflareKVBackend } from "dogpile";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { bundleApp, Runtime } from "./stage.js";

export let runtime;
let kv;
let lock;

/** For the file that calls this. */
export function startLocks(options) {
  beforeAll(async () => {
    runtime = await new Runtime(await bundleApp(), { isolates: 3, ...options }).ready();
    kv = await runtime.miniflare.getKVNamespace("KV", "one");
    lock = await runtime.miniflare.getDurableObjectNamespace("DOGPILE", "one");
  });
  afterAll(() => runtime?.dispose());
}

let count = 0;

export const backendOf = (prefix, namespace = lock) => new CloudflareKVBackend(kv, { prefix, lock: namespace });

/** Makes mutexes of one key. `make.object`: its object's name; `make.waiting(n)`: waits until so many wait. */
export function mutexes(namespace = lock) {
  const prefix = `lock${++count}`;
  const object = `${prefix}:k`;
  const backend = backendOf(prefix, namespace);
  const make = () => backend.getMutex("k");
  return Object.assign(make, { object, waiting: (number) => untilWaiting(asked(object), number) });
}

export const objectOf = (name) => lock.get(lock.idFromName(name));

/** What the object itself is asked: as a holder asks that does nothing else, so that its lease ends. */
export function asked(name = `asked${++count}`) {
  const stub = objectOf(name);
  return async (question) => (await stub.fetch("https://dogpile.lock/", { method: "POST", body: JSON.stringify(question) })).json();
}

export const eventually = (look, expected) => vi.waitFor(async () => expect(await look()).toEqual(expected), { timeout: 15_000, interval: 5 });
export const untilWaiting = (ask, number) => eventually(async () => (await ask({ operation: "locked" })).waiting, number);
