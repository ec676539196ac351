// The API reference: what TypeDoc reads in the package's types, as pages.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";
import { apiPage, indexPage } from "./api-page.js";
import { arrange } from "./api-order.js";

const types = join(dirname(createRequire(import.meta.url).resolve("dogpile/package.json")), "index.d.ts");

const options = {
  entryPoints: [types],
  tsconfig: fileURLToPath(new URL("tsconfig.json", import.meta.url)),
  plugin: ["typedoc-plugin-markdown"],
  logLevel: "Warn",
  name: "API",
  readme: "none",
  disableSources: true,
  excludeExternals: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  outputFileStrategy: "members",
  indexFormat: "table",
  useCodeBlocks: true,
  expandObjects: true,
  expandParameters: true,
  parametersFormat: "list",
  sort: ["source-order"],
  groupOrder: ["Functions", "Classes", "Interfaces", "Type Aliases", "Variables", "Constructors", "Methods", "Properties"],
};

export async function apiPages() {
  const folder = await mkdtemp(join(tmpdir(), "dogpile-api-"));
  try {
    const app = await Application.bootstrapWithPlugins({ ...options, outputs: [{ name: "markdown", path: folder }] });
    const project = await app.convert();
    arrange(project);
    await app.generateOutputs(project);
    return await pagesOf(folder, project);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The index first. */
async function pagesOf(folder, project) {
  const index = await readFile(join(folder, "README.md"), "utf8");
  const files = (await readdir(folder, { recursive: true })).map((file) => file.replaceAll("\\", "/"));
  const members = files.filter((file) => file.endsWith(".md") && file !== "README.md").sort();
  const pages = await Promise.all(members.map(async (file) => apiPage(file, await readFile(join(folder, file), "utf8"), index)));
  return [indexPage(index, pages, project), ...pages];
}
