import { hasMethod } from "../members.js";

/** Hears what a backend tells of keys that somebody else has written; returns what ends that. */
export function hearElsewhere(region, backend) {
  if (!hasMethod(backend, "subscribe")) return undefined;
  const end = backend.subscribe((keys) => {
    if (region.isConfigured && region.setup.actualBackend === backend) changedElsewhere(region, keys);
  });
  return () => {
    if (typeof end === "function") end();
  };
}

/** What is read or created under those keys is not stored, and nobody joins it; without keys that may be any. */
function changedElsewhere({ core, host, subscriptions }, keys) {
  if (keys === undefined) core.changedElsewhere(host, -1);
  for (const key of keys ?? [undefined]) {
    const number = host.numberOf(key);
    if (number >= 0) core.changedElsewhere(host, number);
    subscriptions.tell(key, "elsewhere");
  }
}
