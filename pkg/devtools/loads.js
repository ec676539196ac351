/** When each load was first seen, for those whose creator was not called yet. */
const seen = new WeakMap();

/** What is under way in a region, at most so much: `{ key, phase, seconds, waiting, together }`, where `together` are the other keys of the same creator call. */
export function loadsOf({ inside, creations }, most) {
  const { host } = inside;
  if (host === undefined) return [];
  const flights = host.flights.filter((flight) => flight?.call.region === inside).slice(0, most);
  const callers = callersByKey(inside, new Set(flights.map(({ key }) => key)));
  return flights.map((flight) => {
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

/** How many callers ask for each of these keys, as the backend knows them. */
function callersByKey(inside, keys) {
  const callers = new Map([...keys].map((key) => [key, 0]));
  for (const call of inside.host.calls) {
    if (call?.region !== inside || call.isSettled) continue;
    for (const name of call.keys) {
      const key = mangled(inside.setup, name);
      const count = callers.get(key);
      if (count !== undefined) callers.set(key, count + 1);
    }
  }
  return callers;
}

/** `undefined` where the mangler fails, which the call itself has told of. */
function mangled(setup, name) {
  try {
    return setup.mangle(name);
  } catch {
    return undefined;
  }
}
