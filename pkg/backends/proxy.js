import { pending } from "../promises.js";

export class ProxyBackend {
  proxied;

  wrap(backend) {
    this.proxied = backend;
    return this;
  }

  get(key) {
    return this.proxied.get(key);
  }

  getMulti(keys) {
    const { proxied } = this;
    return typeof proxied.getMulti === "function" ? proxied.getMulti(keys) : gather(keys.map((key) => proxied.get(key)));
  }

  set(key, value) {
    return this.proxied.set(key, value);
  }

  setMulti(values) {
    const { proxied } = this;
    return typeof proxied.setMulti === "function" ? proxied.setMulti(values) : gather(Array.from(values, ([key, value]) => proxied.set(key, value)));
  }

  delete(key) {
    return this.proxied.delete(key);
  }

  deleteMulti(keys) {
    const { proxied } = this;
    return typeof proxied.deleteMulti === "function" ? proxied.deleteMulti(keys) : gather(keys.map((key) => proxied.delete(key)));
  }

  clear() {
    return this.proxied.clear();
  }

  entries() {
    return this.proxied.entries();
  }
}

/** Answers that are there at once stay so. */
const gather = (answers) => (answers.some(pending) ? Promise.all(answers) : answers);
