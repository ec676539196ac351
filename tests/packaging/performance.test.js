// What the documents say about speed is what the committed benchmark found.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { bundleBytes } from "../../scripts/bundle-bytes.mjs";
import { subjects, us } from "../../benches/memory/subjects.js";
import { documents, falseClaims, readResults, withPerformance } from "../../scripts/performance.mjs";

const root = new URL("../../", import.meta.url);

test.each(Object.keys(documents))("%s says what the script makes of the results", async (name) => {
  const text = await readFile(new URL(name, root), "utf8");
  expect(text).toContain("<!-- performance:");
  expect(text).toContain(documents[name](readResults()));
  expect(withPerformance(name, text, readResults())).toBe(text);
});

test("the results bear out every sentence", () => {
  expect(falseClaims(readResults())).toEqual([]);
});

test("the size is that of this build, to a hundred bytes: else `npm run bench -- --weigh`", async () => {
  const difference = (await bundleBytes(subjects[us].bundle)) - readResults().bytes[us];
  expect(Math.abs(difference)).toBeLessThanOrEqual(100);
});
