import { read, remove, requireBackend, write } from "./records.js";

export function toCachified(backend) {
  requireBackend(backend, "toCachified");
  return {
    name: "dogpile",
    /** Also what has expired: cachified decides by the metadata what it is good for. */
    get: async (key) => entryOf(await read(backend, key)),
    set: (key, { value, metadata }) => set(backend, key, value, metadata),
    delete: (key) => remove(backend, key),
  };
}

function entryOf(record) {
  if (!record) return undefined;
  const { ct, et, swr } = record.metadata;
  return { value: record.payload, metadata: { createdTime: milliseconds(ct), ttl: lengthOf(et ?? -1), swr: lengthOf(swr ?? 0) } };
}

/** `null` is for ever in cachified, as -1 is in a record; for `ttl` that is no member at all, so that a region goes by its own expiration. */
function set(backend, key, value, { createdTime, ttl, swr }) {
  const extra = {};
  if (Number.isFinite(ttl)) extra.et = Math.max(ttl, 0) / 1000;
  if (swr === null || swr > 0) extra.swr = Number.isFinite(swr) ? swr / 1000 : -1;
  const keep = extra.swr === -1 ? undefined : extra.et + (extra.swr ?? 0);
  return write(backend, key, value, createdTime / 1000, extra, keep);
}

const milliseconds = (seconds) => Math.round(seconds * 1000);
const lengthOf = (seconds) => (seconds < 0 ? null : milliseconds(seconds));
