// A file of the folder in each runtime that has a program of its own; what it prints is the outcome.
import { join } from "node:path";
import { ask, which } from "../../scripts/run.mjs";
import { outcome, program } from "./run.js";

/** The command of a Node 20: the system's where it is one; else npm brings it. */
export function node20() {
  const system = which("node");
  if (system && ask(system, ["--version"])?.startsWith("v20.")) return [system];
  return ["npm", "exec", "--yes", "--package=node@20.20.2", "--", "node"];
}

export function inNode20({ folder }, file) {
  const [command, ...args] = node20();
  return outcome(command, [...args, file], { cwd: folder });
}

/** The Node that runs these tests. */
export function inNode24({ folder }, file) {
  return outcome(process.execPath, [file], { cwd: folder });
}

export function inDeno({ folder }, file, ...permissions) {
  const env = { DENO_DIR: join(folder, ".deno"), DENO_NO_UPDATE_CHECK: "1" };
  return outcome(process.execPath, [program("deno"), "run", "--no-prompt", "--no-lock", ...permissions, file], { cwd: folder, env });
}

export function inBun({ folder }, file) {
  return outcome(program("bun"), ["run", "--no-install", file], { cwd: folder });
}
