// The records of a backend as a region reads and writes them: keys are mangled and records serialized as the backend recommends. Functions instead of
// a class: a bundle has only those that are used.
import { concat } from "../bytes.js";
import { requireMethods } from "./checks.js";

const SEPARATOR = "|";

export const requireBackend = (backend, who) => requireMethods(backend, ["get", "set", "delete"], who, "a backend");

/** A key as the backend has it. */
const nameOf = ({ keyMangler }, key) => (keyMangler ? keyMangler(key) : key);

/** The record, also one that has expired; `undefined` if there is none that can be read. */
export const read = async (backend, key) => decoded(backend, await backend.get(nameOf(backend, key)));

/** The record. One that has expired is deleted. */
export const readLive = async (backend, key) => unlessExpired(backend, key, await read(backend, key));

export async function readMany(backend, keys) {
  if (!backend.getMulti) return Promise.all(keys.map((key) => readLive(backend, key)));
  const found = await backend.getMulti(keys.map((key) => nameOf(backend, key)));
  return Promise.all(keys.map((key, index) => unlessExpired(backend, key, decoded(backend, found[index]))));
}

/**
 * `ct`: the creation time in seconds, `extra`: what the metadata has beside that and `v`. The backend may drop the record after `keep` seconds; never,
 * if that is not given.
 */
export async function write(backend, key, payload, ct, extra, keep) {
  const record = { payload, metadata: { ct, v: 2, ...extra } };
  await backend.set(nameOf(backend, key), encoded(backend.serializer, record), keep > 0 ? { expirationTime: keep } : undefined);
}

/** For as long as a time to live says, in seconds; for ever without one. */
export const writeFor = (backend, key, payload, ttl, now = Date.now()) => write(backend, key, payload, now / 1000, ttl && { et: ttl }, ttl);

export async function remove(backend, key) {
  await backend.delete(nameOf(backend, key));
}

/** `[name, payload]` of what has not expired and whose name in the backend begins with `start`. Nothing, where the backend cannot list. */
export async function* list(backend, start = "") {
  for await (const [name, stored] of backend.entries?.() ?? []) {
    const record = name.startsWith(start) && decoded(backend, stored);
    if (record && !isExpired(record)) yield [name, record.payload];
  }
}

/** Deletes the records whose name in the backend begins with `start`, and no others. */
export async function clear(backend, start = "") {
  if (start === "" && backend.clear) return void (await backend.clear());
  if (!backend.entries) throw new Error("the backend cannot list its keys to clear some of them");
  const names = [];
  for await (const [name] of backend.entries()) if (name.startsWith(start)) names.push(name);
  await Promise.all(names.map((name) => backend.delete(name)));
}

async function unlessExpired(backend, key, record) {
  if (!record || !isExpired(record)) return record;
  await remove(backend, key);
}

/** In milliseconds, because seconds with a fraction are not exact. */
const isExpired = ({ metadata: { ct, et } }) => et >= 0 && Date.now() > Math.round((ct + et) * 1000);

/** What a serializer cannot read is missing, as for a region. */
function decoded({ serializer }, stored) {
  try {
    const record = stored.slice ? parsed(serializer, stored) : stored;
    if (record.metadata.v === 2 && Number.isFinite(record.metadata.ct) && "payload" in record) return record;
  } catch {}
}

function parsed(serializer, stored) {
  const isText = typeof stored === "string";
  const at = stored.indexOf(isText ? SEPARATOR : SEPARATOR.charCodeAt(0));
  const text = (part) => (isText ? part : new TextDecoder("utf-8", { ignoreBOM: true }).decode(part));
  const body = stored.slice(at + 1);
  const payload = serializer.parse ? serializer.parse(text(body)) : serializer.decode(isText ? new TextEncoder().encode(body) : body);
  return { metadata: JSON.parse(text(stored.slice(0, at))), payload };
}

function encoded(serializer, record) {
  if (!serializer) return record;
  const members = Object.entries(record.metadata).map(([name, value]) => `"${name}": ${value}${name !== "v" && Number.isInteger(value) ? ".0" : ""}`);
  const head = `{${members.join(", ")}}${SEPARATOR}`;
  if (!serializer.stringify) return concat(new TextEncoder().encode(head), serializer.encode(record.payload));
  const text = serializer.stringify(record.payload);
  if (typeof text !== "string") throw new TypeError(`the backend's serializer made no text of a value of type ${typeof record.payload}`);
  return head + text;
}
