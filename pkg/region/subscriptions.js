import { pending } from "../promises.js";

/** Who is told, in a moment, when what `getOrCreate` would give may have changed: by the key as the backend knows it. */
export class Subscriptions {
  #region;
  #byKey = new Map();

  constructor(region) {
    this.#region = region;
  }

  /** `key`: the user's name of it. Returns what ends the subscription. */
  add(key, listener) {
    const subscription = { key, mangled: undefined, listener };
    this.#enter(subscription, this.#region.setup.mangle(key));
    return () => this.#remove(subscription);
  }

  /** The keys as another configuration knows them: whatever the user's mangler throws, nothing has changed yet. */
  keysIn(setup) {
    return this.#of(undefined).map((subscription) => [subscription, setup.mangle(subscription.key)]);
  }

  /** The region has another backend, whose values may differ. */
  move(keys) {
    this.#byKey.clear();
    for (const [subscription, mangled] of keys) this.#enter(subscription, mangled);
    this.tell(undefined, "elsewhere");
  }

  /** Of one key, or of every key where that is `undefined`. What tells is in the middle of something: listeners are called when it has ended. */
  tell(mangled, why) {
    if (this.#of(mangled).length > 0) Promise.resolve().then(() => this.#of(mangled).forEach(({ listener }) => this.#call(listener, why)));
  }

  #of(mangled) {
    if (mangled !== undefined) return [...(this.#byKey.get(mangled) ?? [])];
    return [...this.#byKey.values()].flatMap((subscriptions) => [...subscriptions]);
  }

  /** There is one: what changes has to be told. */
  #enter(subscription, mangled) {
    const { host, invalidations } = this.#region;
    subscription.mangled = mangled;
    this.#byKey.set(mangled, (this.#byKey.get(mangled) ?? new Set()).add(subscription));
    for (const { subscribed } of [host, invalidations.known ?? host]) subscribed.add(this.#region);
  }

  #remove(subscription) {
    const known = this.#byKey.get(subscription.mangled);
    known?.delete(subscription);
    if (known?.size === 0) this.#byKey.delete(subscription.mangled);
    if (this.#byKey.size === 0) this.leave();
  }

  leave() {
    const { host, invalidations } = this.#region;
    for (const place of [host, invalidations.known]) place?.subscribed.delete(this.#region);
  }

  /** What a listener throws reaches nobody else. */
  #call(listener, why) {
    const failed = (error) => this.#region.reporter.error(error, "background");
    try {
      pending(listener(why))?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }
}
