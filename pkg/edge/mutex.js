import { LEASE, LONGEST_KEEP, LONGEST_STORED, ownMembers, ROUND } from "./dogpile-lock.js";
import { describe, describePart, makeError, quote } from "../errors.js";
import { ignoreRejection, within } from "../promises.js";

const RENEWAL = LEASE / 3;
const ANSWER = 3; // seconds

const isBoolean = (value) => typeof value === "boolean";

/** Whether a response is that of a DogpileLock: the binding may lead to anything. */
const IS_ANSWER = {
  acquire: ({ granted, again = false, stored = "" }) => isBoolean(granted) && isBoolean(again) && typeof stored === "string",
  renew: ({ held }) => isBoolean(held),
  release: () => true,
  supersede: () => true,
  locked: ({ locked }) => isBoolean(locked),
};

/** The lock of one load at a DogpileLock. It holds only data, so that any request may release a lock that another one acquired. */
export class EdgeMutex {
  #namespace;
  #name;
  #keep;
  #token;
  #renewal;
  #found;

  /** `keep`: for how many seconds the stored value is handed over. */
  constructor(namespace, name, keep) {
    this.#namespace = namespace;
    this.#name = name;
    this.#keep = Math.min(keep, LONGEST_KEEP);
  }

  /**
   * @param {boolean} [wait]
   * @param {{ signal?: AbortSignal }} [options]
   */
  acquire(wait = false, { signal } = {}) {
    return new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const leave = () => {
        reject(signal?.reason);
        ignoreRejection(this.release());
      };
      signal?.addEventListener("abort", leave);
      this.#take(wait)
        .then(resolve, reject)
        .finally(() => signal?.removeEventListener("abort", leave));
    });
  }

  async release(stored) {
    const token = this.#token;
    if (token === undefined) return;
    this.#token = undefined;
    clearInterval(this.#renewal);
    await this.#ask("release", { token, ...this.#handedOver(stored) });
  }

  async locked() {
    return (await this.#ask("locked")).locked;
  }

  handover() {
    return this.#found;
  }

  async supersede(stored) {
    await this.#ask("supersede", this.#handedOver(stored));
  }

  async #take(wait) {
    const token = crypto.randomUUID();
    this.#token = token;
    try {
      const { granted, stored } = await this.#turn(token, wait);
      const isHeld = granted && this.#token === token; // not released meanwhile
      if (isHeld) {
        this.#found = stored;
        this.#renewal = this.#keepRenewing(token);
      } else {
        this.#forget(token, granted);
      }
      return isHeld;
    } catch (error) {
      this.#forget(token, true);
      throw error;
    }
  }

  /** `mayBeHeld`: whether it may have the lock or a place in the queue. */
  #forget(token, mayBeHeld) {
    if (mayBeHeld) ignoreRejection(this.#ask("release", { token }));
    if (this.#token === token) this.#token = undefined;
  }

  /** The first round is short, to distinguish a lock that does not respond from one that is held. */
  async #turn(token, wait) {
    for (let round = 0; ; round = ROUND) {
      const answer = await this.#ask("acquire", { token, wait, round }, round / 1000);
      if (!answer.again || this.#token !== token) return answer;
    }
  }

  /** Renews the lease. The interval ends with the request that holds the lock, so the lease of a dead holder expires and that of a slow one does not. */
  #keepRenewing(token) {
    /** @type {any} A number, but in Node. */
    const renewal = setInterval(async () => {
      const { held } = this.#token === token ? await this.#ask("renew", { token }).catch(() => ({ held: true })) : { held: false };
      if (!held) clearInterval(renewal);
    }, RENEWAL);
    renewal.unref?.();
    return renewal;
  }

  #handedOver(stored) {
    if (stored === undefined) return {};
    return { stored: typeof stored === "string" && stored.length <= LONGEST_STORED ? stored : null, keep: this.#keep };
  }

  /** Creates a new stub each time, because a stub belongs to the request that created it. */
  #ask(operation, given, wait = 0) {
    const asked = async () => {
      const stub = this.#namespace.get(this.#namespace.idFromName(this.#name));
      const response = await stub.fetch("https://dogpile.lock/", { method: "POST", body: JSON.stringify({ operation, ...given }) });
      if (response.ok) return answerOf(response, operation);
      const status = typeof response.status === "number" ? response.status : describe(response.status);
      throw makeError("BACKEND", `The lock responded with status ${status}: ${quote(await response.text())}`);
    };
    return within(asked(), wait + ANSWER, () => makeError("TIMEOUT", "The lock did not respond in time."));
  }
}

async function answerOf(response, operation) {
  const answer = await response.json().catch(() => undefined);
  const members = ownMembers(answer);
  if (members !== undefined && IS_ANSWER[operation](members)) return members;
  throw makeError("BACKEND", `The lock responded to "${operation}" with ${describePart(answer)}: is it bound to a DogpileLock?`);
}
