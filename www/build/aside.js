// A page of text: beside it the list of its siblings, after it the next of them.
import { escapeHtml } from "./highlight.js";

export function sideBySide(page, pages, index) {
  const next = pages[index + 1];
  return `<div class="text">
<nav class="aside" aria-label="Pages"><ol>${pages.map((other) => entry(other, page)).join("")}</ol></nav>
<article>
${page.html}
${next ? `<p class="next"><a href="./${name(next)}">Next: ${escapeHtml(next.title)}</a></p>` : ""}
</article>
</div>`;
}

function entry(other, page) {
  const current = other === page;
  const parts = current && page.contents.length > 1
    ? `<ul>${page.contents.map(({ id, text }) => `<li><a href="#${id}">${escapeHtml(text)}</a></li>`).join("")}</ul>` : "";
  return `<li><a href="./${name(other)}"${current ? ' aria-current="page"' : ""}>${escapeHtml(other.title)}</a>${parts}</li>`;
}

const name = ({ path }) => path.split("/").at(-1);
