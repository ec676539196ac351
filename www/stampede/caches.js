// One report behind two caches: `prepare` brings about a situation, `ask` answers with the value and how it was come by.
import { createRegion, MemoryBackend } from "dogpile";

const KEY = "report";
const EXPIRATION = 60; // seconds

/** What the key is like when the callers come. */
export const situations = {
  cold: "Cold: nothing is cached",
  stale: "Stale: the value has expired",
  invalidated: "Invalidated: nobody may get the old value",
};

export class WithDogpile {
  #origin;
  #later = 0;
  #region = createRegion({
    backend: new MemoryBackend(),
    expirationTime: EXPIRATION,
    clock: () => Date.now() / 1000 + this.#later,
  });

  constructor(origin) {
    this.#origin = origin;
  }

  async prepare(situation) {
    if (situation === "cold") return;
    await this.#region.set(KEY, "an old report");
    this.#later += EXPIRATION + 1;
    if (situation === "invalidated") await this.#region.invalidate();
  }

  async ask() {
    const { payload, state } = await this.#region.getOrCreateEntry(KEY, () => this.#origin.report());
    return { payload, part: state === "coalesced" ? "waited" : state };
  }
}

/** What many write first: look, and where there is nothing, create. */
export class WithoutDogpile {
  #origin;
  #records = new Map();

  constructor(origin) {
    this.#origin = origin;
  }

  async prepare(situation) {
    if (situation === "stale") this.#records.set(KEY, { payload: "an old report", expires: Date.now() });
  }

  async ask() {
    const record = this.#records.get(KEY);
    if (record !== undefined && record.expires > Date.now()) return { payload: record.payload, part: "fresh" };
    const payload = await this.#origin.report();
    this.#records.set(KEY, { payload, expires: Date.now() + EXPIRATION * 1000 });
    return { payload, part: "created" };
  }
}
