// Starting other programs, with the pinned Node 24 of node_modules first in their PATH. Without a package: setup runs before any is installed.
import { spawn, spawnSync } from "node:child_process";
import { accessSync, constants, realpathSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url));

const windows = process.platform === "win32";
const ownBin = join(root, "node_modules", ".bin");

/** The PATH as it was outside of any npm script. */
const systemPath = process.env.PATH.split(delimiter).filter((folder) => !folder.includes(`node_modules${sep}.bin`));

export const environment = { ...process.env, PATH: [ownBin, ...systemPath].join(delimiter) };
export const systemEnvironment = { ...process.env, PATH: systemPath.join(delimiter) };

/** The path of the first of these programs that the system has. */
export function which(...names) {
  for (const name of names) {
    for (const folder of systemPath) {
      const path = join(folder, windows ? `${name}.exe` : name);
      if (isExecutable(path)) return path;
    }
  }
}

export function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Does the work if this module is what `node` was told to run; a clone may lie behind a symbolic link. */
export async function program(module, work) {
  if (process.argv[1] === undefined || realpathSync(process.argv[1]) !== realpathSync(module.filename)) return;
  try {
    await work();
  } catch (error) {
    console.error(error.name === "Error" ? error.message : error);
    process.exitCode = 1;
  }
}

/** Shows the program's output; rejects unless it ends with status 0. */
export async function run(command, args, options) {
  const { status } = await stream(command, args, { stdio: "inherit", ...options });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}`);
}

/** Shows the program's output and gives it back. */
export function stream(command, args, options) {
  // npm and the programs in node_modules/.bin are .cmd files on Windows, which only a shell starts.
  const child = spawn(command, args, { cwd: root, env: environment, shell: windows, stdio: ["ignore", "pipe", "pipe"], ...options });
  let output = "";
  const collect = (from, to) =>
    from?.setEncoding("utf8").on("data", (text) => {
      output += text;
      to.write(text);
    });
  collect(child.stdout, process.stdout);
  collect(child.stderr, process.stderr);
  child.on("exit", (_code, signal) => {
    // What a killed program has started itself may hold the pipes open.
    if (signal) [child.stdout, child.stderr].forEach((pipe) => pipe?.destroy());
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve({ status: code ?? signal, output }));
  });
}

/** What a quick program prints; `undefined` if there is no such program or it fails. */
export function ask(command, args) {
  const { status, stdout } = spawnSync(command, args, { cwd: root, env: systemEnvironment, encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
}
