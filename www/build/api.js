// The API reference: what TypeDoc reads in the package's types, as pages.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Application } from "typedoc";
import { textPage } from "./aside.js";
import { render } from "./markdown.js";

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
  parametersFormat: "list",
  sort: ["source-order"],
};

export async function apiPages() {
  const folder = await mkdtemp(join(tmpdir(), "dogpile-api-"));
  try {
    const app = await Application.bootstrapWithPlugins({ ...options, outputs: [{ name: "markdown", path: folder }] });
    await app.generateOutputs(await app.convert());
    return await pagesOf(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The index first. */
async function pagesOf(folder) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".md") && file !== "README.md");
  const index = await readFile(join(folder, "README.md"), "utf8");
  const others = files.sort().map(async (file) => page(file, await readFile(join(folder, file), "utf8"), index));
  return [page("index.md", index, ""), ...(await Promise.all(others))];
}

function page(file, source, index) {
  const path = `api/${file.replaceAll("\\", "/").replace(/\.md$/, ".html")}`;
  const { title, html } = render(source.replace(/^# [A-Z][\w ]*: /, "# "));
  const aside = listOfAll(index).replace(`href="../${path.slice("api/".length)}"`, '$& aria-current="page"');
  return {
    path,
    section: "API",
    title: `${title} · dogpile`,
    description: `dogpile's API: ${title}`,
    content: textPage({ html, aside, className: "api" }),
  };
}

/** The groups and links of the index, as a page one folder below it needs them. */
function listOfAll(index) {
  const lines = index.split("\n").map((line) => {
    const link = line.match(/^\| \[(\w+)\]\((.*?)\.md\) \|/);
    if (link) return `<li><a href="../${link[2]}.html">${link[1]}</a></li>`;
    return line.startsWith("## ") ? `<li class="kind">${line.slice(3)}</li>` : "";
  });
  return lines.join("");
}
