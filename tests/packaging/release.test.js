// The release script, which publishes nothing here. It runs in a repository of its own, made of this one's files.
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changelogOf } from "../../scripts/release.mjs";
import { run } from "./run.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const version = "98.76.54";
const omitted = ["node_modules", "target", "dist", ".git"];

let place;
let repository;
beforeAll(async () => {
  place = await realpath(await mkdtemp(join(tmpdir(), "dogpile-release-")));
  repository = join(place, "repository");
  await cp(root, repository, { recursive: true, filter: (source) => !omitted.includes(basename(source)) });
  const git = (...args) => run("git", ["-c", "user.name=Nobody", "-c", "user.email=nobody@dogpile.example", ...args], { cwd: repository });
  await git("init", "--quiet");
  await git("add", "--all");
  await git("commit", "--quiet", "--message", "All files");
});
afterAll(() => rm(place, { recursive: true, force: true }));

test("a dry run makes the tarball, the crate, the changelog's section and the tag", async () => {
  const env = { CARGO_TARGET_DIR: join(root, "target") };
  const folder = join(repository, "target/release-of");
  const printed = await run("npm", ["run", "release", "--", version, "--dry-run", "--no-tests"], { cwd: repository, env });
  expect(printed).toContain("Nothing was published.");
  const inCheckout = (...args) => run("git", ["-C", join(folder, "checkout"), ...args]);
  expect((await inCheckout("tag", "--points-at", "HEAD")).trim()).toBe(`v${version}`);
  expect(await inCheckout("status", "--porcelain")).toBe("");
  expect(await inCheckout("show", "HEAD", "--", "CHANGELOG.md")).toContain(`\n+## ${version} - 20`);
  const files = await run("tar", ["-tzf", join(folder, `dogpile-${version}.tgz`)]);
  for (const name of ["README.md", "LICENSE", "index.js", "wasm/dogpile.wasm"]) expect(files.split("\n")).toContain(`package/${name}`);
  expect(await run("tar", ["-tzf", join(folder, `package/dogpile-${version}.crate`)])).toContain(`dogpile-${version}/src/lib.rs\n`);
  expect(await run("tar", ["-xzOf", join(folder, `dogpile-${version}.tgz`), "package/package.json"])).toContain(`"version": "${version}"`);
});

test.each([
  ["no version", []],
  ["a version of two numbers", ["1.2"]],
  ["a pre-release with an underscore", ["1.2.3-rc_1"]],
  ["no tokens", [version, "--no-tests"]],
])("with %s it does nothing but say so", async (_name, args) => {
  await expect(run(process.execPath, ["scripts/release.mjs", ...args], { cwd: repository })).rejects.toThrow(/version to release|OWNER/);
});

test("what was unreleased gets the version and the date; where there is nothing, nothing is released", () => {
  const text = "# Changelog\n\n## Unreleased\n\n- new\n\n## 1.0.0 - 2026-01-01\n\n- old\n";
  expect(changelogOf(text, "1.1.0", "2026-02-03")).toBe(text.replace("## Unreleased\n", "## Unreleased\n\n## 1.1.0 - 2026-02-03\n"));
  expect(() => changelogOf(text.replace("- new\n\n", ""), "1.1.0")).toThrow("nothing under");
});

test("the same files make the same tarball, wherever and whenever they are packed", async () => {
  const place = await mkdtemp(join(tmpdir(), "dogpile-packed-"));
  try {
    await cp(join(root, "pkg"), join(place, "copy"), { recursive: true, filter: (source) => !source.includes("node_modules") });
    for (const name of await readdir(join(place, "copy"))) await utimes(join(place, "copy", name), 0, 0);
    const [here, there] = [await packed(join(root, "pkg"), join(place, "here")), await packed(join(place, "copy"), join(place, "there"))];
    expect(there).toBe(here);
  } finally {
    await rm(place, { recursive: true, force: true });
  }
});

async function packed(source, destination) {
  await mkdir(destination);
  await run("npm", ["pack", "--pack-destination", destination], { cwd: source });
  const [name] = await readdir(destination);
  return createHash("sha256")
    .update(await readFile(join(destination, name)))
    .digest("hex");
}
