// scenarios.jsonl was run on Python's dogpile.cache, changed where this package means to differ (python/region.py); expected.jsonl is what came of it.
import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { NullBackend, ProxyBackend } from "dogpile";
import { makeRegion, virtualClock } from "../behaviour/helpers.js";
import { regenerate, runners } from "./deferred.js";
import expectedLines from "./expected.jsonl?raw";
import scenarioLines from "./scenarios.jsonl?raw";
import { perform } from "./steps.js";
import { contents, format } from "./stored.js";

const parse = (lines) =>
  lines
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
const expectations = new Map(parse(expectedLines).map((expected) => [expected.id, expected.steps]));

export const scenarios = parse(scenarioLines).map((scenario) => ({ ...scenario, expected: expectations.get(scenario.id) }));

/** The first step that comes out otherwise than expected; `undefined` if all agree. `byPromise`: so the creators answer, else at once. */
export async function firstDifference({ id, config, steps: taken, expected }, makeStore, byPromise) {
  if (taken.length !== expected.length) return { id, steps: taken.length, expected: expected.length };
  const run = begin(config, makeStore, taken, byPromise);
  let held = "[]";
  try {
    for (const [index, step] of taken.entries()) {
      const out = await perform(run, step);
      const holds = await contents(run.store);
      if (canonical(holds) !== held) out.backend = holds;
      held = canonical(holds);
      const [actual, wanted] = [comparable(out), comparable(expected[index])];
      if (canonical(actual) !== canonical(wanted)) return { id, index, step, expected: wanted, actual };
    }
    return undefined;
  } finally {
    for (const job of run.deferred.splice(0)) await regenerate(run, job);
  }
}

function begin(config, makeStore, taken, byPromise) {
  const clock = virtualClock();
  const run = { clock, byPromise, trace: [], started: [], running: [], deferred: [], boom: new Error("boom"), mangle: mangler(config) };
  run.makeStore = config.backend === "null" ? () => new NullBackend() : makeStore;
  run.wrap = config.proxies?.map((name) => new TracingProxy(name, run.trace));
  run.store = run.makeStore();
  run.format = format(config, byPromise);
  const { serializer } = run.format;
  const asyncCreationRunner = runners[config.async_runner]?.(run);
  const options = { clock, keyMangler: run.mangle, serializer, asyncCreationRunner, backend: run.store, wrap: run.wrap };
  run.region = makeRegion({ ...options, expirationTime: config.expiration_time }, keysOf(taken));
  return run;
}

function mangler({ key_mangler: name, mangler_length: length }) {
  const hash = (key) => bytesToHex(sha1(utf8ToBytes(key)));
  if (name === "sha1") return hash;
  return name === "length" ? (key) => ([...key].length >= length ? hash(key) : key) : undefined;
}

const keysOf = (taken) => [...new Set(taken.flatMap(({ key, keys = [] }) => (key === undefined ? keys : [key])))];

/** Notes what is written through it. */
class TracingProxy extends ProxyBackend {
  constructor(name, trace) {
    super();
    this.note = (method, keys) => trace.push([name, method, keys]);
  }

  set(key, value) {
    this.note("set", [key]);
    return super.set(key, value);
  }

  setMulti(values) {
    this.note("set_multi", [...values.keys()]);
    return super.setMulti(values);
  }

  delete(key) {
    this.note("delete", [key]);
    return super.delete(key);
  }

  deleteMulti(keys) {
    this.note("delete_multi", [...keys]);
    return super.deleteMulti(keys);
  }
}

/** Without what may differ: the order of keys, what an error says, and whether a key is locked while a creator runs. */
function comparable(out, isInner = false) {
  const { locked, during, backend, error, creator_calls, should_cache_calls, proxy_trace, ...rest } = out;
  return {
    ...rest,
    locked: isInner ? undefined : locked,
    during: during?.map((inner) => comparable(inner, true)),
    backend: backend && sorted(backend),
    error: error?.class,
    creator_calls: creator_calls?.map(sorted),
    should_cache_calls: should_cache_calls && sorted(should_cache_calls),
    proxy_trace: proxy_trace?.map(([name, method, keys]) => [name, method, sorted(keys)]),
  };
}

const sorted = (list) => [...list].sort((a, b) => (canonical(a) < canonical(b) ? -1 : 1));

/** One text for equal values, own properties of any name included. */
function canonical(value) {
  const isObject = (part) => typeof part === "object" && part !== null && !Array.isArray(part);
  const ordered = (part) => Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.stringify(value, (_name, part) => (isObject(part) ? ordered(part) : part));
}
