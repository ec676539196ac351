// A page of text, and the list of its siblings beside it; where there is no room for it, the menu has it.
import { escapeHtml } from "./highlight.js";

/** `aside`: the items of that list. */
export function textPage({ html, aside, className = "", after = "" }) {
  const list = `<nav class="aside" aria-label="Pages"><ol>${aside}</ol></nav>\n`;
  return `<div class="text ${className}">\n<article>\n${html}${after}</article>\n${list}</div>`;
}

/** An item of the list; the page's own sections, `parts`, are listed under it. */
export function entry({ href, title, isCurrent, parts }) {
  const own = parts.map(({ id, heading }) => `<li><a href="#${id}">${escapeHtml(heading)}</a></li>`).join("");
  const list = isCurrent && parts.length > 1 ? `<ul>${own}</ul>` : "";
  return `<li><a href="${href}"${isCurrent ? ' aria-current="page"' : ""}>${escapeHtml(title)}</a>${list}</li>`;
}

/** With the pages before and after it at its foot. */
export function guidePage(page, pages) {
  const parts = page.sections.filter(({ level }) => level === 2);
  const aside = pages.map((other) => entry({ href: addressOf(other), title: other.title, isCurrent: other === page, parts })).join("");
  return textPage({ html: page.html, aside, after: neighbours(page, pages) });
}

function neighbours(page, pages) {
  const at = pages.indexOf(page);
  const link = (other, rel, label) => (other ? `<a rel="${rel}" href="${addressOf(other)}"><span>${label}</span> ${escapeHtml(other.title)}</a>` : "");
  return `<nav class="neighbours" aria-label="Previous and next page">${link(pages[at - 1], "prev", "Previous")}${link(pages[at + 1], "next", "Next")}</nav>\n`;
}

const addressOf = ({ path }) => `./${path.split("/").at(-1)}`;
