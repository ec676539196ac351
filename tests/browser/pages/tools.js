// What the tests use in pages and workers.

export function deleteDatabase(name) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase(name);
    request.onsuccess = () => resolve();
    request.onerror = () => reject(request.error);
  });
}

export async function keysOf(backend) {
  const keys = [];
  for await (const [key] of backend.entries()) keys.push(key);
  return keys;
}

/** Calls `write` so many hours from now, as far as it knows. */
export function atTime(hours, write) {
  const { now } = Date;
  Date.now = () => now() + hours * 3_600_000;
  const written = write();
  Date.now = now;
  return written;
}

/** What the condition gives once it is truthy. */
export async function eventually(condition) {
  for (;;) {
    const answer = await condition();
    if (answer) return answer;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

export function cloneable() {
  const circle = { list: [1] };
  circle.list.push(circle);
  return {
    undefined: undefined,
    null: null,
    false: false,
    zero: 0,
    "minus zero": -0,
    NaN: NaN,
    empty: "",
    "lone surrogate": "a\ud800b",
    bigint: 2n ** 80n,
    date: new Date(0),
    map: new Map([[{ key: 1 }, new Set([1n, "two"])]]),
    set: new Set([undefined, NaN]),
    bytes: new Uint8Array([1, 2, 255]),
    floats: new Float64Array([NaN, -0, 1.5]),
    buffer: new Uint8Array([3, 4]).buffer,
    regexp: /a+/gi,
    error: new RangeError("of the range"),
    nested: { list: [undefined, { deep: null }], "": 1 },
    circle,
    "array with a hole": [1, , 3],
    "boxed number": Object(1),
  };
}

/** By what the message has to say of them. */
export function uncloneable() {
  return {
    function: () => 1,
    symbol: Symbol("s"),
    promise: [Promise.resolve()],
    WeakMap: new WeakMap(),
    proxy: [new Proxy({}, {})],
    Response: new Response("body"),
    node: { element: globalThis.document?.body ?? (() => 1) },
    "inner function": { method() {} },
  };
}

/** Whether two values are one to structured clone. */
export function isSame(a, b, seen = new Map()) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (seen.has(a)) return seen.get(a) === b;
  seen.set(a, b);
  const [left, right] = [a, b].map(partsOf);
  return left.length === right.length && left.every((part, index) => isSame(part, right[index], seen));
}

function partsOf(value) {
  if (value instanceof Date) return [value.getTime()];
  if (value instanceof RegExp) return [String(value)];
  if (value instanceof Error) return [value.name, value.message];
  if (value instanceof Map) return [...value].flat();
  if (value instanceof Set) return [...value];
  if (value instanceof ArrayBuffer) return [...new Uint8Array(value)];
  if (value instanceof Number) return [value.valueOf()];
  return [...Object.keys(value), ...Object.values(value), value.length];
}

/** A worker of the page; `run` calls a function in it. */
export async function startWorker(kind) {
  const [target, end] = await starters[kind](new URL("./worker.js", import.meta.url));
  return { run: (work, ...args) => runIn((message, ports) => target.postMessage(message, ports), work, args), end };
}

/** A frame that may run scripts and nothing else: it has an origin of its own, without storage. */
export async function startSandbox() {
  const frame = Object.assign(document.createElement("iframe"), { src: "page.html" });
  frame.sandbox = "allow-scripts";
  const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
  document.body.append(frame);
  await loaded;
  return { run: (work, ...args) => runIn((message, ports) => frame.contentWindow.postMessage(message, "*", ports), work, args) };
}

function runIn(post, work, args) {
  return new Promise((resolve, reject) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => ("error" in data ? reject(new Error(data.error)) : resolve(data.value));
    post({ work: String(work), args }, [port2]);
  });
}

/** What a region over IndexedDB is good for here, and what was said meanwhile. */
export async function useEverything(databaseName) {
  const said = [];
  console.warn = (...words) => said.push(words.join(" "));
  const errors = [];
  const observer = { onError: (error, where) => errors.push(`${where}: ${error}`) };
  const backend = new IndexedDBBackend({ databaseName, maxAge: "1h", maxEntries: 50 });
  const region = createRegion({ backend, observer });
  let creations = 0;
  const create = () => region.getOrCreate("k", async () => ++creations);
  const created = [...(await Promise.all([create(), create()])), await create()];
  await region.setMulti({ a: 1, b: undefined });
  await region.delete("a");
  const refused = await region.set("f", () => 1).catch(({ code }) => code);
  const read = [await region.get("a"), (await region.getValueMetadata("b")) !== undefined, refused];
  const keys = await keysOf(backend);
  const mutex = backend.getMutex("k");
  const locked = mutex && (await mutex.acquire());
  await mutex?.release();
  await backend.clear();
  const cleared = (await region.get("k")) === undefined;
  await backend.close();
  return { created, read, keys, locked, cleared, errors, said };
}

const starters = {
  dedicated(url) {
    const worker = new Worker(url, { type: "module" });
    return [worker, () => worker.terminate()];
  },
  shared(url) {
    const { port } = new SharedWorker(url, { type: "module" });
    return [port, () => port.close()];
  },
  async service(url) {
    const registration = await navigator.serviceWorker.register(url, { type: "module" });
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    await eventually(() => worker.state === "activated");
    return [worker, () => registration.unregister()];
  },
};

/** What the browser calls the lock of a key. */
export async function nameOfLock(databaseName, key) {
  const mutex = new IndexedDBBackend({ databaseName }).getMutex(key);
  await mutex.acquire();
  const { held } = await navigator.locks.query();
  await mutex.release();
  return held[0].name;
}

/** 20 calls for each of 5 keys at once: how often each was created here, and what came of them. */
export async function stampede(databaseName) {
  const region = createRegion({ backend: new IndexedDBBackend({ databaseName }) });
  const creations = {};
  const call = (key) =>
    region.getOrCreate(key, async () => {
      creations[key] = (creations[key] ?? 0) + 1;
      await new Promise((resolve) => setTimeout(resolve, 30));
      return `${key} by ${Math.random()}`;
    });
  const keys = ["a", "b", "c", "d", "e"].flatMap((key) => Array(20).fill(key));
  return { creations, values: [...new Set(await Promise.all(keys.map(call)))] };
}
