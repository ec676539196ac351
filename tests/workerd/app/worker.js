// The Worker of these tests. What its requests share is plain data: a request waits for what another one does by looking, never by its promise.
import { backgroundRunner, CloudflareKVBackend, createRegion, DogpileLock, MemoryBackend } from "dogpile";
import { SlowlyVisible } from "./slowly-visible.js";

export { DogpileLock };

/** A lock that fails, and one that does not answer. */
export class Broken {
  fetch() {
    throw new Error("broken");
  }
}
export class Silent {
  fetch() {
    return new Promise((resolve) => setTimeout(resolve, 3_600_000));
  }
}

const stages = new Map();
const paths = { age, call, holds, leftovers, open, set, state, warm };

export default {
  fetch(request, env, ctx) {
    const { pathname, searchParams } = new URL(request.url);
    const query = Object.fromEntries(searchParams);
    return paths[pathname.slice(1)](stageOf(query, env), query, env, ctx);
  },
};

/** One test's region in this isolate, and what it has seen. `opensAt`: creations, and reads, are let through from this one on. */
function stageOf({ stage, backend, expires, runner, early }, env) {
  if (!stages.has(stage)) {
    const seen = { calls: 0, reads: 0, creations: {}, leaders: [], events: [], opensAt: Infinity, readsOpenAt: 1 };
    const options = { backend: backends[backend]?.(env, seen, stage), expirationTime: expires && Number(expires), lockTimeout: "10s" };
    if (runner) options.asyncCreationRunner = backgroundRunner;
    if (early) Object.assign(options, { earlyRefresh: true, random: () => 1 - 2 ** -53 }); // whoever may renew a value does
    stages.set(stage, { seen, region: options.backend && createRegion(options) });
  }
  return stages.get(stage);
}

const backends = {
  memory: () => new MemoryBackend(),
  slow: (_env, seen) => slowBackend(seen),
  kv: (env, _seen, stage) => new CloudflareKVBackend(env.KV, { prefix: stage }),
  locked: (env, _seen, stage) => new CloudflareKVBackend(env.KV, { prefix: stage, lock: env.DOGPILE }),
  broken: (env, _seen, stage) => new CloudflareKVBackend(env.KV, { prefix: stage, lock: env.BROKEN }),
  silent: (env, _seen, stage) => new CloudflareKVBackend(env.KV, { prefix: stage, lock: env.SILENT }),
  slowlyVisible: (env, _seen, stage) => new CloudflareKVBackend(new SlowlyVisible(env.KV), { prefix: stage, lock: env.DOGPILE }),
};

function slowBackend(seen) {
  const records = new Map();
  return {
    async get(key) {
      const number = ++seen.reads;
      await until(() => number >= seen.readsOpenAt);
      return records.get(key);
    },
    async set(key, record) {
      records.set(key, record);
    },
    async delete(key) {
      records.delete(key);
    },
  };
}

/** `getOrCreate`, and afterwards slow I/O of the request's own. */
async function call({ seen, region }, query, env, ctx) {
  const { client, key, creator = "gated", ends, other, waitUntil, lockTimeout, delay } = query;
  const options = { waitUntil: waitUntil === "true" ? (promise) => ctx.waitUntil(promise) : () => {} };
  if (lockTimeout !== undefined) options.lockTimeout = lockTimeout;
  if (delay !== undefined) options.retry = { attempts: 3, delay };
  const create = (name) => () => {
    const number = (seen.creations[name] = (seen.creations[name] ?? 0) + 1);
    seen.leaders.push(client);
    return creators[creator]({ seen, region, name, number, other: name === key ? other : key, create, options });
  };
  const called = region.getOrCreateEntry(key, create(key), options);
  seen.calls += 1;
  const answered = called.then(
    ({ payload, state }) => ({ value: payload, state }),
    ({ message, code }) => ({ error: message, code }),
  );
  if (ends !== undefined) await until(() => seen.leaders.includes(client));
  if (ends === "throws") throw new Error("the handler fails");
  if (ends === "early") return new Response("early");
  return Response.json({ ...(await answered), own: await isInOwnRequest(client, env) });
}

