import { hasMethod } from "../members.js";
import { Deferred, pending } from "../promises.js";
import { askMutex, mutexOf } from "../region/mutexes.js";
import { DONE, NEWS_WROTE, PENDING } from "./numbers.js";

/** `set` or `delete` of one or many keys, sent when it is its turn. */
export class Write {
  serial = 0;
  host;
  #deferred = new Deferred();

  /** `act` sends it. `records`: the values of the keys after it; none after a delete. */
  constructor(region, setup, keys, records, act) {
    this.region = region;
    this.setup = setup;
    this.core = region.core;
    this.keys = keys;
    this.records = records;
    this.act = act;
    this.change = records.length > 0 ? "stored" : "deleted";
  }

  get promise() {
    return this.#deferred.promise;
  }

  /** Sends it; if it ends later, the machine gets an event. */
  send(host, slot) {
    this.host = host;
    const wrote = () => this.core.resume(host, NEWS_WROTE, slot, this.serial, NaN, 0);
    try {
      const sent = pending(this.act());
      if (sent === undefined) {
        this.#end();
        return DONE;
      }
      this.setup.limit.watch(
        sent,
        () => {
          wrote();
          this.#end();
        },
        (error) => {
          wrote();
          this.#fail(error);
        },
      );
      return PENDING;
    } catch (error) {
      this.#tellSubscribers();
      this.#deferred.reject(error);
      return DONE;
    }
  }

  fail(error) {
    this.#deferred.reject(error);
  }

  #end() {
    this.#tellSubscribers();
    const told = this.#supersede(this.records);
    if (told === undefined) this.#deferred.resolve();
    else told.then(() => this.#deferred.resolve());
  }

  #fail(error) {
    this.#tellSubscribers();
    const reject = () => this.#deferred.reject(error);
    const told = this.#supersede([]);
    if (told === undefined) reject();
    else told.then(reject);
  }

  /** After a write that failed, too: nobody knows what is there. */
  #tellSubscribers() {
    this.host.tellSubscribers(this.keys, this.change);
  }

  /** Whoever gets the backend's lock next is not handed over what was there before. After a write that failed nobody knows what is there. */
  #supersede(records) {
    const { region, setup, keys } = this;
    if (!hasMethod(setup.backend, "getMutex")) return undefined;
    return Promise.all(
      keys.map((key, index) => {
        const mutex = mutexOf(region, setup, key);
        return hasMethod(mutex, "supersede") && askMutex(region, setup, () => mutex.supersede(records[index]));
      }),
    );
  }
}
