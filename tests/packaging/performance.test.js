// What the README says about speed is what the committed benchmark found.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { falseClaims, readResults, withPerformance } from "../../scripts/performance.mjs";

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");

test("the section is what the script makes of the results", () => {
  expect(readme).toContain("## Performance");
  expect(withPerformance(readme, readResults())).toBe(readme);
});

test("the results bear out every sentence", () => {
  expect(falseClaims(readResults())).toEqual([]);
});
