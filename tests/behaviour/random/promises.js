import { TOO_LATE } from "./tags.js";

/** What a region promises, checked as things happen. What is broken is noted in the world. */
export class Promises {
  #world;
  #history;

  constructor(world, history) {
    this.#world = world;
    this.#history = history;
  }

  /** A creator was called for these keys of a call: once each, and nobody else creates them, unless he was fenced off or given up. */
  mayBegin(call, values) {
    for (const value of values) {
      // What a runner was handed may have been fenced off since, and what was read twice in vain is created, but not to be stored.
      const isLateRun =
        value.handover !== undefined && (value.handover.released === true || this.#history.mayBeFenced(value) || this.#history.isOverdue(value));
      value.mayBeLost = isLateRun || this.#history.fencedReads(call, value.key) > 1;
      const rivals = this.#history.creations(value.key, (other) => other !== value && this.#excludes(other, value) && this.#history.holds(other));
      this.#world.expect(value.mayBeLost || rivals.length === 0, "one creation of a key at a time", value, "besides", ...rivals);
      const own = this.#history.creations(value.key, (other) => other.call === call && (other === value || !this.#history.isOverdue(other)));
      this.#world.expect(own.length === 1, "a call creates a key once", ...own);
    }
  }

  /** In a realm always; from realm to realm where a lock that works reaches both. */
  #excludes(other, { realm }) {
    if (other.realm === realm) return true;
    return this.#world.locks === "healthy" && !this.#world.isTimed && other.realm.backend.store === realm.backend.store;
  }

  /** A key is read while so many reads of it are under way, this one included: those who create share one, unless it may be out of date. */
  mayRead(key, underWay) {
    const { calls, isShared } = this.#history;
    if (this.#world.mayExpire || isShared) return;
    const own = calls.filter(({ creates, isSettled, keys }) => !creates && !isSettled && keys.includes(key)).length;
    this.#world.expect(underWay <= 1 + own, "a read is shared", key, `is read ${underWay} times at once`);
  }

  /** Gives back the value that a backend is about to store. */
  mayBeStored(stored) {
    const value = this.#history.valueIn(stored);
    const { aborted, superseded, handover, isStorable, realm, settled } = value;
    this.#world.expect(isStorable, "what was not to be stored is not", value);
    const isGivenUp = Math.min(aborted, superseded) < Infinity || handover?.released;
    if (value.isCreated) this.#world.expect(!isGivenUp && !this.#history.isFenced(value), "what was fenced off is not stored", value);
    this.#checkTags(value, stored);
    const hasAsked = !value.isCreated || realm.strategy === undefined || realm.strategy.wasAskedSince(settled);
    this.#world.expect(hasAsked, "a strategy is asked for news before a value is stored", value);
    value.isDeaf = value.isCreated && realm.strategy?.isRemote === true && realm.strategy.askedAt < settled;
    return value;
  }

  /** A record has the tags that were named for it, and none that was named too late, and no tag has ended it. */
  #checkTags(value, stored) {
    const tags = this.#history.tagsIn(stored);
    value.stored = { tags };
    const isComplete = [...value.named.keys()].every((tag) => tags.has(tag)) && !tags.has(TOO_LATE);
    this.#world.expect(isComplete, "a value has the tags that were named for it", value, "has", ...tags);
    const end = value.isCreated ? this.#history.tags.endOfStored(value) : undefined;
    this.#world.expect(end === undefined, "what a tag has ended is not stored", value, "of before", end?.at);
  }

  /** What a tag has ended is not served; what it has made stale is not served as fresh. */
  mayBeServedByTags(value, call, isFresh) {
    const end = this.#history.tags.endOf(value, call, { hard: !isFresh, alone: this.#history.isAlone(call, value.key) });
    this.#world.expect(end === undefined, "what a tag has ended is not served", `${call} got`, value, isFresh ? "as fresh" : "", "of before", end?.at);
  }

