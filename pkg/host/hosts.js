import { Region as Core } from "../wasm/dogpile.js";
import { onPoisoned } from "../start.js";
import { Host } from "./host.js";

const hosts = new WeakMap();
/** All hosts, held weakly. */
const alive = new Set();
/** Removes the references to collected hosts. */
const gone = typeof FinalizationRegistry === "function" ? new FinalizationRegistry((reference) => alive.delete(reference)) : undefined;
let HostClass = Host;
let onWorkers = false;

/** Called by the entry for workerd. */
export function useHost(WorkersHost) {
  HostClass = WorkersHost;
  onWorkers = true;
}

/** A region's part of the machine for an innermost backend, and the host: `{ host, core }`. */
export function attach(backend, { expiration, lockTimeout, jitter = 0, flags }) {
  const known = hosts.get(backend);
  if (known !== undefined) return { host: known.host, core: known.core.sibling(expiration, lockTimeout, jitter, flags) };
  const core = new Core(expiration, lockTimeout, jitter, flags, onWorkers);
  const host = new HostClass();
  // Workers with an older compatibility date have no WeakRef; there a module creates its few regions once.
  const reference = typeof WeakRef === "function" ? new WeakRef(host) : { deref: () => host };
  alive.add(reference);
  gone?.register(host, reference);
  hosts.set(backend, { host, core: core.sibling(expiration, lockTimeout, jitter, flags) });
  return { host, core };
}

/** The methods that do nothing after a trap, for late events: an error there would be an unhandled rejection. */
const METHODS = ["resume", "landed", "handedOver", "ask"];

onPoisoned((refuse) => {
  for (const name of METHODS) Core.prototype[name] = () => 0;
  for (const reference of alive) reference.deref()?.refuseAll(refuse);
});
