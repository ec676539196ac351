import { concat } from "../bytes.js";
import { atOnce, describePart, refused, refusedAs } from "../errors.js";
import { hasMethod } from "../members.js";

/** Thrown by a serializer for a value that it cannot read: the value counts as missing and is not reported. */
export class CantDeserialize extends Error {
  get name() {
    return "CantDeserialize";
  }

  get code() {
    return "CANT_DESERIALIZE";
  }
}

const SEPARATOR = "|";

/** `{"ct": 1700000000.0, "v": 2}|payload`, the format of dogpile.cache: text or bytes, as the serializer returns. */
export function serialize(serializer, { payload, metadata }) {
  const head = writeMetadata(metadata) + SEPARATOR;
  if (hasMethod(serializer, "stringify")) {
    const text = serializer.stringify(payload);
    if (typeof text === "string") return head + text;
    throw refused("the result of stringify", "a string", text);
  }
  const bytes = serializer.encode(payload);
  if (isBytes(bytes)) return concat(new TextEncoder().encode(head), bytes);
  throw refused("the result of encode", "a Uint8Array", bytes);
}

/** Reads a record from text or bytes. Throws what the serializer throws. */
export function deserialize(serializer, stored) {
  const at = stored.indexOf(isBytes(stored) ? SEPARATOR.charCodeAt(0) : SEPARATOR);
  if (at < 0) throw refusedAs("the stored value", `metadata, "${SEPARATOR}" and a payload`, describePart(stored));
  const metadata = JSON.parse(asText(stored.slice(0, at)));
  const body = stored.slice(at + 1);
  const payload = hasMethod(serializer, "parse") ? serializer.parse(asText(body)) : serializer.decode(asBytes(body));
  return { payload: atOnce(payload, "the serializer"), metadata };
}

/** Whether a stored value is text or bytes. Frames and test environments have their own Uint8Array. */
export const isSerialized = (stored) => typeof stored === "string" || isBytes(stored);

export function requireSerializer(serializer) {
  const has = (...methods) => methods.every((method) => hasMethod(serializer, method));
  if (has("stringify", "parse") || has("encode", "decode")) return serializer;
  throw refused("serializer", "an object with stringify and parse, or with encode and decode", serializer);
}

const isBytes = (value) => ArrayBuffer.isView(value) && /** @type {Uint8Array} */ (value).BYTES_PER_ELEMENT === 1;
const asText = (stored) => (typeof stored === "string" ? stored : new TextDecoder("utf-8", { ignoreBOM: true }).decode(stored));
const asBytes = (stored) => (typeof stored === "string" ? new TextEncoder().encode(stored) : stored);

/**
 * The members that not every record has, in their order, and how each is written.
 *
 * @type {[string, (value: any) => string][]}
 */
const OPTIONAL = [
  ["et", writeFloat],
  ["dt", writeFloat],
  ["tags", (tags) => `[${tags.map(writeTag).join(", ")}]`],
  ["nt", writeFloat],
];

function writeMetadata(metadata) {
  const members = OPTIONAL.filter(([name]) => Object.hasOwn(metadata, name)).map(([name, write]) => `, "${name}": ${write(metadata[name])}`);
  return `{"ct": ${writeFloat(metadata.ct)}, "v": ${metadata.v}${members.join("")}}`;
}

/** As Python's json writes it; `|` is escaped, too, because the first one ends the metadata. */
function writeTag(tag) {
  return JSON.stringify(tag).replace(/[^ -~]|\|/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A float as Python's json writes it: never without a fraction or an exponent. */
function writeFloat(number) {
  const size = Math.abs(number);
  if (size !== 0 && (size < 1e-4 || size >= 1e16)) return number.toExponential().replace(/e([+-])(\d)$/, "e$10$2");
  return Number.isInteger(number) ? `${number}.0` : String(number);
}