  /** A call got this payload for a key. Gives back its value. */
  mayBeServed(payload, key, call) {
    const value = this.#history.valueOf(payload);
    const expect = (holds, promise, ...details) => this.#world.expect(holds, promise, `${call} got`, value, ...details);
    expect(value?.key === key && payload.key === key, "a key's value is its own", key);
    if (value === undefined) return undefined;
    const { strategy } = call.realm;
    expect(strategy === undefined || strategy.wasAskedSince(call.came), "a strategy is asked for news before a value is served");
    expect(!this.#isEnded(value, call), "nobody joins what was fenced off or given up");
    const barrier = this.#history.barrierBefore(value, call);
    expect(barrier === undefined, "what was there before a write or an invalidation is not served after it", "of before", barrier?.at);
    this.mayBeServedByTags(value, call, !call.creates);
    return value;
  }

  /** Whether a creation was over for newcomers, though its creator still ran, when a call came. */
  #isEnded(value, { came }) {
    const { aborted, superseded, settled } = value;
    return value.isCreated && (this.#history.isFenced(value, Math.min(settled, came)) || Math.min(aborted, superseded) < came);
  }

  /** A call was rejected: with its signal's reason, what its creator threw, or for want of time. */
  mayFail(error, call) {
    const isKnown = this.#isReason(error, call) || this.#isCreatorsError(error, call) || this.#isWantOfTime(error, call) || this.#isOthers(error, call);
    this.#world.expect(isKnown, "a call is rejected only with what was thrown, or for want of time", call, "with", error);
  }

  #isReason(error, { signal }) {
    return signal?.aborted === true && error === signal.reason;
  }

  /** What a backend or a strategy threw; in `getOrCreate*` only if the region is to tell. A nested call may ask for what it creates itself. */
  #isOthers(error, { creates, isNested }) {
    if (!creates) return error?.message === "backend" || error?.code === "TIMEOUT";
    return (this.#world.throws && error?.code === "BACKEND") || (isNested && error?.code === "REENTRANT");
  }

