// A block of code, and the links of a signature.
import { escapeHtml, highlight } from "./highlight.js";

/** It scrolls on its own, by keyboard too. `linkOf(type)`: the address of a type's page, if it has one. */
export function codeBlock(code, language, label, linkOf) {
  const html = `<pre tabindex="0" role="group" aria-label="${escapeHtml(label)}"><code>${highlight(code.trimEnd(), language, linkOf)}</code></pre>`;
  return `<div class="code">${html}</div>`;
}
