import { proxiedBy, wrapped } from "../backends/backend.js";
import { refused, makeError } from "../errors.js";
import { member } from "../members.js";
import { TimeLimit } from "../promises.js";
import { deserialize, isSerialized, requireSerializer, serialize } from "../records/serializer.js";

/** One configuration of a region: everything that changes together when its backend is replaced. */
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
    /** For how long the backend is waited for. */
    this.limit = new TimeLimit(lockTimeout, () => makeError("TIMEOUT", "The backend did not respond within lockTimeout."));
    /** Whether callers wait for one another: pointless over a backend that keeps nothing. */
    this.coalesces = member(actual, "coalesce") !== false;
    this.actualBackend = actual;
    this.backend = wrapped(backend, wrap, region); // last, because it changes the proxies
  }

  get isUnmangled() {
    return this.#mangler === undefined;
  }

  /** Whether keys and records reach the backend as they are. */
  get isPlain() {
    return this.#mangler === undefined && this.#serializer === undefined;
  }

  /** Puts a proxy around what is there. What is under way goes on with it. */
  wrap(proxy) {
    this.backend = wrapped(this.backend, [proxy], this.#region);
  }

  /** The key as the backend knows it. */
  mangle(key) {
    if (this.#mangler === undefined) return key;
    const mangled = this.#mangler(key);
    if (typeof mangled !== "string") throw refused("the result of keyMangler", "a string", mangled);
    return mangled;
  }

  /** A record as the backend is given it. */
  toStored(record) {
    return this.#serializer === undefined ? record : serialize(this.#serializer, record);
  }

  /** A record as the backend gave it; throws for what the serializer cannot read. */
  fromStored(stored) {
    return this.#serializer !== undefined && isSerialized(stored) ? deserialize(this.#serializer, stored) : stored;
  }

  /** What a promise of the backend's comes to, unless that takes longer than `lockTimeout`. */
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
