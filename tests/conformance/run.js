// scenarios.jsonl was run on Python's dogpile.cache 1.3.2, changed where this package means to differ; expected.jsonl is what came of it.
import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { NullBackend } from "dogpile";
import { makeRegion, virtualClock } from "../behaviour/helpers.js";
import expectedLines from "./expected.jsonl?raw";
import scenarioLines from "./scenarios.jsonl?raw";
import { perform, steps } from "./steps.js";

const parse = (lines) => lines.trim().split("\n").map((line) => JSON.parse(line));
const expectations = new Map(parse(expectedLines).map((expected) => [expected.id, expected.steps]));

export const scenarios = parse(scenarioLines).map((scenario) => ({ ...scenario, expected: expectations.get(scenario.id) }));

/** What of a scenario the package cannot do yet: names of its configuration and of its steps. */
export function lacks({ config, steps: taken }) {
  const ops = taken.flatMap((step) => [step.op, ...(step.during ?? []).map(({ op }) => op)]);
  const names = [...Object.keys(config).filter((name) => !CONFIG.includes(name)), ...ops.filter((op) => !(op in steps))];
  return [...new Set(names)];
}

const CONFIG = ["backend", "expiration_time", "key_mangler", "mangler_length", "proxies"];

/** The first step that comes out otherwise than expected; `undefined` if all agree. The creators answer at once or by promise. */
export async function firstDifference({ id, config, steps: taken, expected }, makeStore, byPromise) {
  if (taken.length !== expected.length) return { id, steps: taken.length, expected: expected.length };
  const run = begin(config, makeStore, taken);
  run.byPromise = byPromise;
  let held = "[]";
  for (const [index, step] of taken.entries()) {
    const out = await perform(run, step);
    const holds = contents(run.store);
    if (canonical(holds) !== held) out.backend = holds;
    held = canonical(holds);
    const [actual, wanted] = [comparable(out), comparable(expected[index])];
    if (canonical(actual) !== canonical(wanted)) return { id, index, step, expected: wanted, actual };
  }
  return undefined;
}

function begin(config, makeStore, taken) {
  const clock = virtualClock();
  const run = { clock, trace: [], boom: new Error("boom"), mangle: mangler(config) };
  run.makeStore = config.backend === "null" ? () => new NullBackend() : makeStore;
  run.wrap = (store) => (config.proxies ?? []).reduceRight((inner, name) => new TracingProxy(inner, name, run.trace), store);
  run.store = run.makeStore();
  const options = { clock, keyMangler: run.mangle, backend: run.wrap(run.store), expirationTime: config.expiration_time };
  run.region = makeRegion(options, keysOf(taken));
  return run;
}

function mangler({ key_mangler: name, mangler_length: length }) {
  const hash = (key) => bytesToHex(sha1(utf8ToBytes(key)));
  if (name === "sha1") return hash;
  return name === "length" ? (key) => ([...key].length >= length ? hash(key) : key) : undefined;
}

const keysOf = (taken) => [...new Set(taken.flatMap(({ key, keys = [] }) => (key === undefined ? keys : [key])))];

/** Stands before a backend and notes what is written through it. */
class TracingProxy {
  constructor(inner, name, trace) {
    Object.assign(this, { inner, note: (method, keys) => trace.push([name, method, keys]) });
  }

  get(key) {
    return this.inner.get(key);
  }

  getMulti(keys) {
    return this.inner.getMulti?.(keys) ?? Promise.all(keys.map((key) => this.inner.get(key)));
  }

  set(key, value) {
    this.note("set", [key]);
    return this.inner.set(key, value);
  }

  setMulti(values) {
    this.note("set_multi", [...values.keys()]);
    return this.inner.setMulti?.(values) ?? Promise.all(Array.from(values, ([key, value]) => this.inner.set(key, value)));
  }

  delete(key) {
    this.note("delete", [key]);
    return this.inner.delete(key);
  }

  deleteMulti(keys) {
    this.note("delete_multi", [...keys]);
    return this.inner.deleteMulti?.(keys) ?? Promise.all(keys.map((key) => this.inner.delete(key)));
  }
}

function contents(store) {
  const entries = store.entries?.() ?? store.store ?? [];
  return Array.from(entries, ([key, { payload, metadata }]) => [key, payload, metadata.ct, metadata.v]);
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
