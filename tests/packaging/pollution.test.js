// What somebody has put on Object.prototype before the package is loaded changes nothing of what it does: child processes in which every name that
// occurs in the package is taken there.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { transform } from "esbuild";
import { rollup } from "rollup";
import { afterAll, beforeAll, expect, test } from "vitest";
import { outcome } from "./run.js";

const file = (name) => fileURLToPath(new URL(`pollution/${name}`, import.meta.url));

let folder;
let clean;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dogpile-pollution-"));
  await writeFile(join(folder, "script.js"), await bundled());
  clean = await play("none");
});
afterAll(() => folder && rm(folder, { recursive: true, force: true }));

/** The scenario with the package as Node loads it, in one script. */
async function bundled() {
  const bundle = await rollup({ input: file("scenario.js"), plugins: [nodeResolve({ exportConditions: ["node"] })] });
  const {
    output: [{ code }],
  } = await bundle.generate({ format: "iife" });
  return (await transform(code, { legalComments: "none", minifyWhitespace: true })).code; // without comments, whose words name nothing
}

const play = (poison, seed = 0) => outcome(process.execPath, [file("child.js"), join(folder, "script.js"), poison, String(seed)]);

async function expectTheSame(poisoned) {
  expect(poisoned.names.length).toBeGreaterThan(0);
  expect(poisoned.outcomes, poisoned.names.length < 1000 ? poisoned.names.join(" ") : "every name").toEqual(clean.outcomes);
}

test("the scenario goes through the package, and comes to the same again", async () => {
  expect(clean.outcomes.length).toBeGreaterThan(500);
  expect(clean.outcomes.filter((outcome) => outcome.includes("a poison"))).toEqual([]);
  expect((await play("none")).outcomes).toEqual(clean.outcomes);
});

test.each(["zero", "minus one", "true", "text", "function", "object"])("every name is taken: %s", async (poison) => {
  const poisoned = await play(poison);
  expect(poisoned.names).toEqual(
    expect.arrayContaining(["record", "error", "why", "et", "keyMangler", "promise", "again", "proxied", "signal", "outcomes", "expirationTime"]),
  );
  await expectTheSame(poisoned);
});

test.each(Array.from({ length: 12 }, (_, index) => index + 1))("some names are taken, by all kinds: seed %i", async (seed) => {
  await expectTheSame(await play("mixed", seed));
});
