// dogpile/testing from the tarball, by its name, under test runners that users have.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "./installed.js";
import { run } from "./run.js";

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

test.each([
  ["import", `import { test } from "node:test"; import { MemoryBackend } from "dogpile"; import { backendSuite } from "dogpile/testing";`, "mjs"],
  [
    "require",
    `const { test } = require("node:test"); const { MemoryBackend } = require("dogpile"); const { backendSuite } = require("dogpile/testing");`,
    "cjs",
  ],
])("its cases pass under node:test, by %s", async (how, imports, extension) => {
  const printed = await nodeTest(`${imports} for (const { name, run } of backendSuite(() => new MemoryBackend())) test(name, run);`, `${how}.${extension}`);
  expect(printed).toMatch(/^# pass [1-9]\d+$/m);
  expect(printed).toMatch(/^# fail 0$/m);
});

test("a backend that is wrong fails, and the message says what it did", async () => {
  const failing = nodeTest(
    `import { test } from "node:test"; import { backendSuite } from "dogpile/testing";
     class Forgetful extends Map { set(key) { return super.set(key, undefined); } }
     for (const { name, run } of backendSuite(() => new Forgetful())) test(name, run);`,
    "wrong.mjs",
  );
  await expect(failing).rejects.toThrow(`get after set gave undefined; expected: {"payload":"text","metadata":{"ct":1700000000,"v":2}}`);
});

async function nodeTest(code, name) {
  const file = join(app.folder, name);
  await writeFile(file, code);
  return run(process.execPath, ["--test", "--test-reporter=tap", file], { cwd: app.folder });
}
