// What the site says about the package, from its manifest and from the results of the benchmarks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { isPlaceholder, sourceAddress } from "../../scripts/metadata.mjs";
import { readResults } from "../../scripts/performance.mjs";

const manifest = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("dogpile/package.json"), "utf8"));
const kilobytes = (readResults().bytes[manifest.name] / 1000).toFixed(1);

/** For the places of a page that name them, as in `{{version}}`. */
export const facts = { version: manifest.version, kilobytes, node: manifest.engines.node.replace(">=", ""), links: linksHtml() };

/** The list's items. As long as nobody has said who publishes the project, there is nothing to link to. */
function linksHtml() {
  if (isPlaceholder) return "";
  const links = { Source: sourceAddress, npm: `https://www.npmjs.com/package/${manifest.name}` };
  return Object.entries(links)
    .map(([text, href]) => `<li><a href="${href}">${text}</a></li>`)
    .join("");
}
