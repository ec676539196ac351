import { Deferred } from "../promises.js";

let platform;

/** Called by the entry for workerd, where a request's work ends with the request without `waitUntil`. */
export function usePlatform(waitUntil) {
  platform = waitUntil;
}

export const waitUntilOf = (region, request) => request.waitUntil ?? region.waitUntil ?? platform;

/** Keeps the work of a call alive after its request. */
export function keepAlive(call) {
  const waitUntil = waitUntilOf(call.region, call.request);
  if (waitUntil === undefined) return;
  call.kept = new Deferred();
  callWaitUntil(waitUntil, call.kept.promise);
}

/** Ignores errors of `waitUntil`. */
export async function callWaitUntil(waitUntil, promise) {
  try {
    await waitUntil(promise);
  } catch {
    // The request may have ended.
  }
}
