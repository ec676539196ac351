const DELAY = 1_000; // milliseconds

/** A KV namespace that shows a write, or a deletion, to nobody for a second: as KV does to other places, for up to a minute and more. */
export class SlowlyVisible {
  #namespace;

  constructor(namespace) {
    this.#namespace = namespace;
  }

  async get(names, options) {
    if (!Array.isArray(names)) return seen(await this.#namespace.get(names, { ...options, type: "json" }));
    const found = await this.#namespace.get(names, { ...options, type: "json" });
    return new Map(Array.from(found, ([name, entry]) => [name, seen(entry)]));
  }

  async put(name, value, options) {
    const before = seen(await this.#namespace.get(name, { type: "json" }));
    await this.#namespace.put(name, JSON.stringify({ value, before, visibleAt: Date.now() + DELAY }), options);
  }

  delete(name) {
    return this.put(name, null);
  }

  list(options) {
    return this.#namespace.list(options);
  }
}

const seen = (entry) => (entry === null ? null : Date.now() < entry.visibleAt ? entry.before : entry.value);
