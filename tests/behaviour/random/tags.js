import * as dogpile from "dogpile";

/** The tags of values, and one that is named when it is too late. */
const CHOICES = [undefined, ["x"], ["y"], ["x", "y"]];
const PREFIX = "dogpile:tag:";
export const TOO_LATE = "too late";

/** What was invalidated by tags, in the order of a world's ticks: a value that was begun before it and carries one of the tags has ended. */
export class TagHistory {
  #world;
  #events = [];
  /** The tags of which a writer has replaced a later time of another by its own, which it had sent before: the other writes it again at its next read. */
  lost = new Set();

  constructor(world) {
    this.#world = world;
  }

  /** Called now. Gives back what to call when everybody was told. */
  invalidate(realm, tags, hard) {
    const event = { realm, tags, hard, at: this.#world.tick(), resolved: Infinity };
    this.#events.push(event);
    return () => (event.resolved = this.#world.tick());
  }

  /** Somebody has given a value tags. */
  name(value, tags) {
    const at = this.#world.tick();
    for (const tag of tags ?? []) if (!value.named.has(tag)) value.named.set(tag, at);
  }

  /** What has ended a value, or made it stale, for a call, for sure. `alone`: whether nobody else has asked for the key, whose read it could share. */
  endOf(value, call, { hard, alone }) {
    const carries = (tag) => value.stored?.tags.has(tag) || value.named.get(tag) < call.came;
    const isJoined = value.realm === call.realm && value.isCreated && value.settled > call.came;
    const knows = (event) => this.#isKnown(event, call.realm, call.came, !isJoined && alone);
    return this.#events.find((event) => event.at > value.begun && (event.hard || !hard) && event.tags.some(carries) && knows(event));
  }

  /** What has ended a value that was created, so that it must not be stored. */
  endOfStored(value) {
    const knows = (event) => this.#isKnown(event, value.realm, Infinity, event.resolved < value.settled);
    return this.#events.find((event) => event.at > value.begun && event.tags.some((tag) => value.stored.tags.has(tag)) && knows(event));
  }

  /** Whether a value, or its creation, may have been ended. */
  mayEnd({ begun, handover }) {
    return this.#events.some(({ at }) => at > (handover?.at ?? begun));
  }

  /** Whether a realm has heard of an invalidation: of its own at once, of others' when it asks, which it does before it uses what it reads. */
  #isKnown({ realm, tags, at, resolved }, own, until, asks) {
    if (this.#world.tagging === "shared" || realm === own) return at < until;
    return this.#world.tagging === "asked" && asks && resolved < until && !tags.some((tag) => this.lost.has(tag));
  }
}

/** For each realm what keeps the times of tags: one for all, or one each over a store that they share. */
export function makeTagInvalidators(world, history, realms) {
  if (world.tagging === "none") return realms.map(() => undefined);
  if (world.tagging === "shared") {
    const shared = new dogpile.TagInvalidation();
    return realms.map(() => shared);
  }
  const store = new TagStore(world, history.tags.lost);
  return realms.map(() => new dogpile.StoredTagInvalidation(store, { refresh: world.tagging === "asked" ? 0 : 3 }));
}

export const someTags = ({ plan, tagging }) => (tagging === "none" ? undefined : plan.pick(CHOICES));

/** Keeps the records of tags. Where time passes it answers at once: who has waited for too long goes on without. */
class TagStore {
  #world;
  #lost;
  #records = new Map();

  constructor(world, lost) {
    this.#world = world;
    this.#lost = lost;
  }

  get(key) {
    return this.#answer(`read ${key}`, () => this.#records.get(key));
  }

  set(key, stored) {
    return this.#answer(`write ${key}`, () => {
      const before = this.#records.get(key)?.payload;
      const isLater = (kind) => (before?.[kind] ?? -Infinity) > (stored.payload[kind] ?? -Infinity);
      if (isLater("hard") || isLater("soft")) this.#lost.add(key.slice(PREFIX.length));
      this.#records.set(key, stored);
    });
  }

  delete(key) {
    return this.#answer(`delete ${key}`, () => void this.#records.delete(key));
  }

  #answer(what, act) {
    return this.#world.isTimed ? act() : this.#world.operation(what, act, { fails: 0, hangs: 0 });
  }
}
