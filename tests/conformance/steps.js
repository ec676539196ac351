import { regenerate } from "./deferred.js";

/** What each step of a scenario does: it notes in `out` what there is to compare. */
export const steps = {
  advance: ({ clock }, { seconds }) => void clock.advance(seconds),

  async configure(run, step) {
    const store = run.makeStore();
    const options = { expirationTime: step.expiration_time, replaceExistingBackend: step.replace_existing_backend };
    run.region.configure({ backend: store, wrap: run.wrap, ...options });
    run.store = store;
  },

  async get({ region }, step, out) {
    Object.assign(out, answer(await region.get(step.key, readOptions(step))));
  },

  async get_multi({ region }, step, out) {
    out.values = (await region.getMulti(step.keys, readOptions(step))).map(answer);
  },

  async get_value_metadata({ region }, step, out) {
    const found = await region.getValueMetadata(step.key, readOptions(step));
    out.metadata = found === undefined ? null : described(found);
  },

  async get_or_create(run, step, out) {
    out.creator_called = 0;
    const creator = () => {
      out.creator_called += 1;
      return created(run, step, out, step.value);
    };
    const before = run.started.length;
    try {
      Object.assign(out, answer(await run.region.getOrCreate(step.key, creator, createOptions(step, out))));
    } finally {
      await Promise.all(run.running.splice(0));
      if (run.started.length > before) out.async_started = run.started.slice(before);
    }
  },

  async get_or_create_multi(run, step, out) {
    out.creator_calls = [];
    const creator = (keys) => {
      out.creator_calls.push(keys);
      const values = keys.map((key) => step.values[key]).concat(Array(step.extra ?? 0).fill("extra"));
      return created(run, step, out, values.slice(0, values.length - (step.short ?? 0)));
    };
    out.values = (await run.region.getOrCreateMulti(step.keys, creator, createOptions(step, out))).map(answer);
  },

  set: ({ region }, { key, value }) => region.set(key, value),
  set_multi: ({ region }, { values }) => region.setMulti(new Map(Object.entries(values))),
  delete: ({ region }, { key }) => region.delete(key),
  delete_multi: ({ region }, { keys }) => region.deleteMulti(keys),
  invalidate: ({ region }, { hard }) => region.invalidate(hard),

  async key_is_locked({ region }, { key }, out) {
    out.locked = await region.keyIsLocked(key);
  },

  /** Somebody else writes into the store. */
  raw_set({ store, clock, format, mangle = String }, { key, value, v, age }) {
    return store.set(mangle(key), format.store({ payload: value, metadata: { ct: clock() - age, v } }));
  },

  raw_bytes: ({ store, format, mangle = String }, { key, text }) => store.set(mangle(key), format.write(text)),

  async run_deferred(run, _step, out) {
    out.ran = [];
    for (const job of run.deferred.splice(0)) {
      await regenerate(run, job);
      out.ran.push(job.key);
    }
  },
};

/** Takes a step, and what the proxies saw meanwhile. */
export async function perform(run, step) {
  const out = {};
  const before = run.trace.length;
  try {
    await steps[step.op](run, step, out);
  } catch (error) {
    out.error = { class: classOf(run, error) };
  }
  if (run.trace.length > before) out.proxy_trace = run.trace.slice(before);
  return out;
}

/** What a creator answers: by promise where it is to, or where it has something to do before. */
function created(run, step, out, value) {
  const end = () => {
    if (step.throw) throw run.boom;
    return value;
  };
  return run.byPromise || step.during !== undefined ? meanwhile(run, step, out).then(end) : end();
}

async function meanwhile(run, { during }, out) {
  if (during === undefined) return;
  out.during = [];
  for (const step of during) out.during.push(await perform(run, step));
}

const answer = (value) => (value === undefined ? { no_value: true } : { value });

const described = ({ payload, cachedTime, age, metadata }) => ({ value: payload, cached_time: cachedTime, age, v: metadata.v });

const readOptions = (step) => ({ expirationTime: step.expiration_time, ignoreExpiration: step.ignore_expiration });

function createOptions(step, out) {
  const { should_cache: all, should_cache_only: only } = step;
  const options = { expirationTime: step.expiration_time };
  if (all === undefined && only === undefined) return options;
  const wanted = only?.map((value) => JSON.stringify(value));
  const shouldCacheFn = (value) => {
    (out.should_cache_calls ??= []).push(value);
    return wanted === undefined ? all : wanted.includes(JSON.stringify(value));
  };
  return { ...options, shouldCacheFn };
}

const CLASSES = { REGION_ALREADY_CONFIGURED: "RegionAlreadyConfigured", VALIDATION: "ValidationError" };

function classOf(run, error) {
  return error === run.boom ? "CreatorError" : (CLASSES[error?.code] ?? `${error?.stack ?? error}`);
}
