// The site's pages, and the Vite plugin that builds them: HTML that no file holds.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { apiPages } from "./api.js";
import { guidePage } from "./aside.js";
import { layout } from "./layout.js";
import { codeBlock, render } from "./markdown.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (...path) => readFileSync(join(root, ...path), "utf8");

/** The demos: a fragment of HTML each, and the script that runs it. */
const demos = JSON.parse(read("pages", "pages.json"));

/** HTML by the path of the file that it would be. */
export async function sitePages() {
  const [home, ...others] = demos.map(demoPage);
  const pages = [home, ...guidePages(), ...(await apiPages()), ...others];
  const sections = pages.filter(({ section }, index) => pages.findIndex((other) => other.section === section) === index);
  return new Map(pages.map((page) => [join(root, page.path), layout(page, sections)]));
}

/** Code stands between fences, as in Markdown, with its label in the first of them. */
function demoPage({ file, ...page }) {
  const highlighted = (_, language, label, code) => codeBlock(code, language, label);
  const content = read("pages", file).replace(/^```(\w+) (.*)\n([^]*?)^```$/gm, highlighted);
  return { ...page, content };
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
    description: `dogpile's guide: ${page.title}`,
    content: guidePage(page, pages),
  }));
}

/** Vite takes the pages from here as if they were files. */
export function pagesPlugin(pages) {
  return {
    name: "dogpile-pages",
    enforce: "pre",
    resolveId: (id) => (pages.has(id) ? id : undefined),
    load: (id) => pages.get(id),
  };
}
