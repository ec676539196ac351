import { LONGEST_DELAY } from "../promises.js";

const [FIRST_PAUSE, LONGEST_PAUSE, FACTOR, SPREAD] = [25, 250, 1.5, 0.2];

const RELEASE = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("DEL", KEYS[1]) end return 0';
const RENEW = 'if redis.call("GET", KEYS[1]) == ARGV[1] then return redis.call("PEXPIRE", KEYS[1], ARGV[2]) end return 0';

/** A lock of one name, as redis-py has it: a key with the token of its holder, which ends by itself when its holder is dead. */
export class RedisMutex {
  #client;
  #name;
  #lease;
  #token;
  #renewal;

  /** @param {import("./clients.js").Client} client; `lease`: in milliseconds. */
  constructor(client, name, lease) {
    this.#client = client;
    this.#name = name;
    this.#lease = lease;
  }

  /**
   * @param {boolean} [wait]
   * @param {{ signal?: AbortSignal | undefined }} [options]
   */
  async acquire(wait = true, { signal } = {}) {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * FACTOR, LONGEST_PAUSE)) {
      signal?.throwIfAborted();
      if (await this.#take(signal)) return true;
      if (!wait) return false;
      const spread = 1 - SPREAD + 2 * SPREAD * Math.random();
      await unlessAborted(new Promise((resolve) => setTimeout(resolve, pause * spread)), signal);
    }
  }

  async release() {
    const token = this.#token;
    if (token === undefined) return;
    this.#token = undefined;
    clearInterval(this.#renewal);
    await this.#run(RELEASE, token);
  }

  async locked() {
    return Number(await this.#client.exists(this.#name)) > 0;
  }

  /** Tries once. A token whose fate is not known is released, and once more when the answer comes: over HTTP the second may be the first. */
  async #take(signal) {
    const token = crypto.randomUUID();
    const asked = Promise.resolve(this.#client.setIfAbsent(this.#name, token, this.#lease));
    try {
      if (!(await unlessAborted(asked, signal))) return false;
    } catch (error) {
      const forget = () => this.#run(RELEASE, token).catch(() => {});
      forget();
      asked.then(forget, () => {});
      throw error;
    }
    this.#token = token;
    this.#renewal = this.#keepRenewing(token);
    return true;
  }

  /** On Workers it ends with the request, elsewhere with the process: the lease of who is dead is not renewed. */
  #keepRenewing(token) {
    let isAsking = false;
    const renew = async () => {
      if (isAsking) return; // it hangs: no queue of renewals
      isAsking = true;
      const left = await this.#run(RENEW, token, String(this.#lease)).catch(() => 1); // perhaps the next one is answered
      isAsking = false;
      if (Number(left) === 0) clearInterval(renewal); // somebody else may have it
    };
    /** @type {any} A number, but in Node. */
    const renewal = setInterval(renew, Math.min(this.#lease / 3, LONGEST_DELAY));
    renewal.unref?.();
    return renewal;
  }

  async #run(script, ...args) {
    return this.#client.run(script, this.#name, args);
  }
}

/** The promise's outcome, or the signal's reason if that comes first. */
function unlessAborted(promise, signal) {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const leave = () => reject(signal.reason);
    signal.addEventListener("abort", leave);
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", leave));
    if (signal.aborted) leave();
  });
}
