// The package as a user has it: packed, and its tarball installed in an empty folder.
import { cp, mkdtemp, mkdir, readdir, readFile, realpath, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.js";

const source = fileURLToPath(new URL("../../pkg", import.meta.url));
const program = fileURLToPath(new URL("app", import.meta.url));

/** `{ tarball, folder, manifest, remove }`; the folder has node_modules/dogpile and the files of app/. */
export async function installPackage() {
  const place = await realpath(await mkdtemp(join(tmpdir(), "dogpile-packaging-")));
  const remove = () => rm(place, { recursive: true, force: true });
  try {
    const tarball = await pack(join(place, "tarball"));
    const folder = join(place, "app");
    await mkdir(folder);
    await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], { cwd: folder });
    await cp(program, folder, { recursive: true });
    await run("npm", ["pkg", "set", "type=module"], { cwd: folder });
    const manifest = JSON.parse(await readFile(join(folder, "node_modules/dogpile/package.json"), "utf8"));
    return { tarball, folder, manifest, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** Puts a package of the workspace beside the installed one. */
export async function linkPeer({ folder }, name) {
  const link = join(folder, "node_modules", name);
  await mkdir(dirname(link), { recursive: true });
  await symlink(fileURLToPath(new URL(`../../node_modules/${name}`, import.meta.url)), link, "junction");
}

async function pack(destination) {
  await mkdir(destination);
  await run("npm", ["pack", "--pack-destination", destination], { cwd: source });
  const [tarball] = await readdir(destination);
  return join(destination, tarball);
}
