// What every page has around its own content.
import { escapeHtml } from "./highlight.js";

/** Scripts and styles come from files of the site; nothing is asked of any other origin. */
const policy = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");

const mark = `<svg class="mark" viewBox="0 0 28 20" aria-hidden="true">
      <path class="create" d="M0 3h28"/><path class="wait" d="M4 8h24M8 13h20M12 18h16"/></svg>`;

/** `page`: path, title, description, content, script; `sections`: the first page of each part of the site. */
export function layout({ path, section, title, description, content, script }, sections) {
  const up = "../".repeat(path.split("/").length - 1) || "./";
  const current = (other) => (other.section === section ? ` aria-current="${other.path === path ? "page" : "true"}"` : "");
  const links = sections.map((other) => `<a href="${up}${other.path}"${current(other)}>${other.section}</a>`);
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta http-equiv="Content-Security-Policy" content="${policy}">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <meta name="description" content="${escapeHtml(description)}">
  <title>${escapeHtml(title)}</title>
  <link rel="icon" href="/icon.svg">
  <script src="/theme.js"></script>
  <link rel="stylesheet" href="/style/site.css">
</head>
<body>
  <a class="skip" href="#main">To the content</a>
  <header class="site">
    <a class="brand" href="${up}index.html" aria-label="dogpile, home">${mark}dogpile</a>
    <nav aria-label="Site">${links.join("")}</nav>
    <button type="button" id="theme">Dark</button>
  </header>
  <main id="main">
${content}
  </main>
  <footer class="site">
    <p>dogpile is a port of the region of Python’s dogpile.cache. MIT licence. This site asks no other origin for anything.</p>
  </footer>
  <script type="module" src="/style/site.js"></script>
${script ? `  <script type="module" src="${script}"></script>\n` : ""}</body>
</html>
`;
}
