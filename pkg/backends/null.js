export class NullBackend {
  /** Nobody waits for anybody: there is nothing to find afterwards. */
  get coalesce() {
    return false;
  }

  get(_key) {
    return undefined;
  }

  set(_key, _value) {}

  delete(_key) {}
}
