// What every page has around its own content.
import { escapeHtml } from "./highlight.js";
import { facts } from "./package.js";

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

const lens = `<svg viewBox="0 0 16 16" aria-hidden="true"><circle cx="7" cy="7" r="4.5"/><path d="m10.5 10.5 4 4"/></svg>`;
const bars = `<svg viewBox="0 0 16 16" aria-hidden="true"><path d="M1.5 4h13M1.5 8h13M1.5 12h13"/></svg>`;

/** `page`: path, title, description, content, script; `sections`: the first page of each part of the site. */
export function layout({ path, section, title, description, content, script }, sections) {
  const up = "../".repeat(path.split("/").length - 1) || "./";
  const current = (other) => (other.section === section ? ` aria-current="${other.path === path ? "page" : "true"}"` : "");
  const links = sections.map((other) => `<a href="${up}${other.path}"${current(other)}>${other.section}</a>`);
  return `<!doctype html>
<html lang="en" data-root="${up}">
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
${header(up, links)}
  <main id="main">
${content}
  </main>
  <footer class="site">
    <p>dogpile ${facts.version}, a port of the region of Python’s dogpile.cache. MIT licence. This site asks no other origin for anything.</p>
    <ul>${facts.links}</ul>
  </footer>
${dialogs}
  <script type="module" src="/style/site.js"></script>
${script ? `  <script type="module" src="${script}"></script>\n` : ""}</body>
</html>
`;
}

function header(up, links) {
  return `  <header class="site">
    <a class="brand" href="${up}index.html" aria-label="dogpile, home">${mark}dogpile</a>
    <nav aria-label="Site">${links.join("")}</nav>
    <div class="tools">
      <button type="button" id="search-open" aria-label="Search" aria-keyshortcuts="/ Control+K">${lens}<span>Search</span> <kbd>/</kbd></button>
      <button type="button" id="theme">Dark</button>
      <button type="button" id="menu-open" aria-label="Menu">${bars}</button>
    </div>
  </header>`;
}

const dialogs = `  <dialog id="menu" aria-label="Menu">
    <button type="button" id="menu-close">Close</button>
    <div id="menu-list"></div>
  </dialog>
  <dialog id="search" aria-label="Search">
    <div class="ask">
      <input type="search" id="query" aria-label="Search the guide and the reference" placeholder="Search the guide and the reference" autocomplete="off" spellcheck="false">
      <button type="button" id="search-close">Close</button>
    </div>
    <p id="search-status" role="status"></p>
    <ul id="found"></ul>
  </dialog>
  <p id="copied" class="unseen" role="status"></p>`;
