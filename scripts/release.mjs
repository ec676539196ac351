// A release, made in a clone of what is committed, so that nothing else can get into it: version, changelog, tag, tests, npm's tarball and the crate.
//
//   npm run release -- 0.2.0 --dry-run       publishes nothing, and leaves this checkout as it is
//   npm run release -- 0.2.0                 publishes, after `npm login` and with CARGO_REGISTRY_TOKEN
//   npm run release -- 0.2.0 --no-tests      where the tests of this commit have passed already, as in the release workflow
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { isPlaceholder } from "./metadata.mjs";
import { ask, environment, program, root, run } from "./run.mjs";

const folder = join(root, "target", "release-of");
const checkout = join(folder, "checkout");
/** A release of npm and Cargo alike: three numbers, and perhaps a pre-release. */
const VERSION = /^\d+\.\d+\.\d+(-[\dA-Za-z-]+(\.[\dA-Za-z-]+)*)?$/;

await program(import.meta, async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { "dry-run": { type: "boolean", default: false }, "no-tests": { type: "boolean", default: false } },
  });
  const [version] = positionals;
  if (!VERSION.test(version ?? "")) throw new Error(`The version to release must be like 1.2.3, not ${version}`);
  const isDry = values["dry-run"];
  if (!isDry) requirePublishable();
  await prepare(version);
  await inCheckout("npm", ["run", "build"]);
  if (!values["no-tests"]) await inCheckout("npm", ["test"]);
  const files = await pack(version);
  for (const file of files) console.log(`${sha256(file)}  ${file}`);
  if (isDry) console.log(`Nothing was published. The release is in ${checkout}, with the tag v${version}.`);
  else await publish(version, files[0]);
});

function requirePublishable() {
  if (ask("git", ["status", "--porcelain"]) !== "") throw new Error("There are changes that are not committed, which would not be released");
  if (isPlaceholder) throw new Error("package.json does not say yet who publishes the project: replace OWNER in it, then `npm run metadata`");
  // In a workflow npm takes the workflow's own identity.
  if (!process.env.ACTIONS_ID_TOKEN_REQUEST_URL && ask("npm", ["whoami"]) === undefined) throw new Error("npm does not know who publishes: `npm login`");
  if (!process.env.CARGO_REGISTRY_TOKEN) throw new Error("cargo does not know who publishes: set CARGO_REGISTRY_TOKEN");
}

/** A clone with the new version in its manifests and its changelog, committed and tagged. */
async function prepare(version) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await run("git", ["clone", "--quiet", root, checkout]);
  await inCheckout("npm", ["ci"]);
  const tag = `v${version}`;
  edit("CHANGELOG.md", (text) => changelogOf(text, version));
  await inCheckout("npm", ["version", version, "--workspace", "dogpile", "--no-git-tag-version", "--allow-same-version"]);
  edit("Cargo.toml", (text) => text.replace(/^version = .*$/m, `version = "${version}"`));
  await inCheckout("cargo", ["update", "--offline", "--package", "dogpile"]);
  const [name, email] = ["%an", "%ae"].map((format) => ask("git", ["log", "-1", `--format=${format}`]));
  await inCheckout("git", ["config", "user.name", name]); // runners of workflows have no name
  await inCheckout("git", ["config", "user.email", email]);
  await inCheckout("git", ["commit", "--quiet", "--all", "--message", `Release ${version}`]);
  await inCheckout("git", ["tag", "--annotate", tag, "--message", `dogpile ${version}`]);
}

/** What was unreleased gets the version and today's date; a new, empty section stands before it. */
export function changelogOf(text, version, today = new Date().toISOString().slice(0, 10)) {
  const unreleased = text.split(/^## /m).find((section) => section.startsWith("Unreleased\n"));
  if (!unreleased?.slice("Unreleased".length).trim()) throw new Error("CHANGELOG.md has nothing under `## Unreleased`");
  return text.replace("## Unreleased\n", `## Unreleased\n\n## ${version} - ${today}\n`);
}

function edit(name, change) {
  const file = join(checkout, name);
  writeFileSync(file, change(readFileSync(file, "utf8")));
}

/** The tarball and the crate. */
async function pack(version) {
  await inCheckout("npm", ["pack", "--workspace", "dogpile", "--pack-destination", folder]);
  await inCheckout("cargo", ["package", "--no-verify", "--target-dir", folder]);
  return [join(folder, `dogpile-${version}.tgz`), join(folder, "package", `dogpile-${version}.crate`)];
}

/** What is published stays where it is even if a later step fails: the tag comes last. */
async function publish(version, tarball) {
  const tag = version.includes("-") ? "next" : "latest";
  await inCheckout("npm", ["publish", tarball, "--access", "public", "--tag", tag]);
  await inCheckout("cargo", ["publish", "--no-verify"]);
  await run("git", ["pull", "--ff-only", checkout, "HEAD"]);
  await run("git", ["fetch", checkout, "tag", `v${version}`]);
  await run("git", ["push", "origin", "HEAD", `v${version}`]);
}

function sha256(file) {
  return createHash("sha256").update(readFileSync(file)).digest("hex");
}

/** Cargo compiles where the checkout around it does: what others depend on is there already. */
function inCheckout(command, args) {
  const CARGO_TARGET_DIR = process.env.CARGO_TARGET_DIR ?? join(root, "target");
  return run(command, args, { cwd: checkout, env: { ...environment, CARGO_TARGET_DIR } });
}
