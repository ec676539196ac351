import { Region as Core } from "../wasm/dogpile.js";
import { onPoisoned } from "../start.js";
import { Host } from "./host.js";

const hosts = new WeakMap();
/** All of them, for as long as anyone has them. */
const alive = new Set();
/** A reference to a host that is gone would stay for ever. */
const gone = typeof FinalizationRegistry === "function" ? new FinalizationRegistry((reference) => alive.delete(reference)) : undefined;
let HostClass = Host;
let onWorkers = false;

/** Called by the entry for workerd. */
export function useHost(WorkersHost) {
  HostClass = WorkersHost;
  onWorkers = true;
}

/** A region's part of the machine that serves an innermost backend, and the host of that: `{ host, core }`. */
export function attach(backend, { expiration, lockTimeout, flags }) {
  const known = hosts.get(backend);
  if (known !== undefined) return { host: known.host, core: known.core.sibling(expiration, lockTimeout, flags) };
  const core = new Core(expiration, lockTimeout, flags, onWorkers);
  const host = new HostClass();
  // Workers of an older compatibility date have no WeakRef; there a module makes its few regions once.
  const reference = typeof WeakRef === "function" ? new WeakRef(host) : { deref: () => host };
  alive.add(reference);
  gone?.register(host, reference);
  hosts.set(backend, { host, core: core.sibling(expiration, lockTimeout, flags) });
  return { host, core };
}

/** What is still on its way finds nobody: to throw there would be a rejection that nobody handles. */
const METHODS = ["resume", "landed", "handedOver", "ask"];

onPoisoned((refuse) => {
  for (const name of METHODS) Core.prototype[name] = () => 0;
  for (const reference of alive) reference.deref()?.refuseAll(refuse);
});
