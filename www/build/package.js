// What the site says about the package, from its manifest and from the results of the benchmarks.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { readResults } from "../../scripts/performance.mjs";

const manifest = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("dogpile/package.json"), "utf8"));
const kilobytes = (readResults().bytes[manifest.name] / 1000).toFixed(1);

/** For the places of a page that name them, as in `{{version}}`. */
export const facts = { version: manifest.version, kilobytes, node: manifest.engines.node.replace(">=", ""), links: linksHtml() };

/** The list's items; where the manifest names no repository, there is nothing to link to. */
function linksHtml() {
  const source = sourceAddress(manifest);
  if (source === undefined) return "";
  const links = { Source: source, npm: `https://www.npmjs.com/package/${manifest.name}` };
  return Object.entries(links)
    .map(([text, href]) => `<li><a href="${href}">${text}</a></li>`)
    .join("");
}

/** As a browser opens it: manifests write it as `git+https://….git`. */
function sourceAddress({ repository, homepage }) {
  const address = typeof repository === "string" ? repository : repository?.url;
  return address?.replace(/^git\+/, "").replace(/\.git$/, "") ?? homepage;
}
