import { CantDeserialize } from "dogpile";

/** In what form a region's store holds its records, and how somebody else writes there. */
export function format({ serializer: name }, inBytes) {
  if (name === undefined) return { serializer: undefined, store: (record) => record };
  const write = inBytes ? encode : String;
  const store = ({ payload, metadata: { ct, v } }) => write(`${JSON.stringify({ ct, v })}|${JSON.stringify(payload)}`);
  return { serializer: inBytes ? bytesSerializer : textSerializer, store, write };
}

const encode = (text) => new TextEncoder().encode(text);
const decode = (bytes) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);

const textSerializer = {
  stringify: (value) => JSON.stringify(value),
  parse(text) {
    const value = JSON.parse(text);
    if (value === "!bad") throw new CantDeserialize(text);
    if (value === "!bad2") throw new Error(text);
    return value;
  },
};

const bytesSerializer = {
  encode: (value) => encode(textSerializer.stringify(value)),
  decode: (bytes) => textSerializer.parse(decode(bytes)),
};

/** A row for each key: what is stored there, when it was created, its version and, with a serializer, its text. */
export async function contents(store) {
  const rows = [];
  for await (const [key, stored] of store.entries?.() ?? store.store ?? []) {
    rows.push([key, ...(typeof stored === "object" && "metadata" in stored ? plain(stored) : written(stored))]);
  }
  return rows;
}

const plain = ({ payload, metadata }) => [payload, metadata.ct, metadata.v];

function written(stored) {
  const text = typeof stored === "string" ? stored : decode(stored);
  const at = text.indexOf("|");
  try {
    const [{ ct, v }, payload] = [JSON.parse(text.slice(0, at)), JSON.parse(text.slice(at + 1))];
    if (ct !== undefined && v !== undefined) return [payload, ct, v, text.slice(at + 1)];
  } catch {
    // Somebody else's writing.
  }
  return [{ raw: text }];
}
