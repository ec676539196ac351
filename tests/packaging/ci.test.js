// The jobs of the workflow together run every suite once.
import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { suites } from "../../scripts/suites.mjs";

test("every suite of npm test is in exactly one job", async () => {
  const workflow = await readFile(new URL("../../.github/workflows/ci.yml", import.meta.url), "utf8");
  const jobs = [...workflow.matchAll(/ suites: ([\w -]+) \}/g)].map(([, parts]) => parts.split(" "));
  const times = ({ name }) => jobs.filter((parts) => parts.some((part) => name.includes(part))).length;
  expect(suites.filter((suite) => times(suite) !== 1).map(({ name }) => name)).toEqual([]);
  const idle = jobs.flat().filter((part) => !suites.some(({ name }) => name.includes(part)));
  expect(idle, "parts that name no suite").toEqual([]);
});
