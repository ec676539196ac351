import * as backend from "../backends/backend.js";
import { refused, requireKey } from "../errors.js";
import { ignoreRejection, pending } from "../promises.js";
import { makeRecord } from "../records/record.js";
import { seconds } from "../duration.js";

/** Stores a value under each key, all of one creation time. */
export function store(region, entries, { expiresIn }, multi) {
  const { setup } = region;
  for (const [key, value] of entries) {
    requireKey(key);
    requireStorable(value);
  }
  const given = seconds(expiresIn, "expiresIn");
  const own = Number.isNaN(given) ? undefined : given;
  const keys = entries.map(([key]) => setup.mangle(key));
  const created = region.stamp();
  const records = entries.map(([, value]) => setup.toStored(makeRecord(value, created, own)));
  return send(region, keys, records, () => backend.write(setup, keys, records, multi, region.hint(own)));
}

export function remove(region, given, multi) {
  const { setup } = region;
  given.forEach(requireKey);
  const keys = given.map((key) => setup.mangle(key));
  return send(region, keys, [], () => backend.remove(setup, keys, multi));
}

/** Enters the line, then fences. A write that nobody is ahead of is sent before this returns. */
function send(region, keys, records, write) {
  const { setup, flights } = region;
  const sendNow = () => {
    const promise = pending(write());
    return promise && setup.answered(promise);
  };
  try {
    const ahead = setup.lines.ahead(keys);
    const sent = ahead === undefined ? sendNow() : ahead.then(sendNow);
    if (sent === undefined) return supersede(region, setup, keys, records);
    setup.lines.enter(keys, sent);
    // The line looks at the outcome of `sent`; a rejection that the caller never looks at is still the host's to report.
    return sent.then(
      () => supersede(region, setup, keys, records),
      (error) => supersede(region, setup, keys, []).then(() => Promise.reject(error)),
    );
  } finally {
    for (const key of keys) flights.fence(key);
  }
}

/** Whoever gets the backend's lock next is not handed over what was there before. After a write that failed nobody knows what is there. */
async function supersede(region, setup, keys, records) {
  if (typeof setup.backend.getMutex !== "function") return;
  const told = keys.map((key, index) => {
    const mutex = region.mutexOf(setup, key);
    return typeof mutex?.supersede === "function" && region.askMutex(setup, () => mutex.supersede(records[index]));
  });
  await Promise.all(told);
}

/** A promise was meant to be awaited first. */
function requireStorable(value) {
  const promise = pending(value);
  if (promise === undefined) return;
  ignoreRejection(promise);
  throw refused("a value", "awaited before it is set", value);
}
