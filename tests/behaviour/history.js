import { IMPATIENT } from "./simulation.js";

/** What has happened to the keys of one region, and what may therefore not happen any more. */
export class History {
  /** Creations whose creator runs or whose value is being written. */
  #running = new Set();
  #fences = [];
  /** `set`, `delete`, hard invalidations, new stores: what has resolved, and when it was called. */
  #barriers = [];
  #writes = [];
  asked = new Map();
  created = new Map();
  backend;

  constructor(world) {
    this.world = world;
  }

  /** Called when a write, an invalidation or a new configuration is; gives back what to call when it has resolved. */
  fence(keys, { bars = true, fencesReads = true, ...write } = {}) {
    const event = { keys, at: this.world.tick(), fencesReads, ...write };
    this.#fences.push(event);
    if ("value" in write) this.#writes.push(event);
    if (write.value !== undefined) for (const payload of write.value) payload.begun = event.at;
    return () => {
      event.succeeded = true;
      if (bars) this.#barriers.push({ ...event, resolved: this.world.tick() });
    };
  }

  #fencesSince(key, at) {
    return this.#fences.filter((fence) => fence.keys.includes(key) && fence.at > at);
  }

  /** A creator was called, for a call that came at `came`: nobody else creates the key, unless he was fenced off or given up. */
  begin(key, came) {
    const { world } = this;
    const isFenced = this.#fencesSince(key, came).filter(({ fencesReads }) => fencesReads).length > 1; // perhaps
    const rivals = [...this.#running].filter((other) => other.key === key && this.#holds(other));
    world.expect(isFenced || rivals.length === 0, "a second creation of", key, "by a call of", came);
    const creation = { key, kind: "created", came, begun: world.tick(), seconds: world.seconds, isFenced };
    this.#running.add(creation);
    this.created.set(key, (this.created.get(key) ?? 0) + 1);
    return creation;
  }

  /** Whether a call that came at `came` has a creator that has not settled. */
  isCreating(came) {
    return [...this.#running].some((creation) => creation.came === came && creation.settled === undefined);
  }

  /** Somebody has given up a creation. Which one is known only where there is no choice. */
  takeOver(key) {
    const late = [...this.#running].filter((creation) => creation.key === key && creation.settled === undefined && this.#isOverdue(creation));
    if (late.length === 1) late[0].deposed = this.world.tick();
  }

  #isOverdue({ seconds }) {
    return this.world.isTimed && this.world.seconds - seconds >= IMPATIENT;
  }

  #holds(creation) {
    const { key, isFenced, begun, settled, isStorable } = creation;
    if (isFenced || this.#isOverdue(creation) || this.#fencesSince(key, begun).length > 0) return false;
    return settled === undefined || (isStorable && this.backend.writing.has(creation));
  }

  settle(creation, isStorable) {
    Object.assign(creation, { settled: this.world.tick(), isStorable });
    return creation;
  }

  /** Whether it was fenced off while its creator ran, before `at`. */
  #wasFenced({ key, kind, begun, settled = Infinity }, at) {
    return kind === "created" && this.#fencesSince(key, begun).some((fence) => fence.at < settled && fence.at < at);
  }

  mayBeStored(payload) {
    const { deposed, isStorable = true } = payload;
    this.world.expect(isStorable, "stored, though it was not to be:", show(payload));
    this.world.expect(deposed === undefined && !this.#wasFenced(payload, Infinity), "stored, though it was fenced off:", show(payload));
  }

  /** A call that came at `came` got this for a key. */
  mayBeServed(payload, key, came) {
    const { world } = this;
    world.expect(payload?.key === key, key, "was answered with", show(payload));
    world.expect(!this.#wasFenced(payload, came), "a call of", came, "joined what was fenced off:", show(payload));
    world.expect(!(payload.deposed < came), `a call of ${came} got`, show(payload), "which had been given up");
    for (const { keys, at, resolved } of this.#barriers) {
      if (keys.includes(key) && resolved < came) world.expect(payload.begun >= at, `a call of ${came} got`, show(payload), "of before", at);
    }
  }

  /** The store holds what the last write by call order did, or what was begun after it. */
  checkStore(key) {
    const writes = this.#writes.filter((write) => write.keys.includes(key) && write.backend === this.backend);
    const last = writes.findLast(({ succeeded }) => succeeded);
    const since = writes.filter(({ at }) => at >= (last?.at ?? 0));
    const held = this.backend.store.get(key)?.payload;
    if (held === undefined) return this.world.expect(last === undefined || since.some(({ value }) => value === undefined), key, "is lost");
    const isEffect = since.some(({ value }) => value?.includes(held));
    const isLater = held.kind === "created" && held.begun > (last?.at ?? 0);
    this.world.expect(isEffect || isLater, "in the end", key, "holds", show(held), "of before", last?.at);
  }

  ask(key) {
    this.asked.set(key, (this.asked.get(key) ?? 0) + 1);
  }
}

const show = (payload) => JSON.stringify(payload);
