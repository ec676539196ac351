import * as backends from "../backends/backend.js";
import { patience } from "../duration.js";
import { attach } from "../host/hosts.js";
import { Write } from "../host/write.js";
import { readRecord } from "../records/record.js";
import { Setup } from "../region/setup.js";
import { isKnownVersion } from "../wasm/dogpile.js";

/** The backend in which a strategy keeps its times, with the backend's own key mangler and serializer. */
export class TimesStore {
  #setup;
  /** The host that queues its writes with those of regions over the same backend. */
  #queue;

  constructor(backend) {
    const none = { keyMangler: undefined, serializer: undefined, wrap: undefined, region: undefined };
    this.#setup = new Setup(backends.usableBackend(backend), { ...none, lockTimeout: patience("30s"), throws: true });
  }

  /** The backend behind all proxies. */
  get backend() {
    return this.#setup.actualBackend;
  }

  mangle(key) {
    return this.#setup.mangle(key);
  }

  /** One outcome for each key, or a promise of them. */
  read(keys, multi) {
    return backends.read(this.#setup, keys, multi);
  }

  /** What was read, as a record; `undefined` if it is none. `isForeign`: of another version, which counts as absent. */
  recordIn(stored) {
    const found = readRecord(this.#setup.fromStored(stored));
    return found && { payload: found.payload, isForeign: !isKnownVersion(found.v) };
  }

  /** Writes when it is its turn what `records` returns then, a record for each key. */
  write(keys, records, multi, hint) {
    const { host, core } = (this.#queue ??= attach(this.backend, { expiration: NaN, lockTimeout: Infinity, flags: 0 }));
    const send = () => {
      const stored = records().map((record) => this.#setup.toStored(record));
      return backends.write(this.#setup, keys, stored, multi, hint);
    };
    const write = new Write({ core, mutexOf: () => undefined }, this.#setup, keys, [], send);
    write.change = "stored";
    core.setMulti(host, keys, write);
    return write.promise;
  }
}
