/** A strategy of the user's: two times that anybody may move, answers that are only truthy or falsy, and what was asked. */
export function ownStrategy() {
  const strategy = {
    hard: undefined,
    soft: undefined,
    asked: [],
    invalidate(hard, now) {
      strategy.asked.push(["invalidate", hard, now]);
      strategy[hard ? "hard" : "soft"] = now;
    },
    isInvalidated: (timestamp) => (strategy.isHardInvalidated(timestamp) || strategy.isSoftInvalidated(timestamp) ? "yes" : ""),
    isHardInvalidated: (timestamp) => (timestamp < strategy.hard ? 1 : 0),
    isSoftInvalidated: (timestamp) => (timestamp < strategy.soft ? {} : null),
    wasHardInvalidated: () => strategy.hard,
    wasSoftInvalidated: () => strategy.soft,
  };
  return strategy;
}

export const QUESTIONS = ["isInvalidated", "isHardInvalidated", "isSoftInvalidated", "wasHardInvalidated", "wasSoftInvalidated"];
