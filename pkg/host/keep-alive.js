import { Deferred } from "../promises.js";

let platform;

/** Called by the entry for workerd, whose platform ends a request's work with the request unless it is told. */
export function usePlatform(waitUntil) {
  platform = waitUntil;
}

export const waitUntilOf = (region, request) => request.waitUntil ?? region.waitUntil ?? platform;

/** What a call has begun outlives its request. */
export function keepAlive(call) {
  const waitUntil = waitUntilOf(call.region, call.request);
  if (waitUntil === undefined) return;
  call.kept = new Deferred();
  callWaitUntil(waitUntil, call.kept.promise);
}

/** What it throws, or rejects with, reaches no caller. */
export async function callWaitUntil(waitUntil, promise) {
  try {
    await waitUntil(promise);
  } catch {
    // The request may be over: then there is nothing to keep alive.
  }
}
