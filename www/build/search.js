// The index of the search: made with the site, and loaded by a page when somebody first searches.
import MiniSearch from "minisearch";
import { options } from "../search/options.js";

const EXCERPT = 150; // characters

/** `import index from "virtual:search-index"`: JSON, as text. */
export function searchIndex(pages) {
  const id = "\0virtual:search-index";
  return {
    name: "dogpile-search-index",
    resolveId: (source) => (source === "virtual:search-index" ? id : undefined),
    load: (source) => (source === id ? `export default ${JSON.stringify(JSON.stringify(indexOf(pages)))};` : undefined),
  };
}

function indexOf(pages) {
  const index = new MiniSearch(options);
  index.addAll(pages.flatMap(documentsOf).map((document, id) => ({ id, ...document })));
  return index;
}

/** One for each section; what lies deeper than the third level belongs to the section above it. A demo is one for itself. */
function documentsOf({ path, section, title, description, sections }) {
  const page = title.replace(/ · dogpile$/, "");
  if (sections === undefined) return [{ heading: page, page, section: section ?? "Home", href: path, text: description, excerpt: description }];
  const documents = [];
  for (const { id, heading, level, text } of sections) {
    if (level > 3) documents.at(-1).text += text;
    else documents.push({ heading, page, section, href: level === 1 ? path : `${path}#${id}`, text });
  }
  return documents.map((document) => ({ ...document, excerpt: shortened(document.text) }));
}

/** Whole words. */
function shortened(text) {
  const whole = text.replace(/\s+/g, " ").trim();
  return whole.length <= EXCERPT ? whole : `${whole.slice(0, whole.lastIndexOf(" ", EXCERPT))} …`;
}
