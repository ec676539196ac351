// A page of the reference, and its index.
import { posix } from "node:path";
import { tidied, withoutGaps } from "./api-text.js";
import { entry, textPage } from "./aside.js";
import { render } from "./markdown.js";

/** `file`: the Markdown's path; `index`: the index's text. */
export function apiPage(file, source, index) {
  const addresses = addressesIn(index, file);
  const { title, sections, html } = render(tidied(source), { linkOf: (type) => (type === titleIn(source) ? undefined : addresses.get(type)) });
  return page({ path: `api/${file.replace(/md$/, "html")}`, title, sections, html, aside: listOfAll(index, { file, sections }) });
}

/** All of one entry; its title is what is imported. */
export function entryPage(name, source, index) {
  const file = `${name}.md`;
  const addresses = addressesIn(index, file);
  const { title, sections, html } = render(withoutGaps(tidied(source.replace(/^# .*$/m, `# dogpile/${name}`))), { linkOf: (type) => addresses.get(type) });
  return page({ path: `api/${name}.html`, title, sections, html, aside: listOfAll(index, { file, sections, level: 2 }) });
}

/** The addresses of the root's members, from a page. */
function addressesIn(index, file) {
  return new Map(entriesOf(index).map(({ name, file: other }) => [name, posix.relative(posix.dirname(file), other).replace(/md$/, "html")]));
}

/** With the members of Region on top. */
export function indexPage(index, pages, project) {
  const region = pages.find(({ path }) => path === "api/classes/Region.html");
  const methods = region.sections.filter(({ level, heading }) => level === 3 && heading.endsWith("()"));
  const rows = methods.map(({ id, heading, text }) => `| [${heading}](classes/Region.md#${id}) | ${firstSentence(text)} |`);
  const start = ["## Region", "", "| Method | Description |", "| --- | --- |", ...rows, ""];
  const described = index.replace(/^\| \[(\w+)\]\((.*)\) \| - \|$/gm, (_, name, file) => `| [${name}](${file}) | ${contents(project.getChildByName(name))} |`);
  const { title, sections, html } = render(described.replace("## ", () => `${start.join("\n")}\n## `));
  // What its tables say is on the pages themselves: a search is to find it there.
  return page({ path: "api/index.html", title, sections: sections.slice(0, 1), html, aside: listOfAll(index, { file: "README.md", sections: [] }) });
}

function page({ path, title, sections, html, aside }) {
  const content = textPage({ html, aside, className: "api" });
  return { path, section: "API", title: `${title} · dogpile`, description: `dogpile’s API: ${title}`, sections, content };
}

const titleIn = (source) => source.match(/^# [A-Z][\w ]*: (\w+)/)[1];

/** What the types do not describe is described by its members, or by what it stands for. */
function contents({ children, type }) {
  const parts = children?.map(({ name }) => name) ?? [String(type).replaceAll("|", "\\|")];
  return parts.map((part) => `\`${part}\``).join(", ");
}

function firstSentence(text) {
  return (text.match(/^.*?\.(?= )/)?.[0] ?? text).replaceAll("|", "\\|");
}

/** `{ name, file }` of each row of the index. */
function entriesOf(index) {
  return [...index.matchAll(/^\| \[([\w/]+)\]\((.*?\.md)\) \|/gm)].map(([, name, file]) => ({ name, file }));
}

/** The groups and links of the index, as a page needs them; its own members stand under it. */
function listOfAll(index, { file, sections, level = 3 }) {
  const parts = sections.filter((section) => section.level === level);
  const lines = index.split("\n").map((line) => {
    if (line.startsWith("## ")) return `<li class="kind">${line.slice(3)}</li>`;
    const [other] = entriesOf(line);
    if (other === undefined) return "";
    const href = posix.relative(posix.dirname(file), other.file).replace(/md$/, "html");
    return entry({ href, title: other.name, isCurrent: other.file === file, parts });
  });
  return lines.join("");
}