  /** A creator's error is for those who waited for it; that of a creation that was given up is for nobody; a stale value may be good enough. */
  #isCreatorsError(error, call) {
    const { keys, staleIfError } = call;
    const failed = this.#history.failures.get(error)?.filter(({ key, realm }) => keys.includes(key) && realm === call.realm) ?? [];
    if (!failed.some((value) => !this.#isEnded(value, call) && value.superseded === Infinity)) return false;
    const isServable = staleIfError !== undefined && failed.some((value) => this.#replacesStale(value, call));
    return !isServable;
  }

  /** Whether a call led a creation that knows of a value that is still good enough when there is none better. */
  #replacesStale(value, call) {
    const { call: leader, replaced } = value;
    if (leader !== call || call.forceRefresh || replaced === undefined || this.#history.isGone(replaced, call.realm)) return false;
    return !this.#history.isWrittenSince(value); // what was written since has replaced it
  }

  /** Its own time limit, or a creation that has had its time. */
  #isWantOfTime(error, call) {
    if (error?.code !== "TIMEOUT" || !this.#world.isTimed) return false;
    const isOver = this.#world.seconds >= call.seconds + call.timeout;
    const overdue = call.keys.some((key) => this.#history.creations(key, (value) => value.realm === call.realm && this.#history.isOverdue(value)).length > 0);
    if (!isOver) return overdue;
    const isInTime = ({ seconds }) => seconds < call.seconds + call.timeout;
    return this.#history.creations(call.keys[0], (value) => isInTime(value) && this.#replacesStale(value, call)).length === 0;
  }

  /** A creation was told that nobody waits for it any more: everyone who waited was detached by his signal. */
  mayAbort(values) {
    for (const value of values.filter(({ settled }) => settled === Infinity)) {
      const { call, handover } = value;
      this.#world.expect(handover === undefined && call.abortedAt < Infinity, "a creation goes on while its leader waits", value, "of", call);
      if (value.mayBeLost || this.#history.mayBeFenced(value) || this.#history.isOverdue(value)) continue;
      const waiting = this.#history.calls.filter((other) => this.#waitsFor(other, value));
      this.#world.expect(waiting.length === 0, "a creation goes on while anyone waits", value, "for", ...waiting);
    }
  }

  /** For sure: a single call that nothing else can keep. */
  #waitsFor(call, { begun, key, realm }) {
    if (call.realm !== realm || call.isSettled || call.abortedAt < Infinity || call.isMulti || !call.creates || call.keys[0] !== key) return false;
    return (
      this.#world.calmAt > Math.max(begun, call.came) &&
      !this.#history.mayBeFenced({ realm, key, begun: Math.min(begun, call.came) }) &&
      realm.strategy?.isRemote !== true
    );
  }

  /** Everything that can run has run: who was detached has gone, whose time was up is served, and what nobody waits for was told so. */
  checkCalm() {
    for (const call of this.#history.calls.filter(({ isSettled }) => !isSettled)) {
      this.#world.expect(call.abortedAt === Infinity, "a signal detaches at once", call);
      this.#world.expect(this.#world.seconds < call.seconds + call.timeout, "a call is over within its timeout", call);
    }
    for (const value of this.#history.running()) {
      this.#checkLock(value);
      const isUnwanted = value.group.every((each) => each.settled === Infinity && this.#isUnwanted(each));
      this.#world.expect(!isUnwanted || value.aborted < Infinity || !value.hasSignal, "a creation that nobody waits for is told so", value);
    }
  }

  /** What is fenced off lets its lock go at once; nobody else can have it who does not create. */
  #checkLock(value) {
    const { begun, call, handover, key, realm } = value;
    if (handover !== undefined || !this.#history.isFencedAtOnce(value) || this.#history.isShared) return;
    const isOver = ({ settledAt, timeout }) => settledAt < begun && timeout === Infinity; // who ran out of time may still have it created
    const isElse = (other) => other !== call && other.creates && other.keys.includes(key) && !isOver(other);
    const holder = realm.backend.store.locks.get(key)?.holder;
    const mayBeKept = holder === undefined || !holder.isKept || this.#history.calls.some(isElse);
    this.#world.expect(mayBeKept, "what was fenced off lets its lock go", value);
  }

  /** For sure: nobody can wait, or have begun to, who was not detached by his signal. A time limit that has passed keeps a creation alive. */
  #isUnwanted(value) {
    const { begun, call, key, handover, realm } = value;
    if (handover !== undefined || call.abortedAt === Infinity || this.#history.isOverdue(value) || this.#history.mayBeFenced(value)) return false;
    const others = this.#history.calls.filter((other) => other.realm === realm && other.creates && other.keys.includes(key));
    if (others.some(({ isSettled, timeout }) => isSettled && timeout < Infinity)) return false;
    // It may have been led in place of one that was given up.
    if (this.#history.creations(key, (other) => other.realm === realm && this.#history.isOverdue(other) && other.settled > begun).length > 0) return false;
    const isServed = ({ isMulti, isSettled, came }) => !isMulti && isSettled && came > begun;
    return others.every((other) => other.settledAt < call.came || other.abortedAt < Infinity || isServed(other));
  }

  /** What a call began is kept alive while its creator runs. */
  mayEnd(call, [{ handover }]) {
    if (call.kept !== undefined && handover === undefined) this.#world.expect(call.kept.pending > 0, "what a call has begun is kept alive", call);
  }

  /** A forced refresh is content with what was created, or else with what there is when there is no time, or when the creator fails. */
  mayBeTheAnswer(values, { forceRefresh, timeout, staleIfError }) {
    if (!forceRefresh || timeout < Infinity || staleIfError !== undefined || this.#world.locks !== "none") return;
    this.#world.expect(
      values.every(({ isCreated }) => isCreated),
      "a forced refresh creates",
      ...values,
    );
  }

  /** A call leads a key once, and reads it once more than it is fenced off, and once more under each lock that it asks for. */
  checkCosts({ backend }, key, realms) {
    const { isTimed, locks, mayExpire } = this.#world;
    if (isTimed) return;
    const asked = this.#history.calls.filter(({ keys }) => keys.includes(key)).length;
    const locked = backend.store.locks.get(key)?.asked ?? 0;
    const read = backend.store.reads.get(key) ?? 0;
    this.#world.expect(read <= 2 * (asked + locked), "no more reads than it takes", key, `asked for ${asked}, read ${read} times`);
    const created = this.#history.creations(key, () => true);
    const most = locks === "healthy" ? 1 : realms.length;
    this.#world.expect(mayExpire || created.length <= most, "no more creations than it takes", ...created);
  }
}
