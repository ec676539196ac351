const DIRECTIVE = /([^\s,;="]+)(?:\s*=\s*(?:"((?:\\.|[^"\\])*)"|([^\s,;"]*)))?/g;
/** RFC 9111, 1.2.2: what is larger counts as this. */
const LONGEST = 2 ** 31;

/** The members of a header's list, each once. */
export const listOf = (text) => [...new Set((text ?? "").split(/[\s,]*,[\s,]*/).map((member) => member.trim()))].filter(Boolean);

/** The names in a list of header names. */
export const namesIn = (text) => listOf(text?.toLowerCase());

/** The directives of a Cache-Control with their arguments. Of one that is there twice the first counts. */
export function directivesOf(cacheControl) {
  const found = new Map();
  if (!cacheControl) return found;
  for (const [, name, quoted, plain] of cacheControl.toLowerCase().matchAll(DIRECTIVE)) {
    if (!found.has(name)) found.set(name, quoted ?? plain ?? "");
  }
  return found;
}

/** For how many seconds from now a response is fresh by its own headers, 0 if what they say is invalid; `undefined` if they say nothing. */
export function lifetimeOf(headers) {
  const directives = directivesOf(headers.get("cache-control"));
  const given = directives.get("s-maxage") ?? directives.get("max-age");
  const expires = headers.get("expires");
  if (given === undefined && expires === null) return undefined;
  const whole = given === undefined ? (Date.parse(expires) - (Date.parse(headers.get("date")) || Date.now())) / 1000 : secondsOf(given);
  return Math.max(0, whole - ageOf(headers)) || 0;
}

/** How old the response was when the handler got it. */
export const ageOf = (headers) => secondsOf(headers.get("age"));

const secondsOf = (text) => (/^\d+$/.test(text) ? Math.min(text, LONGEST) : 0);
