// What the root's package.json says of the project (author, homepage, repository, bugs), written to the manifests that are published: edit it there, then
// `npm run metadata`.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program, root } from "./run.mjs";

const MEMBERS = ["author", "homepage", "repository", "bugs"];
/** Stands where nobody has yet said who publishes the project. */
const PLACEHOLDER = "OWNER";

const project = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

export const isPlaceholder = MEMBERS.some((name) => JSON.stringify(project[name]).includes(PLACEHOLDER));

/** As a browser opens it: npm has it as `git+https://….git`. */
export const sourceAddress = project.repository.url.replace(/^git\+|\.git$/g, "");

/** The manifests as they should be: `{ path, is, shouldBe }`. */
export function manifests() {
  return Object.entries({ "pkg/package.json": ofNpm, "Cargo.toml": ofCargo }).map(([path, change]) => {
    const is = readFileSync(join(root, path), "utf8");
    return { path, is, shouldBe: change(is) };
  });
}

function ofNpm(text) {
  const manifest = JSON.parse(text);
  for (const name of MEMBERS) manifest[name] = project[name];
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

function ofCargo(text) {
  return text.replace(/^repository = .*$/m, `repository = "${sourceAddress}"`).replace(/^homepage = .*$/m, `homepage = "${project.homepage}"`);
}

await program(import.meta, () => {
  for (const { path, is, shouldBe } of manifests()) {
    if (is === shouldBe) continue;
    writeFileSync(join(root, path), shouldBe);
    console.log(`${path} is up to date now`);
  }
});
