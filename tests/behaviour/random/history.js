import { TagHistory } from "./tags.js";
import { IMPATIENT } from "./world.js";

/** A value that was set or created, and what became of it. */
export class Value {
  /** When its creator settled, was given up, or was told that nobody waits. */
  settled = Infinity;
  superseded = Infinity;
  aborted = Infinity;
  /** Whether it may be stored; whether its write is over, or there is none. */
  isStorable = true;
  isWritten = false;
  /** Whether it was stored without asking whether others have invalidated it. */
  isDeaf = false;
  /** When its tags were named, and those that a record of it was stored with. */
  named = new Map();
  stored;

  constructor(id, key, facts) {
    Object.assign(this, { id, key }, facts);
  }

  get isCreated() {
    return this.call !== undefined;
  }

  toString() {
    return `${this.key}${this.id}`;
  }
}

/** What has happened to the keys of each realm, and what may therefore not happen any more. Realms are regions over one store. */
export class History {
  #world;
  #values = [];
  #fences = [];
  /** `set`, `delete`, hard invalidations, new stores: what has resolved, and when it was called. */
  #barriers = [];
  #writes = [];
  calls = [];
  realms = [];
  /** What runners were asked for: when, by which realm, whether they have released. */
  handovers = [];
  /** The creations that an error was thrown for. */
  failures = new Map();

  constructor(world) {
    this.#world = world;
    this.tags = new TagHistory(world);
  }

