// tests/records/texts.jsonl: the same records as JavaScript, Rust and Python write them. Rust's and Python's own tests read the file, too.
import { createRegion, MemoryBackend } from "dogpile";
import { describe, expect, test } from "vitest";
import lines from "../../records/texts.jsonl?raw";
import { checkAfterEach } from "../helpers.js";

checkAfterEach();

const cases = lines
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

const expiresIn = ({ et }) => (et === -1 ? Infinity : et);

describe.each(cases)("$javascript", (record) => {
  const { ct, et, value, javascript, ...others } = record;

  test("is what is written here", async () => {
    const backend = new MemoryBackend();
    await createRegion({ backend, serializer: JSON, clock: () => ct }).set("k", value, { expiresIn: expiresIn(record) });
    expect(backend.get("k")).toBe(javascript);
  });

  test.each(Object.entries(others))("is read as %s wrote it", async (_name, text) => {
    const backend = new MemoryBackend({ cache: new Map([["k", text]]) });
    const region = createRegion({ backend, serializer: JSON, clock: () => ct });
    expect(await region.get("k")).toEqual(value);
    expect((await region.getValueMetadata("k")).metadata).toEqual(et === undefined ? { ct, v: 2 } : { ct, v: 2, et });
  });
});
