import { makeError } from "../errors.js";
import { Signal, startTimer } from "../promises.js";
import { STALE } from "./cache-region.js";
import { platformWaitUntil } from "./pulse.js";

/** Settles as `seek()` does, when there is an entry for each quest, unless the caller's signal or its time limit comes first. */
export function withWaysOut(region, quests, request, seek) {
  const { signal, timeout = Infinity } = request;
  if (signal === undefined && timeout === Infinity) return seek();
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    const leave = (act) => {
      request.hasLeft = true;
      stop();
      act();
    };
    const onAbort = () => leave(() => detach(region, quests, request, reject));
    const onTime = () => leave(() => (serveFallbacks(region, quests, request, reject) ? resolve() : undefined));
    const timer = timeout === Infinity ? undefined : startTimer(onTime, Math.max(timeout, 0) * 1000);
    signal?.addEventListener("abort", onAbort);
    seek().finally(stop).then(resolve, reject);
  });
}

/** Everything that the call has begun ends within the `waitUntil` that it was announced to. What goes on may begin more. */
export async function endWork(request) {
  if (request.pulse === undefined && request.done === undefined) return;
  for (const work of request.work) await work;
  request.pulse?.stop();
  request.done?.settle();
}

/** Has the platform keep alive what a call begins, where it would end that with the request, and lets those see it live who depend on it. */
export function keepAlive(region, request) {
  request.pulse?.start();
  const waitUntil = waitUntilOf(region, request);
  if (waitUntil === undefined || request.done !== undefined) return;
  request.done = new Signal();
  callWaitUntil(waitUntil, request.done.promise);
}

export const waitUntilOf = (region, request) => request.waitUntil ?? region.waitUntil ?? platformWaitUntil();

/** What it throws, or rejects with, reaches no caller. */
export async function callWaitUntil(waitUntil, promise) {
  try {
    await waitUntil(promise);
  } catch {
    // The request may be over: then there is nothing to keep alive.
  }
}

/** The others keep waiting. Where nobody is left, the creation ends. */
function detach(region, quests, request, reject) {
  const { reason } = request.signal;
  request.isDetached = true;
  reject(reason);
  for (const flight of awaitedBy(quests)) region.flights.leave(flight, reason);
}

/** The stale values, if there is one for each key; the creation goes on. */
function serveFallbacks(region, quests, { expiration }, reject) {
  const open = quests.filter(({ entry }) => entry === undefined);
  const isServable = ({ fallback }) => fallback?.record !== undefined && region.worth(fallback, expiration, region.now()) <= STALE;
  try {
    if (!open.every(isServable)) throw makeError("TIMEOUT", "The value has not been there within timeout, and there is no stale one.");
    for (const quest of open) quest.serveStale(region, quest.fallback.record);
    return true;
  } catch (error) {
    reject(error);
    return false;
  }
}

const awaitedBy = (quests) => quests.filter(({ entry }) => entry === undefined).flatMap(({ awaited }) => awaited);
