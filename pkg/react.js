import { use, useCallback, useSyncExternalStore } from "react";
import { cellOf } from "./react/cells.js";
import { checked } from "./react/options.js";
import { isServer } from "./react/refetch.js";

export function useCached(region, key, creator, options) {
  const settings = checked(creator, options);
  const cell = cellOf(region, key);
  cell.render(creator, settings, true, true);
  const promise = useSyncExternalStore(useSubscribe(cell, settings, true), cell.readPromise, cell.readFirstPromise);
  if (promise.status === "rejected") cell.wasSeen();
  return use(promise);
}

export function useCachedState(region, key, creator, options) {
  const settings = checked(creator, options, true);
  const isEnabled = settings.enabled !== false;
  const cell = cellOf(region, key);
  cell.render(creator, settings, isEnabled && !isServer, false);
  return useSyncExternalStore(useSubscribe(cell, settings, isEnabled), cell.readState, cell.readFirstState);
}

/** React subscribes again where this is another function. */
function useSubscribe(cell, { refetchOnFocus, refetchOnReconnect, refetchInterval }, isEnabled) {
  return useCallback(
    (notify) => cell.subscribe({ notify, isEnabled, refetchOnFocus, refetchOnReconnect, refetchInterval }),
    [cell, isEnabled, refetchOnFocus, refetchOnReconnect, refetchInterval],
  );
}