  value(key, facts) {
    const value = new Value(this.#values.length, key, { begun: this.#world.tick(), seconds: this.#world.seconds, ...facts });
    this.#values.push(value);
    return value;
  }

  /** The value that a payload stands for. */
  valueOf(payload) {
    return this.#values[payload?.id];
  }

  /** The value in what a backend holds: a record, or what JSON made of one. */
  valueIn(stored) {
    const payload = typeof stored === "string" ? JSON.parse(stored.slice(stored.indexOf("|") + 1)) : stored?.payload;
    return this.valueOf(payload);
  }

  /** The tags that a record carries. */
  tagsIn(stored) {
    const { tags = [] } = typeof stored === "string" ? JSON.parse(stored.slice(0, stored.indexOf("|"))) : stored.metadata;
    return new Set(tags);
  }

  /** The creations of a key that fulfil a condition. */
  creations(key, condition) {
    return this.#values.filter((value) => value.key === key && value.isCreated && condition(value));
  }

  /** `set` and `delete`, called now. Gives back what to call when it has resolved. */
  write(realm, keys, values) {
    const { backend } = realm;
    const realms = this.realms.filter((each) => each.backend === backend); // which may have another one later
    const write = { realm, realms, keys, values, at: this.#world.tick(), backend };
    for (const value of values ?? []) value.begun = write.at;
    this.#fences.push({ realms, keys, at: write.at, fencesReads: true, isWrite: true });
    this.#writes.push(write);
    return () => {
      write.succeeded = true;
      this.#barriers.push({ ...write, resolved: this.#world.tick() });
    };
  }

  /** A realm's own `invalidate`, called now. */
  fenceCreations(realm) {
    this.#fences.push({ realms: [realm], keys: realm.keys, at: this.#world.tick() });
  }

  /** A realm hears, now, that all was invalidated. */
  invalidate(realm, { hard, at, realm: origin }) {
    const [keys, heardAt] = [realm.keys, this.#world.tick()];
    this.#world.log(() => `${realm} hears of an invalidation${hard ? ", a hard one" : ""}`);
    this.#fences.push({ realms: [realm], keys, at: heardAt, before: at });
    if (hard) this.#barriers.push({ realm, keys, at, resolved: heardAt, isInvalidation: true, origin });
  }

  /** A realm was configured anew. */
  replace(realm, isNew) {
    const at = this.#world.tick();
    this.#fences.push({ realms: [realm], keys: realm.keys, at, fencesReads: true });
    if (isNew) this.#barriers.push({ realm, keys: realm.keys, at, resolved: at });
  }

  /** The creations whose creator has not settled. */
  running() {
    return this.#values.filter((value) => value.isCreated && value.settled === Infinity);
  }

  /** Whether a hard invalidation may have ended a value. */
  isGone(value, realm) {
    return this.tags.mayEnd(value) || this.#barriers.some((barrier) => barrier.isInvalidation && barrier.realm === realm && barrier.resolved > value.begun);
  }

  /** What fences a value's creation off, or one that was led since `at`, before `until`. */
  fencesOf({ realm, key, begun, handover }, until = Infinity) {
    const from = handover?.at ?? begun;
    const counts = ({ realms, keys, at, before = Infinity }) => realms.includes(realm) && keys.includes(key) && at > from && at < until && begun < before;
    return this.#fences.filter(counts);
  }

  /** Whether it is fenced, or may be by a tag. */
  mayBeFenced(value) {
    return this.isFenced(value) || this.tags.mayEnd(value);
  }

  /** Whether a call is the only one that has asked its realm for a key, so that it shares nothing that began before it came. */
  isAlone(call, key) {
    const isEarlier = (other) => other.realm === call.realm && other.keys.includes(key) && other.came < call.came;
    const isOver = ({ abortedAt, settledAt, timeout }) => settledAt < call.came && abortedAt === Infinity && timeout === Infinity;
    return this.calls.every((other) => !isEarlier(other) || isOver(other));
  }

  isWrittenSince(value) {
    return this.fencesOf(value).some(({ isWrite }) => isWrite);
  }

  isFenced(value, until) {
    return this.fencesOf(value, until).length > 0;
  }

  /** Whether it was fenced off by its own realm. Of others a realm hears when it asks. */
  isFencedAtOnce(value) {
    return this.fencesOf(value).some(({ before }) => before === undefined);
  }

  /** Whether calls of more than one realm were made. */
  get isShared() {
    return this.calls.some(({ realm }) => realm !== this.calls[0].realm);
  }

  /** How often a read that a call may have shared was fenced off. */
  fencedReads({ realm, came }, key) {
    return this.fencesOf({ realm, key, begun: came }).filter(({ fencesReads }) => fencesReads).length;
  }

  /** Whether it may be given up: it has had the shortest time that anyone has patience for. */
  isOverdue({ handover, seconds }) {
    return this.#world.isTimed && this.#world.seconds - (handover?.seconds ?? seconds) >= IMPATIENT;
  }

  /** Whether nobody else may create the key meanwhile. */
  holds(value) {
    const { aborted, handover, isStorable, isWritten, mayBeLost, settled } = value;
    // Whether nobody waits any more is known only where the creator is told.
    if (!value.hasSignal && value.call.abortedAt < Infinity) return false;
    if (mayBeLost || this.mayBeFenced(value) || this.isOverdue(value) || aborted < Infinity || handover?.released) return false;
    return settled === Infinity || (isStorable && !isWritten);
  }

  /** Somebody has given up a creation, or a runner that has yet to begin one. Which one is known only where there is no choice. */
  takeOver(realm, key) {
    const running = this.creations(key, (value) => value.realm === realm && value.settled === Infinity && this.isOverdue(value));
    const isHeld = (handover) => handover.realm === realm && handover.key === key && !handover.released && this.isOverdue({ handover });
    const held = this.handovers.filter((handover) => isHeld(handover) && !running.some((value) => value.handover === handover));
    if (running.length === 1 && held.length === 0) running[0].superseded = this.#world.tick();
  }

  /** What stands in the way of a call's getting this value for a key: a write or an invalidation that it must have heard of. */
  barrierBefore(value, { realm, came }) {
    return this.#barriers.find(({ keys, at, resolved, realm: where, isInvalidation, origin }) => {
      if (where !== realm || !keys.includes(value.key) || resolved >= came || value.begun >= at) return false;
      if (value.realm === realm) return !(value.isDeaf && isInvalidation && origin !== realm);
      return isInvalidation && this.#world.strategy !== "own" && !value.isDeaf;
    });
  }

  /** Whether a store may hold this value, or nothing, in the end: what the last write by call order did, or what was begun after it. */
  mayRemain(store, key, value) {
    const writes = this.#writes.filter((write) => write.backend.store === store && write.keys.includes(key));
    if (value?.isCreated) return writes.every(({ realms, succeeded, at }) => !realms.includes(value.realm) || !succeeded || at < value.begun);
    if (writes.length === 0) return value === undefined;
    const backends = new Set(writes.map(({ backend }) => backend));
    return [...backends].some((own) =>
      isLeftBy(
        writes.filter(({ backend }) => backend === own),
        value,
      ),
    );
  }
}

/** Whether the last of these writes that succeeded, or a later one, has this effect. */
function isLeftBy(line, value) {
  const last = line.findLastIndex(({ succeeded }) => succeeded);
  if (last < 0 && value === undefined) return true;
  return line.slice(Math.max(last, 0)).some(({ values }) => (value === undefined ? values === undefined : values?.includes(value)));
}