/** Reads what is there, and never answers if it `ends` so; else there is slow I/O afterwards. */
async function warm({ seen, region }, { client, key, ends }, env) {
  const refuse = () => {
    throw new Error("it is there");
  };
  const values = [await region.getOrCreate(key, refuse), await region.getOrCreate(key, refuse, { expirationTime: 60 }), await region.get(key)];
  seen.calls += 1;
  await until(() => ends !== "never");
  return Response.json({ values, own: await isInOwnRequest(client, env) });
}

/** Whether a request still has its own I/O: not if it was resumed in another one. */
async function isInOwnRequest(client, env) {
  await env.KV.put(`own:${client}`, client);
  await pause(20);
  return (await env.KV.get(`own:${client}`)) === client;
}

const creators = {
  async gated({ seen, name, number }) {
    await until(() => number >= seen.opensAt);
    return `${name} ${number}`;
  },
  async rejects({ seen, number }) {
    await until(() => number >= seen.opensAt);
    throw new Error("no origin");
  },
  async unsteady({ seen, name, number }) {
    if (number < seen.opensAt) throw new Error("the origin is busy");
    return `${name} ${number}`;
  },
  async origin({ name }) {
    await pause(10 + 50 * Math.random());
    return `of ${name}`;
  },
  never: ({ name, number }) => (number === 1 ? new Promise(() => {}) : `${name} ${number}`),
  /** Each waits for the other at first. */
  async cycle({ seen, region, name, number, other, create, options }) {
    if (number > 1) return `${name} ${number}`;
    await until(() => seen.creations[other] > 0);
    return `${name} of ${await region.getOrCreate(other, create(other), options)}`;
  },
};

/** Holds the lock of a key until it is told to let go: `open` with what it stores. */
async function holds({ seen }, { stage, client, key, wait }, env) {
  const mutex = backends.locked(env, seen, stage).getMutex(key);
  seen.events.push(`${client} came`);
  const granted = await mutex.acquire(wait === "true");
  const found = await mutex.handover();
  seen.events.push(granted ? `${client} holds` : `${client} was refused`);
  if (!granted) return Response.json({ granted });
  await until(() => client in seen);
  await mutex.release(seen[client] ?? undefined);
  seen.events.push(`${client} released`);
  return Response.json({ granted, found });
}

function open({ seen }, _query, _env) {
  Object.assign(seen, JSON.parse(_query.what));
  return Response.json(seen);
}

async function set({ region }, { key, value }) {
  await (value === undefined ? region.delete(key) : region.set(key, value));
  return Response.json({});
}

/** Stores a value whose creation took 10 seconds, and ended some seconds ago. */
async function age({ region }, { key, value, seconds }) {
  await region.actualBackend.set(key, { payload: value, metadata: { ct: Date.now() / 1000 - Number(seconds), v: 2, dt: 10 } });
  return Response.json({});
}

function state({ seen }) {
  return Response.json(seen);
}

/** Which keys are still locked, and how often a creator is called that must be called once. */
async function leftovers({ region }, { keys }) {
  const left = [];
  for (const key of keys.split(",")) {
    let creations = 0;
    const create = () => `afterwards ${++creations}`;
    const locked = await staysLocked(region, key);
    const value = await region.getOrCreate(key, create, { forceRefresh: true });
    left.push({ locked, value, lockedAfterwards: await region.keyIsLocked(key) });
  }
  return Response.json(left);
}

/** A request that has died leaves its locks to whoever comes next, or until it has been silent for long enough. */
async function staysLocked(region, key) {
  for (let look = 0; look < 200; look += 1) {
    if (!(await region.keyIsLocked(key))) return false;
    await pause(50);
  }
  return true;
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(condition) {
  while (!condition()) await pause(5);
}
