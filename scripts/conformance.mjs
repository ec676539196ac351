// expected.jsonl from scenarios.jsonl, by Python's dogpile.cache in a virtual environment; `--check` only compares.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { environment, program, root, run } from "./run.mjs";

const folder = join(root, "tests", "conformance");
const requirements = join(folder, "python", "requirements.txt");
const expected = join(folder, "expected.jsonl");
const venv = join(root, "target", "conformance");
const installed = join(venv, "requirements.txt");
const python = join(venv, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");

async function conformance() {
  await setUpPython();
  const made = generate();
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

async function setUpPython() {
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(requirements))) return;
  await run("python3", ["-m", "venv", "--clear", venv]);
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  copyFileSync(requirements, installed);
}

function generate() {
  const scenarios = readFileSync(join(folder, "scenarios.jsonl"));
  const options = { input: scenarios, encoding: "utf8", env: { ...environment, PYTHONDONTWRITEBYTECODE: "1" }, maxBuffer: 2 ** 28, timeout: 120_000 };
  const { status, stdout, stderr } = spawnSync(python, [join(folder, "python", "generate.py")], options);
  if (status !== 0) throw new Error(`generate.py ended with ${status}:\n${stderr}`);
  return stdout;
}

await program(import.meta, conformance);
