// Virtual environments of Python for the tests.
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { root, run } from "./run.mjs";

/** The path of a Python that has what the file of requirements lists; `name` is that of its folder in target. */
export async function setUpPython(name, requirements) {
  const venv = join(root, "target", name);
  const installed = join(venv, "requirements.txt");
  const python = join(venv, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  if (existsSync(installed) && readFileSync(installed).equals(readFileSync(requirements))) return python;
  await run("python3", ["-m", "venv", "--clear", venv]);
  await run(python, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements]);
  copyFileSync(requirements, installed);
  return python;
}
