// The site's pages, and the Vite plugin that builds them: HTML that no file holds.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiPages } from "./api.js";
import { guidePage } from "./aside.js";
import { codeBlock } from "./code.js";
import { layout } from "./layout.js";
import { render } from "./markdown.js";
import { measured } from "./measured.js";
import { facts } from "./package.js";
import { tabs } from "./tabs.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (...path) => readFileSync(join(root, ...path), "utf8");

/** The landing page, the demos, and the page for addresses that lead nowhere: a fragment of HTML each, and the script that runs it. */
const demos = JSON.parse(read("pages", "pages.json"));

/** `{ path, section, title, description, content, script, sections }` of each. */
export async function sitePages() {
  const [home, ...others] = demos.map(demoPage);
  return [home, ...guidePages(), ...(await apiPages()), ...others];
}

/** Code stands between fences, as in Markdown, with its label in the first of them; what the build knows, between braces. */
function demoPage({ file, ...page }) {
  const known = { ...facts, measured: measured(), code: codeTabs() };
  const highlighted = (_, language, label, code) => codeBlock(code, language, label);
  const content = read("pages", file)
    .replace(/^```(\w+) (.*)\n([^]*?)^```$/gm, highlighted)
    .replace(/\{\{(\w+)\}\}/g, (_, name) => known[name]);
  return { ...page, content };
}

function codeTabs() {
  const runtimes = { browser: "Browser", node: "Node", workers: "Workers" };
  const panels = Object.entries(runtimes).map(([name, label]) => ({
    id: `code-${name}`,
    label,
    html: codeBlock(read("pages", "code", `${name}.js`), "js", label),
  }));
  return tabs("Runtime", panels);
}

function guidePages() {
  const files = readdirSync(join(root, "guide"))
    .filter((file) => file.endsWith(".md"))
    .sort();
  const pages = files.map((file) => ({ path: `guide/${file.replace(/^\d+-(.*)\.md$/, "$1.html")}`, ...render(read("guide", file)) }));
  return pages.map((page) => ({
    path: page.path,
    section: "Guide",
    title: `${page.title} · dogpile`,
    description: `dogpile’s guide: ${page.title}`,
    sections: page.sections,
    content: guidePage(page, pages),
  }));
}

/** Vite takes the pages from here as if they were files; `input` lists them. */
export function pagesPlugin(pages) {
  const parts = pages.filter(({ section }, index) => section && pages.findIndex((other) => other.section === section) === index);
  const files = new Map(pages.map((page) => [join(root, page.path), layout(page, parts)]));
  return {
    name: "dogpile-pages",
    enforce: "pre",
    config: () => ({ build: { rolldownOptions: { input: [...files.keys()] } } }),
    resolveId: (id) => (files.has(id) ? id : undefined),
    load: (id) => files.get(id),
  };
}
