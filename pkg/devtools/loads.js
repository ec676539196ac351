/** When each load was first seen, for those whose creator was not called yet. */
const seen = new WeakMap();

/** What is under way in a region: `{ key, phase, seconds, waiting, together }`, where `together` are the other keys of the same creator call. */
export function loadsOf({ inside, creations }) {
  const { host } = inside;
  if (host === undefined) return [];
  const callers = callersByKey(inside);
  return host.flights
    .filter((flight) => flight?.call.region === inside)
    .map((flight) => {
      const key = flight.call.nameOf(flight.key) ?? flight.key;
      const creation = creations.findLast((each) => each.end === undefined && each.keys.includes(key));
      if (!seen.has(flight)) seen.set(flight, performance.now());
      const since = creation?.start ?? seen.get(flight);
      const together = creation?.keys.filter((each) => each !== key) ?? [];
      const waiting = Math.max((callers.get(flight.key) ?? 0) - 1, 0);
      return { key, phase: phaseOf(flight, creation), seconds: (performance.now() - since) / 1000, waiting, together };
    });
}

function phaseOf(flight, creation) {
  if (flight.hasValue) return "stores the value";
  if (creation !== undefined) return creation.attempts > 1 ? `runs its creator, attempt ${creation.attempts}` : "runs its creator";
  return flight.lock !== undefined ? "waits for the lock, which somebody else may have" : "reads the backend";
}

/** How many callers ask for each key, as the backend knows it. */
function callersByKey(inside) {
  const callers = new Map();
  for (const call of inside.host.calls) {
    if (call?.region !== inside || call.isSettled) continue;
    for (const name of call.keys) {
      const key = inside.setup.mangle(name);
      callers.set(key, (callers.get(key) ?? 0) + 1);
    }
  }
  return callers;
}
