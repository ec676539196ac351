/** A value as `console.log` of Node shows it, on one line. */
export function inspect(value, seen = []) {
  if (typeof value === "string") return seen.length === 0 ? value : quote(value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return `[Function: ${value.name || "(anonymous)"}]`;
  if (typeof value !== "object" || value === null) return String(value);
  if (value instanceof Error) return `${value.name}: ${value.message}`;
  if (value instanceof Date) return value.toISOString();
  if (seen.includes(value)) return "[Circular]";
  const inner = (other) => inspect(other, [...seen, value]);
  if (Array.isArray(value)) return wrap("[", value.map(inner), "]");
  const pair = ([key, item]) => `${inner(key)} => ${inner(item)}`;
  if (value instanceof Map) return `Map(${value.size}) ${wrap("{", [...value].map(pair), "}")}`;
  if (value instanceof Set) return `Set(${value.size}) ${wrap("{", [...value].map(inner), "}")}`;
  const { constructor } = value;
  const name = constructor === Object || constructor === undefined ? "" : `${constructor.name} `;
  const member = ([key, item]) => `${/^[\w$]+$/.test(key) ? key : quote(key)}: ${inner(item)}`;
  return name + wrap("{", Object.entries(value).map(member), "}");
}

function wrap(open, items, close) {
  return items.length === 0 ? open + close : `${open} ${items.join(", ")} ${close}`;
}

function quote(text) {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'";
  return mark + text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll(mark, `\\${mark}`) + mark;
}
