/**
 * On Workers many requests share one realm, and a request takes its promises and timers with it when it dies. There whoever waits for another's
 * work looks for a sign of life, by a timer of its own. Elsewhere a realm dies as a whole, and none of this runs, nor is it there.
 */
export let Pulse;
export let Vigil;
let waitUntil;

export const onWorkers = () => Pulse !== undefined;
export const platformWaitUntil = () => waitUntil;

/** Called by the entry for workerd. */
export function runOnWorkers(classes, platforms) {
  ({ Pulse, Vigil } = classes);
  waitUntil = platforms;
}
