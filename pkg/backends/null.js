export class NullBackend {
  /** Loads are not shared, because nothing is stored. */
  get coalesce() {
    return false;
  }

  get(_key) {
    return undefined;
  }

  set(_key, _value) {}

  delete(_key) {}
}
