// expected.jsonl from scenarios.jsonl, by Python's dogpile.cache in a virtual environment; `--check` only compares.
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setUpPython } from "./python.mjs";
import { environment, program, root } from "./run.mjs";

const folder = join(root, "tests", "conformance");
const requirements = join(folder, "python", "requirements.txt");
const expected = join(folder, "expected.jsonl");

async function conformance() {
  const made = generate(await setUpPython("conformance", requirements));
  if (!process.argv.includes("--check")) return writeFileSync(expected, made);
  const committed = readFileSync(expected, "utf8");
  if (made !== committed) throw new Error(`expected.jsonl differs: ${differences(made, committed).join(", ") || "in its length"}`);
  console.log("expected.jsonl is what comes out");
}

/** The names of the scenarios that come out otherwise. */
function differences(made, committed) {
  const before = committed.split("\n");
  const different = made.split("\n").filter((line, index) => line !== "" && line !== before[index]);
  return different.map((line) => JSON.parse(line).id);
}

function generate(python) {
  const scenarios = readFileSync(join(folder, "scenarios.jsonl"));
  const options = { input: scenarios, encoding: "utf8", env: { ...environment, PYTHONDONTWRITEBYTECODE: "1" }, maxBuffer: 2 ** 28, timeout: 120_000 };
  const { status, stdout, stderr } = spawnSync(python, [join(folder, "python", "generate.py")], options);
  if (status !== 0) throw new Error(`generate.py ended with ${status}:\n${stderr}`);
  return stdout;
}

await program(import.meta, conformance);
