import { makeRecord } from "../records/record.js";
import { deserialize, isSerialized, serialize } from "../records/serializer.js";

const CREATED = 1_700_000_000;

/** A backend as a region uses it: with keys mangled and records serialized as the backend, or the options, want it. */
export class Subject {
  backend;
  #settings;
  #createRegion;
  #serializer;
  #mangle;
  /** No two cases share a key, so that they may share a store. */
  #prefix = `dogpile-${crypto.randomUUID()}`;

  constructor(backend, settings, createRegion) {
    this.backend = backend;
    this.#settings = settings;
    this.#createRegion = createRegion;
    this.#serializer = (settings.serializer ?? backend.serializer) || undefined;
    this.#mangle = (settings.keyMangler ?? backend.keyMangler) || ((key) => key);
  }

  has(...methods) {
    return methods.every((method) => typeof this.backend[method] === "function");
  }

  /** A key that only this case uses. */
  key(name) {
    return this.mangled(this.plainKey(name));
  }

  plainKey(name) {
    return `${this.#prefix} ${name}`;
  }

  mangled(key) {
    return this.#mangle(key);
  }

  record(payload) {
    return makeRecord(payload, CREATED);
  }

  /** A record as a region gives it to the backend. */
  stored(payload) {
    return this.#serializer === undefined ? this.record(payload) : serialize(this.#serializer, this.record(payload));
  }

  /** What a region makes of what the backend gave. */
  read(stored) {
    return this.#serializer !== undefined && isSerialized(stored) ? deserialize(this.#serializer, stored) : stored;
  }

  async get(key) {
    return this.read(await this.backend.get(key));
  }

  async set(key, payload, hint) {
    await this.backend.set(key, this.stored(payload), hint);
  }

  /** A region that tells of every failure of the backend's. */
  region(options) {
    return this.#createRegion({ backend: this.backend, backendErrors: "throw", ...this.#settings, ...options });
  }
}
