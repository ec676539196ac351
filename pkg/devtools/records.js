import { preview } from "./texts.js";

/** How many entries of a backend are looked at, at most: it may have millions. */
const MOST_READ = 10_000;
/** Seconds by which a creation time may be ahead of the clock: what is further ahead counts as older than every invalidation. */
const AHEAD = 60;
const LONGEST_PREVIEW = 120;
/** How many keys a backend that cannot list is asked for: the latest. */
const MOST_ASKED = 100;

const byKey = new Intl.Collator("en", { numeric: true });

/** Of a region that has no backend yet. */
export const NO_ROWS = Object.freeze({ rows: [], isCut: false, canList: true });

/**
 * What a region's backend holds, by key: `{ rows, isCut, canList }`. It reads past the region, so that no counter and no observer notices it.
 *
 * @param {any} inside The region's inside.
 * @param {{ most: number, filter?: string, names: Map<string, string>, signal?: AbortSignal }} options `names`: the user's names of mangled keys that are known.
 */
export async function readRows(inside, { most, filter = "", names, signal }) {
  const rows = [];
  const wanted = filter.toLowerCase();
  const listing = { canList: true };
  let isCut = false;
  let read = 0;
  for await (const [key, stored] of entriesOf(inside, names, listing)) {
    if (signal?.aborted) break;
    read += 1;
    const row = rowOf(inside, key, names, stored);
    if (matches(row, wanted)) rows.push({ ...row, text: row.state === "unreadable" ? "" : preview(row.value, LONGEST_PREVIEW) });
    isCut = rows.length === most || read === MOST_READ;
    if (isCut) break;
  }
  return { rows: rows.sort((one, other) => byKey.compare(one.key, other.key)), isCut, ...listing };
}

/** Those that the backend lists; of one that lists none, or whose far tier does not, those whose keys are known. */
async function* entriesOf({ setup: { actualBackend } }, names, listing) {
  try {
    if (typeof actualBackend.entries === "function") return yield* actualBackend.entries();
  } catch (error) {
    if (error?.code !== "BACKEND") throw error;
  }
  listing.canList = false;
  const keys = [...names.keys()].slice(-MOST_ASKED);
  const found = await Promise.all(keys.map((key) => actualBackend.get(key)));
  for (const [index, stored] of found.entries()) if (stored !== undefined && stored !== null) yield [keys[index], stored];
}

const matches = ({ key, state, tags }, filter) => filter === "" || [key, state, ...tags].some((text) => text.toLowerCase().includes(filter));

/** `key`: what the user knows, where that is known. */
function rowOf(inside, storedKey, names, stored) {
  const key = inside.setup.isUnmangled ? storedKey : (names.get(storedKey) ?? storedKey);
  const isKnown = inside.setup.isUnmangled || names.has(storedKey);
  const unreadable = { key, storedKey, isKnown, state: "unreadable", age: NaN, expiresIn: NaN, tags: [], value: undefined, metadata: {} };
  try {
    const record = inside.setup.fromStored(stored);
    const { payload, metadata } = record;
    if (metadata.v !== 2 || !Number.isFinite(metadata.ct)) return unreadable;
    const { age, expiresAt } = inside.cachedValue(record, NaN);
    const now = inside.clock.now();
    const state = stateOf(inside, metadata, expiresAt, now);
    const tags = metadata.tags ?? [];
    return { key, storedKey, isKnown, state, age, expiresIn: expiresAt - now, tags, value: payload, metadata };
  } catch {
    return unreadable;
  }
}

function stateOf(inside, metadata, expiresAt, now) {
  const verdict = Math.max(ofRegion(inside, metadata.ct, now), ofTags(inside, metadata));
  if (verdict === 2) return "invalidated";
  return verdict === 1 || expiresAt < now ? "stale" : "fresh";
}

/** 0 valid, 1 invalidated softly, 2 hard. */
function ofRegion({ invalidations }, created, now) {
  if (!invalidations.areOwn) return invalidations.verdict(created);
  const { hard, soft } = invalidations.times;
  const time = created > now + AHEAD ? -Infinity : created;
  return time < hard ? 2 : time < soft ? 1 : 0;
}

function ofTags({ tags }, metadata) {
  if (tags === undefined || metadata.tags === undefined) return 0;
  return tags.verdict({ ct: metadata.ct, extra: { tags: metadata.tags, dt: metadata.dt ?? 0 } });
}
