// Markdown to the inside of a page.
import MarkdownIt from "markdown-it";
import { escapeHtml, highlight } from "./highlight.js";

const markdown = new MarkdownIt({ html: true });

/** It scrolls on its own, by keyboard too. */
export function codeBlock(code, language, label) {
  return `<pre tabindex="0" role="group" aria-label="${escapeHtml(label)}"><code>${highlight(code.trimEnd(), language)}</code></pre>`;
}

markdown.renderer.rules.fence = (tokens, index) => {
  const { content, info } = tokens[index];
  const [word] = info.split(" ");
  const language = word === "typescript" ? "ts" : word;
  return `${codeBlock(content, language, `Code ${codes++}`)}\n`;
};

// So does a wide table.
markdown.renderer.rules.table_open = () => `<div class="wide" tabindex="0" role="group" aria-label="Table ${tables++}"><table>`;
markdown.renderer.rules.table_close = () => "</table></div>";

let codes;
let tables;

/** `{ title, contents, html }`: the first heading, the second-level ones with their ids, and everything. */
export function render(source) {
  codes = tables = 1;
  const env = {};
  const tokens = markdown.parse(source, env);
  const contents = [];
  const taken = new Set();
  let title;
  tokens.forEach((token, index) => {
    if (token.type === "inline") token.children.forEach(pointToPage);
    if (token.type !== "heading_open") return;
    const text = plain(tokens[index + 1]);
    token.attrSet("id", idOf(text, taken));
    if (token.tag === "h1") title ??= text;
    if (token.tag === "h2") contents.push({ id: token.attrGet("id"), text });
  });
  return { title, contents, html: markdown.renderer.render(tokens, markdown.options, env) };
}

function plain({ children }) {
  return children
    .filter(({ type }) => type === "text" || type === "code_inline")
    .map(({ content }) => content)
    .join("");
}

function idOf(text, taken) {
  const base =
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-|-$/g, "") || "section";
  let id = base;
  for (let count = 2; taken.has(id); count++) id = `${base}-${count}`;
  taken.add(id);
  return id;
}

function pointToPage(token) {
  if (token.type !== "link_open") return;
  const href = token.attrGet("href");
  if (!/^\w+:/.test(href)) token.attrSet("href", href.replace(/^(?:\d+-)?(.*)\.md(#|$)/, "$1.html$2"));
}
