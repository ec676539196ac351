// Programs: what they print is the result, and when they fail it is the message.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

/** Without what an `npm test` around us tells its children: the workspace is none of their business. */
const environment = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith("npm_") && name !== "NODE_OPTIONS" && name !== "NODE_ENV"),
);

/** What the program writes to its standard output; rejects unless it ends with status 0. */
export async function run(command, args, { cwd, env } = {}) {
  const child = spawn(command, args, { cwd, env: { ...environment, ...env }, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let everything = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
    everything += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    everything += text;
  });
  const status = await new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? signal));
  });
  if (status !== 0) throw new Error(`${[command, ...args].join(" ")} ended with ${status}:\n${everything}`);
  return stdout;
}

/** For a program that prints one line of JSON. */
export async function outcome(command, args, options) {
  const printed = await run(command, args, options);
  try {
    return JSON.parse(printed);
  } catch {
    throw new Error(`${[command, ...args].join(" ")} did not print JSON but:\n${printed}`);
  }
}

/** The program of an npm package that is named like its package, unless a name is given. */
export function program(npmPackage, name = npmPackage) {
  const manifest = createRequire(import.meta.url).resolve(`${npmPackage}/package.json`);
  const { bin } = createRequire(manifest)(manifest);
  return join(dirname(manifest), typeof bin === "string" ? bin : bin[name]);
}
