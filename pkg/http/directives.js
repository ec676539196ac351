const DIRECTIVE = /([^\s,;="]+)(?:\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,;"]*)))?/g;
const NONE = new Map();
/** RFC 9111, 1.2.2: what is larger counts as this. */
const LONGEST = 2 ** 31;

/** The directives of a Cache-Control with their arguments. Of one that is there twice the first counts. */
export function directivesOf(cacheControl) {
  if (cacheControl === null) return NONE;
  const found = new Map();
  for (const [, name, quoted, plain] of cacheControl.matchAll(DIRECTIVE)) {
    const directive = name.toLowerCase();
    if (!found.has(directive)) found.set(directive, quoted ?? plain ?? "");
  }
  return found;
}

/** For how many seconds from now a response is fresh by its own headers, 0 if what they say is invalid; `undefined` if they say nothing. */
export function lifetimeOf(headers) {
  const directives = directivesOf(headers.get("cache-control"));
  const given = directives.get("s-maxage") ?? directives.get("max-age");
  if (given !== undefined) return Math.max(0, secondsOf(given) - ageOf(headers));
  const expires = headers.get("expires");
  if (expires === null) return undefined;
  const lifetime = (Date.parse(expires) - (Date.parse(headers.get("date")) || Date.now())) / 1000;
  return Math.max(0, lifetime - ageOf(headers)) || 0;
}

/** How old the response was when the handler got it. */
export const ageOf = (headers) => secondsOf(headers.get("age") ?? "");

const secondsOf = (text) => (/^\d+$/.test(text) ? Math.min(Number(text), LONGEST) : 0);
