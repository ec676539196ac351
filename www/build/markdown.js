// Markdown to the inside of a page.
import MarkdownIt from "markdown-it";
import { codeBlock } from "./code.js";
import { escapeHtml } from "./highlight.js";

const markdown = new MarkdownIt({ html: true });
const { rules } = markdown.renderer;

rules.fence = (tokens, index, _options, env) => {
  const { content, info } = tokens[index];
  const [word] = info.split(" ");
  const language = word === "typescript" ? "ts" : word;
  env.codes += 1;
  return `${codeBlock(content, language, `Code ${env.codes}`, env.linkOf)}\n`;
};

// A wide table scrolls on its own, as code does.
rules.table_open = (_tokens, _index, _options, env) => {
  env.tables += 1;
  return `<div class="wide" tabindex="0" role="group" aria-label="Table ${env.tables}"><table>`;
};
rules.table_close = () => "</table></div>";

// A column of numbers is aligned by a class: the site's policy allows no style in an attribute.
rules.th_open = rules.td_open = (tokens, index, options, _env, self) => {
  const token = tokens[index];
  const isAtEnd = token.attrGet("style")?.includes("right");
  token.attrs = isAtEnd ? [["class", "number"]] : null;
  return self.renderToken(tokens, index, options);
};

// Beside each heading below the title stands a link to it.
rules.heading_open = (tokens, index, options, _env, self) => {
  const html = self.renderToken(tokens, index, options);
  return tokens[index].tag === "h1" ? html : `<div class="heading">${html}`;
};
rules.heading_close = (tokens, index, options, _env, self) => {
  const html = self.renderToken(tokens, index, options);
  const { tag, meta } = tokens[index];
  if (tag === "h1") return html;
  return `${html.trimEnd()}<a class="anchor" href="#${meta.id}" aria-label="Link to ${escapeHtml(meta.heading)}">#</a></div>\n`;
};

/** `{ title, sections, html }`: a section has the `id`, `heading` and `level` of its heading, and its `text`. `linkOf`: see `highlight`. */
export function render(source, { linkOf } = {}) {
  const env = { codes: 0, tables: 0, linkOf };
  const tokens = markdown.parse(source, env);
  const sections = sectionsOf(tokens);
  return { title: sections[0].heading, sections, html: markdown.renderer.render(tokens, markdown.options, env) };
}

/** The headings get their ids here, and links between files become links between pages. */
function sectionsOf(tokens) {
  const sections = [];
  const taken = new Set();
  tokens.forEach((token, index) => {
    if (token.type === "heading_open") {
      const heading = plain(tokens[index + 1]);
      const id = idOf(heading, taken);
      token.attrSet("id", id);
      tokens[index + 2].meta = { id, heading };
      sections.push({ id, heading, level: Number(token.tag.slice(1)), text: "" });
    }
    if (token.type !== "inline") return;
    token.children.forEach(pointToPage);
    if (tokens[index - 1].type !== "heading_open") sections.at(-1).text += `${plain(token)} `;
  });
  return sections;
}

function plain({ children }) {
  const texts = { softbreak: " ", hardbreak: " " };
  return children.map(({ type, content }) => (type === "text" || type === "code_inline" ? content : (texts[type] ?? ""))).join("");
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
