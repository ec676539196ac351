// A thousand concurrent callers of one key, for the terminal and for the page.
import { createRegion, MemoryBackend } from "dogpile";

export const CALLERS = 1_000;
export const EXPIRATION = 1; // seconds
const KEY = "report";

/** What the key is like when the callers come. */
export const situations = {
  cold: { title: "Cold: nothing is cached", prepare: (demo) => demo.forget() },
  stale: { title: `Stale: the value is older than ${EXPIRATION} s`, prepare: (demo) => demo.expire() },
  invalidated: { title: "Invalidated: nobody may get an old value", prepare: (demo) => demo.invalidate() },
};

/** One region over memory, whose value stays from one stampede to the next. */
export class Demo {
  #region = createRegion({ backend: new MemoryBackend(), expirationTime: EXPIRATION });
  #reports = 0;
  #creatorTakes;

  /** `creatorTakes`: milliseconds. */
  constructor(creatorTakes) {
    this.#creatorTakes = creatorTakes;
  }

  forget() {
    return this.#region.delete(KEY);
  }

  async expire() {
    await this.#ensureValue();
    const { age } = await this.#region.getValueMetadata(KEY, { ignoreExpiration: true });
    await sleep((EXPIRATION - age) * 1000 + 10);
  }

  async invalidate() {
    await this.#ensureValue();
    await this.#region.invalidate();
  }

  /**
   * All callers at once: how often the creator ran, and what each of them got.
   *
   * `onCreate(caller)` and `onAnswer(caller, answer)` tell when it happens; a caller is a number.
   */
  async stampede({ onCreate = () => {}, onAnswer = () => {} } = {}) {
    let runs = 0;
    const call = async (caller) => {
      const start = performance.now();
      let creates = false;
      const { payload, state } = await this.#region.getOrCreateEntry(KEY, () => {
        runs += 1;
        creates = true;
        onCreate(caller);
        return this.#create();
      });
      const answer = { payload, part: partOf(state, creates), milliseconds: performance.now() - start };
      onAnswer(caller, answer);
      return answer;
    };
    const answers = await Promise.all(Array.from({ length: CALLERS }, (_, caller) => call(caller)));
    return { runs, answers };
  }

  async #create() {
    await sleep(this.#creatorTakes);
    return this.#next();
  }

  async #ensureValue() {
    const value = await this.#region.get(KEY, { ignoreExpiration: true });
    if (value === undefined) await this.#region.set(KEY, this.#next());
  }

  #next() {
    this.#reports += 1;
    return `report ${this.#reports}`;
  }
}

/** What a caller did: "created", "waited" for another caller's creation, or was served "stale" or "fresh". */
function partOf(state, creates) {
  if (state !== "created") return state;
  return creates ? "created" : "waited";
}

export function times(count) {
  return count === 1 ? "once" : `${count} times`;
}

function sleep(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
