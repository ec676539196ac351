/** The headers that say how an entry was come by: RFC 9111, 5.1, and RFC 9211. */
export function statusHeaders(entry, state, wasStale) {
  const { payload, age } = entry;
  const status = ["cache-status", `dogpile; ${handling(entry, state, wasStale)}`];
  const total = Math.floor(age + (payload.age ?? 0));
  // An Age says that the response is not first-hand.
  return state === "created" && payload.age === undefined ? [status] : [["age", `${total}`], status];
}

function handling(entry, state, wasStale) {
  if (state === "created") return wasStale ? "fwd=stale; stored" : "fwd=miss; stored";
  return state === "coalesced" ? "fwd=miss; collapsed" : `hit${ttlOf(entry, state)}`;
}

/** A stale one has a negative number, also after an invalidation. */
function ttlOf({ cachedTime, age, expiresAt }, state) {
  const left = Math.floor(expiresAt - cachedTime - age);
  const ttl = state === "stale" ? Math.min(left, -1) : left;
  return ttl === Infinity ? "" : `; ttl=${ttl}`;
}

/** The handler's response, with one member more in its Cache-Status. One that no constructor makes is left as it is: a WebSocket, an error. */
export function passedOn(response, handled) {
  if (response.status < 200) return response;
  const passed = new Response(response.body, response);
  passed.headers.append("cache-status", `dogpile; ${handled}`);
  return passed;
}
