import { hasMethod } from "../members.js";
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
    return hasMethod(proxied, "getMulti") ? proxied.getMulti(keys) : gather(keys.map((key) => proxied.get(key)));
  }

  set(key, value, hint) {
    return this.proxied.set(key, value, hint);
  }

  setMulti(values, hint) {
    const { proxied } = this;
    if (hasMethod(proxied, "setMulti")) return proxied.setMulti(values, hint);
    return gather(Array.from(values, ([key, value]) => proxied.set(key, value, hint)));
  }

  delete(key) {
    return this.proxied.delete(key);
  }

  deleteMulti(keys) {
    const { proxied } = this;
    return hasMethod(proxied, "deleteMulti") ? proxied.deleteMulti(keys) : gather(keys.map((key) => proxied.delete(key)));
  }

  clear() {
    return this.proxied.clear();
  }

  entries() {
    return this.proxied.entries();
  }

  getMutex(key) {
    return hasMethod(this.proxied, "getMutex") ? this.proxied.getMutex(key) : undefined;
  }
}

/** Keeps synchronous results synchronous. */
const gather = (answers) => (answers.some(pending) ? Promise.all(answers) : answers);
