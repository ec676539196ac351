import { directivesOf, lifetimeOf } from "./directives.js";

const STATUSES = [200, 203, 301, 308, 404, 410];
const FORBIDDING = ["no-store", "private", "no-cache"];
const REVALIDATING = ["must-revalidate", "proxy-revalidate"];

/** Whether the response may be given to others, by its status and its headers. */
export function isStorable({ status, headers }, { vary, expirationTime }) {
  if (!STATUSES.includes(status) || headers.has("set-cookie") || headers.has("content-range")) return false;
  if (/^text\/event-stream\b/i.test(headers.get("content-type"))) return false; // it does not end
  if (namesIn(headers.get("vary")).some((name) => !vary.includes(name))) return false;
  const directives = directivesOf(headers.get("cache-control"));
  if (FORBIDDING.some((name) => directives.has(name))) return false;
  return expirationTime !== undefined || lifetimeOf(headers) !== 0 || directives.has("stale-while-revalidate");
}

/** Whether the response must not be given to anybody when it is stale. */
export function forbidsStale(cacheControl) {
  const directives = directivesOf(cacheControl);
  return REVALIDATING.some((name) => directives.has(name));
}

/** The names in a list of header names, each once, in lower case. */
export const namesIn = (list) => membersOf((list ?? "").toLowerCase());

/** What a header's list has, each once. */
export function membersOf(list) {
  const members = list.split(",").map((member) => member.trim());
  return [...new Set(members.filter((member) => member !== ""))];
}
