import { proxiedBy, wrapped } from "../backends/backend.js";
import { refused, makeError } from "../errors.js";
import { member } from "../members.js";
import { TimeLimit } from "../promises.js";
import { deserialize, isSerialized, requireSerializer, serialize } from "../records/serializer.js";

/** One configuration of a region: everything that is replaced together with its backend. */
export class Setup {
  #mangler;
  #serializer;
  #region;

  constructor(backend, { keyMangler, serializer, wrap, lockTimeout, throws, region }) {
    const actual = innermost(backend);
    this.#region = region;
    this.#mangler = keyMangler === false ? undefined : (keyMangler ?? recommendedMangler(member(actual, "keyMangler")));
    this.#serializer = serializer === false ? undefined : chosenSerializer(serializer ?? member(actual, "serializer"));
    this.lockTimeout = lockTimeout;
    this.throws = throws;
    /** The time limit of the backend. */
    this.limit = new TimeLimit(lockTimeout, () => makeError("TIMEOUT", "The backend did not respond within lockTimeout."));
    /** Whether callers share loads: not with a backend that stores nothing. */
    this.coalesces = member(actual, "coalesce") !== false;
    this.actualBackend = actual;
    this.backend = wrapped(backend, wrap, region); // last, because it changes the proxies
  }

  get isUnmangled() {
    return this.#mangler === undefined;
  }

  /** Whether keys and records reach the backend unchanged. */
  get isPlain() {
    return this.#mangler === undefined && this.#serializer === undefined;
  }

  /** Puts a proxy around the backend. Running operations continue with it. */
  wrap(proxy) {
    this.backend = wrapped(this.backend, [proxy], this.#region);
  }

  /** The mangled key. */
  mangle(key) {
    if (this.#mangler === undefined) return key;
    const mangled = this.#mangler(key);
    if (typeof mangled !== "string") throw refused("the result of keyMangler", "a string", mangled);
    return mangled;
  }

  /** A record as the backend stores it. */
  toStored(record) {
    return this.#serializer === undefined ? record : serialize(this.#serializer, record);
  }

  /** Reads a stored record. Throws if the serializer cannot read it. */
  fromStored(stored) {
    return this.#serializer !== undefined && isSerialized(stored) ? deserialize(this.#serializer, stored) : stored;
  }

  /** Awaits a promise of the backend, at most for `lockTimeout`. */
  answered(promise) {
    return this.limit.within(promise);
  }
}

const innermost = (backend) => (proxiedBy(backend) === undefined ? backend : innermost(proxiedBy(backend)));

function recommendedMangler(keyMangler) {
  if (keyMangler === undefined || keyMangler === null) return undefined;
  if (typeof keyMangler !== "function") throw refused("the backend's keyMangler", "a function", keyMangler);
  return keyMangler;
}

const chosenSerializer = (serializer) => (serializer === undefined || serializer === null ? undefined : requireSerializer(serializer));
