// A page of text, and the list of its siblings: beside it, or after it where there is no room.
import { escapeHtml } from "./highlight.js";

/** `aside`: the items of that list, if there is one. */
export function textPage({ html, aside, className = "", after = "" }) {
  const list = aside ? `<nav class="aside" aria-label="Pages"><ol>${aside}</ol></nav>\n` : "";
  return `<div class="text ${className}">\n<article>\n${html}${after}</article>\n${list}</div>`;
}

/** The page's own sections are listed under it, and the next page after it. */
export function guidePage(page, pages) {
  const next = pages[pages.indexOf(page) + 1];
  const after = next ? `<p class="next">Next: <a href="./${name(next)}">${escapeHtml(next.title)}</a></p>\n` : "";
  return textPage({ html: page.html, aside: pages.map((other) => entry(other, page)).join(""), after });
}

function entry(other, page) {
  const current = other === page;
  const parts =
    current && page.contents.length > 1 ? `<ul>${page.contents.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`).join("")}</ul>` : "";
  return `<li><a href="./${name(other)}"${current ? ' aria-current="page"' : ""}>${escapeHtml(other.title)}</a>${parts}</li>`;
}

const name = ({ path }) => path.split("/").at(-1);
