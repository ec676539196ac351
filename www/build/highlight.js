// Code in colours, by the parsers and the class names of the playground's editor.
import { classHighlighter, highlightCode } from "@lezer/highlight";
import { parser as javascript } from "@lezer/javascript";
import { parser as python } from "@lezer/python";

const typescript = javascript.configure({ dialect: "ts" });
const jsx = javascript.configure({ dialect: "jsx" });
const parsers = { js: javascript, jsx, ts: typescript, py: python };

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeHtml = (text) => text.replace(/[&<>"]/g, (character) => escapes[character]);

/** HTML; a language without a parser stays as it is. `linkOf(type)`: the address of a type's page, if it has one. */
export function highlight(code, language, linkOf = () => undefined) {
  const parser = parsers[language];
  if (parser === undefined) return escapeHtml(code);
  let html = "";
  const text = (part, classes) => {
    const span = classes ? `<span class="${classes}">${escapeHtml(part)}</span>` : escapeHtml(part);
    const href = classes.includes("tok-typeName") ? linkOf(part) : undefined;
    html += href ? `<a href="${href}">${span}</a>` : span;
  };
  highlightCode(code, parser.parse(code), classHighlighter, text, () => {
    html += "\n";
  });
  return html;
}
