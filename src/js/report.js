/** Tells an observer; whatever it throws or rejects with stays here. */
export function notify(observer, event, detail, more) {
  try {
    const answer = observer[event]?.(detail, more);
    if (typeof answer?.then === "function") answer.then(undefined, () => {});
  } catch {
    // An observer watches; it does not take part.
  }
}

export function listensToErrors(observer) {
  try {
    return typeof observer?.onError === "function";
  } catch {
    return false;
  }
}

export function warn(where, error) {
  globalThis.console?.warn(`dogpile: the first "${where}" error of a region without observer.onError:`, error);
}
