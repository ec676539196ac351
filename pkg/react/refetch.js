export const isServer = typeof document === "undefined";
/** The longest delay of a timer, in milliseconds: a longer one ends at once. */
const LONGEST = 2 ** 31 - 1;

/** Calls `refetch` when a component wants that, once the tab is visible. Returns what ends it. */
export function refetching({ refetchOnFocus, refetchOnReconnect, refetchInterval }, refetch) {
  if (isServer || !(refetchOnFocus || refetchOnReconnect || refetchInterval)) return undefined;
  const controller = new AbortController();
  const on = (target, event, listener) => target.addEventListener(event, listener, controller);
  let isMissed = false;
  const again = () => {
    isMissed = document.hidden;
    if (!isMissed) refetch(refetchInterval / 2);
  };
  on(document, "visibilitychange", () => (refetchOnFocus || isMissed) && again());
  if (refetchOnFocus) on(window, "focus", again);
  if (refetchOnReconnect) on(window, "online", again);
  const timer = refetchInterval && setInterval(again, Math.min(refetchInterval * 1000, LONGEST));
  return () => {
    controller.abort();
    clearInterval(timer);
  };
}
