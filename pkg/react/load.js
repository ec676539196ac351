import { isServer } from "./refetch.js";

/** One call of the region: what its creator comes to, also where the caller has got a stale value by then. */
export class Load {
  #creator;
  #began;
  #works = [];
  /** `{ created }` and `{ thrown }`, once there is one. */
  value;
  error;

  constructor(creator, began) {
    this.#creator = creator;
    this.#began = began;
  }

  /** Stale values come at once. On a server `waitUntil` is the platform's. */
  get options() {
    return { staleWhileRevalidate: true, waitUntil: isServer ? undefined : (work) => void this.#works.push(work) };
  }

  /** Never rejects. */
  get ended() {
    return Promise.all(this.#works);
  }

  create = async (context) => {
    this.#began();
    const creator = this.#creator;
    this.error = undefined; // of an attempt before
    try {
      const created = await creator(context);
      this.value = { created };
      return created;
    } catch (thrown) {
      this.error = { thrown };
      throw thrown;
    }
  };
}
