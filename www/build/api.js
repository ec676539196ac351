// The API reference: what TypeDoc reads in the package's types, as pages.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";
import { apiPage, entryPage, indexPage } from "./api-page.js";
import { arrange, arrangeEntries } from "./api-order.js";

const manifestFile = createRequire(import.meta.url).resolve("dogpile/package.json");
const typesOf = (name) => join(dirname(manifestFile), `${name}.d.ts`);

const options = {
  tsconfig: fileURLToPath(new URL("tsconfig.json", import.meta.url)),
  plugin: ["typedoc-plugin-markdown"],
  logLevel: "Warn",
  name: "API",
  readme: "none",
  disableSources: true,
  excludeExternals: true,
  hidePageHeader: true,
  hideBreadcrumbs: true,
  indexFormat: "table",
  useCodeBlocks: true,
  expandObjects: true,
  expandParameters: true,
  parametersFormat: "list",
  sort: ["source-order"],
  groupOrder: ["Functions", "Classes", "Interfaces", "Type Aliases", "Variables", "Constructors", "Methods", "Properties"],
};

/** The index first, then a page for each member of the root, then one for each other entry of the package. */
export async function apiPages() {
  const { exports } = JSON.parse(await readFile(manifestFile, "utf8"));
  const names = Object.keys(exports).flatMap((path) => path.match(/^\.\/(\w+)$/)?.[1] ?? []);
  const entries = await Promise.all(names.sort().map(async (name) => ({ name, description: await descriptionOf(name) })));
  const { texts, project } = await textsOf(["index"], { outputFileStrategy: "members" }, arrange);
  const { texts: others } = await textsOf(names, { outputFileStrategy: "modules", hideGroupHeadings: true }, arrangeEntries);
  const index = withEntries(texts.get("README.md"), entries);
  const members = [...texts].filter(([file]) => file !== "README.md").map(([file, text]) => apiPage(file, text, index));
  return [indexPage(index, members, project), ...members, ...entries.map(({ name }) => entryPage(name, others.get(`${name}.md`), index))];
}

/** What TypeDoc writes of some declarations, by file. */
async function textsOf(names, more, arrangeProject) {
  const folder = await mkdtemp(join(tmpdir(), "dogpile-api-"));
  try {
    const outputs = [{ name: "markdown", path: folder }];
    const app = await Application.bootstrapWithPlugins({ ...options, ...more, entryPoints: names.map(typesOf), outputs });
    const project = await app.convert();
    arrangeProject(project);
    await app.generateOutputs(project);
    const files = (await readdir(folder, { recursive: true })).map((file) => file.replaceAll("\\", "/")).filter((file) => file.endsWith(".md"));
    return { project, texts: new Map(await Promise.all(files.sort().map(async (file) => [file, await readFile(join(folder, file), "utf8")]))) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The first line of an entry's declarations says what it is. */
async function descriptionOf(name) {
  const [line] = (await readFile(typesOf(name), "utf8")).split("\n");
  return line.replace(/^\/\/ /, "");
}

function withEntries(index, entries) {
  const rows = entries.map(({ name, description }) => `| [dogpile/${name}](${name}.md) | ${description} |`);
  return `${index}\n## Entries\n\n| Entry | Description |\n| --- | --- |\n${rows.join("\n")}\n`;
}
