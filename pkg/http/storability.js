import { directivesOf, lifetimeOf, namesIn } from "./directives.js";

const STATUSES = [200, 203, 301, 308, 404, 410];
const has = (cacheControl, ...names) => names.some((name) => directivesOf(cacheControl).has(name));

/** Whether the response may be given to others, by its status and its headers. */
export function isStorable({ status, headers }, { vary, expirationTime, maxBytes }) {
  const cacheControl = headers.get("cache-control");
  return (
    STATUSES.includes(status) &&
    !headers.has("set-cookie") &&
    !headers.has("content-range") &&
    !(headers.get("content-length") > maxBytes) &&
    !/^text\/event-stream\b/i.test(headers.get("content-type")) && // it does not end
    namesIn(headers.get("vary")).every((name) => vary.includes(name)) &&
    !has(cacheControl, "no-store", "private", "no-cache") &&
    (expirationTime !== undefined || lifetimeOf(headers) !== 0 || has(cacheControl, "stale-while-revalidate"))
  );
}

/** Whether the response must not be given to anybody when it is stale. */
export const forbidsStale = (cacheControl) => has(cacheControl, "must-revalidate", "proxy-revalidate");

/** What a request's Cache-Control says. */
export const forbidsStore = (cacheControl) => has(cacheControl, "no-store");
