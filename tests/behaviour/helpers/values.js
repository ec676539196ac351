// Creators, clocks and records.

/** A function that counts its calls and keeps their arguments, and leaves what it returns untouched. */
export function counted(fn = () => "created") {
  const counting = (...args) => {
    counting.times++;
    counting.calls.push(args);
    return fn(...args);
  };
  return Object.assign(counting, { times: 0, calls: [] });
}

/** Seconds since the epoch that only the test moves: pass it as `clock`. */
export function virtualClock(start = 1_700_000_000) {
  const clock = () => clock.now;
  clock.now = start;
  clock.advance = (seconds) => (clock.now += seconds);
  return clock;
}

export const now = () => Date.now() / 1000;

export const record = (payload, ct, extra) => ({ payload, metadata: { ct, v: 2, ...extra } });
