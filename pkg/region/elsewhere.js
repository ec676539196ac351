import { endSubscription } from "../bus/messages.js";
import { hasMethod } from "../members.js";

/** Subscribes to what a backend reports of writes by others; returns a function that ends it. */
export function hearElsewhere(region, backend) {
  if (!hasMethod(backend, "subscribe")) return undefined;
  let isOver = false;
  const end = backend.subscribe((keys) => {
    if (!isOver && region.isConfigured && region.setup.actualBackend === backend) changedElsewhere(region, keys);
  });
  const close = endSubscription(end, (error) => region.reporter.error(error, "background"));
  return () => {
    isOver = true;
    close();
  };
}

/** Running loads of those keys are not stored and not joined. Anything but a list of keys stands for any key. */
function changedElsewhere({ core, host, subscriptions }, keys) {
  if (!Array.isArray(keys)) core.changedElsewhere(host, -1);
  for (const key of Array.isArray(keys) ? keys : [undefined]) {
    const number = host.numberOf(key);
    if (number >= 0) core.changedElsewhere(host, number);
    subscriptions.tell(key, "elsewhere");
  }
}
