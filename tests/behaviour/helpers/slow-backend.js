import { deferred } from "./promises.js";

/** A Map behind gates. It answers by promise; a read sees the store as it was when it was sent, a write takes effect when it is let through. */
export class SlowBackend {
  store = new Map();
  /** Every operation in the order in which it was sent, as "get k". */
  sent = [];
  #plans = [];

  /** Holds the next `operation` until `release()` or `fail(reason)`; `reached` resolves when it has come. */
  hold(operation) {
    const reached = deferred();
    const open = deferred();
    const gate = { reached: reached.promise, release: open.resolve, fail: open.reject, arrived: false };
    this.#plans.push({
      operation,
      pass: () => {
        gate.arrived = true;
        reached.resolve();
        return open.promise;
      },
    });
    return gate;
  }

  rejectNext(operation, reason) {
    this.#plans.push({ operation, pass: () => Promise.reject(reason) });
  }

  throwNext(operation, reason) {
    this.#plans.push({ operation, throws: { reason } });
  }

  count(operation) {
    return this.sent.filter((entry) => entry === operation || entry.startsWith(`${operation} `)).length;
  }

  payload(key) {
    return this.store.get(key)?.payload;
  }

  get(key) {
    const seen = this.store.get(key);
    return this.run("get", key, () => seen);
  }

  set(key, value) {
    return this.run("set", key, () => void this.store.set(key, value));
  }

  delete(key) {
    return this.run("delete", key, () => void this.store.delete(key));
  }

  run(operation, keys, act) {
    this.sent.push(`${operation} ${keys}`);
    const found = this.#plans.findIndex((plan) => plan.operation === operation);
    const plan = found < 0 ? undefined : this.#plans.splice(found, 1)[0];
    if (plan?.throws) throw plan.throws.reason;
    if (!plan) return Promise.resolve(act());
    return plan.pass().then(act);
  }
}

/** The same with the operations for many keys. */
export class SlowMultiBackend extends SlowBackend {
  getMulti(keys) {
    const seen = keys.map((key) => this.store.get(key));
    return this.run("getMulti", keys, () => seen);
  }

  setMulti(values) {
    return this.run("setMulti", [...values.keys()], () => values.forEach((value, key) => this.store.set(key, value)));
  }

  deleteMulti(keys) {
    return this.run("deleteMulti", keys, () => keys.forEach((key) => this.store.delete(key)));
  }
}
