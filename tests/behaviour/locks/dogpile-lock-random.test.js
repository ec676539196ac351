// Random requests to a DogpileLock, many of them malformed: each is answered in the end, and nobody holds the lock beside another.
import { expect, test, vi } from "vitest";
import { DogpileLock } from "dogpile";
import { checkAfterEach, turns } from "../helpers.js";
import { Plan } from "../random/plan.js";

checkAfterEach();

const [LEASE, ROUND, STEPS] = [3_000, 20_000, 150];
const tokens = ["a", "b", "c", "d", "x".repeat(100)];
const odd = [
  null,
  true,
  0,
  -1,
  1.5,
  1e300,
  "",
  "text",
  "acquire",
  "x".repeat(101),
  "x".repeat(2 ** 20 + 1),
  [],
  ["a"],
  {},
  { token: "a" },
  JSON.parse('{"__proto__": {"token": "a"}}'),
  { toString: 1, valueOf: 1 },
];
const names = ["operation", "token", "wait", "round", "stored", "keep", "constructor", "toString"];

/** One lock under a seed, and what is known of it by its answers alone. */
class Run {
  #lock = new DogpileLock();
  #plan;
  #open = 0;
  #answers = [];
  /** `{ token, until }` */
  #holder;
  requests = 0;

  constructor(seed) {
    this.#plan = new Plan({ seed });
  }

  async play() {
    for (let step = 0; step < STEPS; step += 1) {
      if (this.#plan.chance(0.2)) await this.#pass(this.#plan.pick([0, 1, 50, LEASE - 1, LEASE, ROUND]));
      else await this.#send(this.#request());
    }
    await this.#pass(ROUND);
    expect(this.#open, "requests without an answer").toBe(0);
    await this.#pass(LEASE);
    expect(vi.getTimerCount(), "timers").toBe(0);
    await this.#send({ operation: "locked" });
  }

  #request() {
    const given = this.#wellFormed();
    if (this.#plan.chance(0.75)) return given;
    if (this.#plan.chance(0.2)) return this.#plan.chance(0.5) ? Promise.reject(new SyntaxError("no JSON")) : this.#plan.pick(odd);
    for (let count = 1 + this.#plan.below(2); count > 0; count -= 1) {
      const name = this.#plan.pick(names);
      if (this.#plan.chance(0.3)) delete given[name];
      else given[name] = this.#plan.pick(odd);
    }
    return given;
  }

  #wellFormed() {
    const operation = this.#plan.weigh({ acquire: 6, renew: 2, release: 3, supersede: 1, locked: 1 });
    const given = { operation, token: this.#plan.pick(tokens) };
    if (this.#plan.chance(0.7)) Object.assign(given, { wait: this.#plan.chance(0.8), round: this.#plan.pick([0, 5, 1_000, ROUND]) });
    if (this.#plan.chance(0.5)) Object.assign(given, { stored: this.#plan.pick([null, "", "text"]), keep: this.#plan.pick([0, 1, 86_400]) });
    return given;
  }

  async #send(given) {
    this.requests += 1;
    this.#open += 1;
    const sentAt = Date.now();
    const note = (response) => this.#answers.push({ given, response, at: Date.now(), sentAt });
    this.#lock.fetch({ json: async () => given }).then(note, note);
    await this.#hear();
  }

  async #pass(milliseconds) {
    await vi.advanceTimersByTimeAsync(milliseconds);
    await this.#hear();
  }

  async #hear() {
    await turns(20);
    const isRelease = ({ given }) => given?.operation === "release"; // its answer may come after that of whoever it has let in
    for (const { given, response, at, sentAt } of this.#answers.splice(0).sort((a, b) => a.at - b.at || isRelease(b) - isRelease(a))) {
      this.#open -= 1;
      expect(response).toBeInstanceOf(Response);
      expect([200, 400]).toContain(response.status);
      const text = await response.text();
      if (response.status === 400) expect(text).not.toBe("");
      else this.#check(given, JSON.parse(text), at);
      if (response.status === 200) expect(at - sentAt).toBeLessThanOrEqual(given.round ?? 0);
    }
  }

  #check({ operation, token }, answer, at) {
    const isHeld = at < this.#holder?.until;
    const isHeldByIt = isHeld && this.#holder.token === token;
    if (operation === "renew") expect(answer).toEqual({ held: isHeldByIt });
    if (operation === "locked") expect(answer).toMatchObject({ locked: isHeld });
    if (operation === "release" && isHeldByIt) this.#holder = undefined;
    if (!answer.granted && !answer.held) return;
    expect(isHeld && !isHeldByIt, "two holders").toBe(false);
    this.#holder = { token, until: at + LEASE };
  }
}

test("random requests are answered with 200 or 400, and granted to one at a time", async () => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "Date"] });
  let requests = 0;
  for (let seed = 1; seed <= 100; seed += 1) {
    const run = new Run(seed);
    await run.play().catch((error) => expect.fail(`seed ${seed}: ${error.stack}`));
    requests += run.requests;
  }
  expect(requests).toBeGreaterThan(10_000);
}, 60_000);
