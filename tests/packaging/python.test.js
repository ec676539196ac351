// Python's own dogpile.cache and this package over one store: each reads what the other wrote.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRegion, MemoryBackend, TagInvalidation } from "dogpile";
import { afterAll, beforeAll, expect, test } from "vitest";

const values = { text: "h\u00e9llo | \ud83d\ude00", number: 1.5, nothing: null, no: false, empty: "", list: [1, "a", null], object: { a: { b: [] } } };

const script = `
import json, sys
from dogpile.cache import make_region

path, expected = sys.argv[1], json.loads(sys.argv[2])
with open(path) as file:
    store = {key: text.encode() for key, text in json.load(file).items()}
region = make_region(serializer=lambda value: json.dumps(value).encode(), deserializer=json.loads)
region.configure("dogpile.cache.memory", arguments={"cache_dict": store})
for key, value in expected.items():
    assert region.get("js:" + key) == value, (key, region.get("js:" + key))
    region.set("py:" + key, value)
assert region.get("js:tagged") == "tagged"
assert region.get_or_create("js:text", lambda: "not called") == expected["text"]
with open(path, "w") as file:
    json.dump({key: text.decode() for key, text in store.items()}, file)
`;

/** tests/records/texts.jsonl: each line a record as all three write it. */
const others = `
import json, sys
from unittest.mock import patch
from dogpile.cache import make_region

store = {}
region = make_region(serializer=lambda value: json.dumps(value).encode(), deserializer=json.loads)
region.configure("dogpile.cache.memory", arguments={"cache_dict": store})
with open(sys.argv[1]) as file:
    cases = [json.loads(line) for line in file]
for case in cases:
    for writer in ("javascript", "rust"):
        store["key"] = case[writer].encode()
        assert region.get("key") == case["value"], (writer, case)
        assert region.get_value_metadata("key").cached_time == case["ct"], (writer, case)
    if "python" in case:
        with patch("time.time", return_value=case["ct"]):
            region.set("key", case["value"])
        assert store["key"].decode() == case["python"], (store["key"], case)
print(len(cases))
`;

const folder = mkdtempSync(join(tmpdir(), "dogpile-python-"));
const python = join(folder, "venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
const run = (command, ...args) => execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });

beforeAll(() => {
  try {
    run("python3", "-m", "venv", join(folder, "venv"));
    run(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "dogpile.cache==1.3.2");
  } catch (error) {
    throw new Error(`Python 3 with venv and pip, and dogpile.cache from PyPI, are needed to test against:\n${error.stderr ?? error}`);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("dogpile.cache reads what this package wrote, and this package reads what dogpile.cache wrote", async () => {
  const path = join(folder, "store.json");
  const written = new MemoryBackend();
  const region = createRegion({ backend: written, serializer: JSON, tagInvalidator: new TagInvalidation() });
  for (const [key, value] of Object.entries(values)) await region.set(`js:${key}`, value);
  const tags = ["a|b", "h\u00e9llo \ud83d\ude00", '"quoted" \\'];
  await region.getOrCreate("js:tagged", () => "tagged", { tags });
  expect(written.get("js:tagged")).toMatch(/^\{"ct": [\d.]+, "v": 2, "dt": [\d.e-]+, "tags": \["a\\u007cb", "h\\u00e9llo \\ud83d\\ude00", /);
  writeFileSync(path, JSON.stringify(Object.fromEntries(written.entries())));

  run(python, "-c", script, path, JSON.stringify(values));

  const cache = new Map(Object.entries(JSON.parse(readFileSync(path, "utf8"))));
  const other = createRegion({ backend: new MemoryBackend({ cache }), serializer: JSON, expirationTime: "1h" });
  for (const [key, value] of Object.entries(values)) expect(await other.get(`py:${key}`)).toEqual(value);
  const { metadata, age } = await other.getValueMetadata("py:text");
  expect(Object.keys(metadata)).toEqual(["ct", "v"]);
  expect(Math.abs(age)).toBeLessThan(600);
});

test("dogpile.cache writes and reads the records that the tests of JavaScript and Rust have", () => {
  const cases = fileURLToPath(new URL("../records/texts.jsonl", import.meta.url));
  expect(Number(run(python, "-c", others, cases))).toBeGreaterThan(10);
});
