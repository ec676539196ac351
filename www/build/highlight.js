// Code in colours, by the parsers and the class names of the playground's editor.
import { classHighlighter, highlightCode } from "@lezer/highlight";
import { parser as javascript } from "@lezer/javascript";
import { parser as python } from "@lezer/python";

const typescript = javascript.configure({ dialect: "ts" });
const parsers = { js: javascript, ts: typescript, py: python };

const escapes = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
export const escapeHtml = (text) => text.replace(/[&<>"]/g, (character) => escapes[character]);

/** HTML; a language without a parser stays as it is. */
export function highlight(code, language) {
  const parser = parsers[language];
  if (parser === undefined) return escapeHtml(code);
  let html = "";
  const text = (part, classes) => {
    html += classes ? `<span class="${classes}">${escapeHtml(part)}</span>` : escapeHtml(part);
  };
  highlightCode(code, parser.parse(code), classHighlighter, text, () => {
    html += "\n";
  });
  return html;
}
