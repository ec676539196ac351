import { endSubscription } from "../bus/messages.js";
import { makeError, requireFunction } from "../errors.js";
import { hasMethod, member } from "../members.js";
import { Access } from "./tiered/access.js";
import { Debts } from "./tiered/debts.js";
import { Far } from "./tiered/far.js";
import { Fences } from "./tiered/fences.js";
import { lockOf } from "./tiered/locks.js";
import { Near } from "./tiered/near.js";
import { News } from "./tiered/news.js";
import { tiersOf } from "./tiered/options.js";
import { Reading } from "./tiered/reading.js";
import { Reports } from "./tiered/reports.js";
import { offerView } from "./tiered/warm.js";

const newStats = () => ({
  near: { hits: 0, misses: 0, errors: 0 },
  far: { hits: 0, misses: 0, errors: 0, skipped: 0 },
  bus: { sent: 0, received: 0, downs: 0, errors: 0 },
});

export class TieredBackend {
  #near;
  #far;
  #mangler;
  /** @type {any} What the modules of this class share. */
  #parts;
  #endOfNews;

  constructor(near, far, options) {
    const tiers = tiersOf(near, far, options);
    const { nearFor, times, bus, onError } = tiers;
    [this.#near, this.#far] = [near, far];
    this.#mangler = member(tiers.far.actualBackend, "keyMangler") ?? undefined;
    const parts = { stats: newStats(), reports: new Reports(onError), fences: new Fences(times.timeout) };
    this.#parts = parts;
    parts.near = new Near(tiers.near, new Access("near", times, counting(parts.stats.near)), parts.reports);
    const told = counting(parts.stats.far, () => parts.debts.settle());
    parts.far = new Far(tiers.far, new Access("far", times, told), parts.reports, parts.stats.far);
    parts.news = new News(parts, nearFor);
    parts.debts = new Debts(parts);
    parts.reading = new Reading(parts);
    this.#endOfNews = this.#hearFar(far);
    if (bus !== undefined) this.#listen(bus);
    if (new.target === TieredBackend) offerView(this, near, parts);
  }

  get near() {
    return this.#near;
  }

  get far() {
    return this.#far;
  }

  get stats() {
    const { stats, debts } = this.#parts;
    return { ...structuredClone(stats), owed: debts.size };
  }

  get keyMangler() {
    return this.#mangler;
  }

  get(key) {
    return this.#parts.reading.get(key);
  }

  getMulti(keys) {
    return this.#parts.reading.getMulti(keys);
  }

  async set(key, value, hint) {
    const { near, far } = this.#parts;
    const stored = far.toStored(value);
    await this.#write(
      [key],
      () => near.set(key, value, hint),
      () => far.set([key], [stored], hint, false),
    );
  }

  async setMulti(values, hint) {
    const { near, far } = this.#parts;
    const all = new Map(values);
    const keys = [...all.keys()];
    const stored = [...all.values()].map((value) => far.toStored(value));
    await this.#write(
      keys,
      () => near.setMulti(all, hint),
      () => far.set(keys, stored, hint, true),
    );
  }

  async delete(key) {
    const { near, far } = this.#parts;
    await this.#write(
      [key],
      () => near.delete([key]),
      () => far.delete([key], false),
    );
  }

  async deleteMulti(keys) {
    const { near, far } = this.#parts;
    const all = [...new Set(keys)];
    await this.#write(
      all,
      () => near.delete(all),
      () => far.delete(all, true),
    );
  }

  async clear() {
    const { near, far, fences } = this.#parts;
    requireFar(far.backend, "clear");
    const end = fences.writeAll();
    near.clear();
    let clearing;
    try {
      await far.access.ask(() => (clearing = this.#clearFar(end)));
    } finally {
      if (clearing === undefined) end(); // it was not asked
    }
  }

  /** It may take longer than its caller waits: what was read until then is not kept. */
  async #clearFar(end) {
    const { near, far, news } = this.#parts;
    try {
      await far.backend.clear();
      near.clear();
    } finally {
      end();
    }
    news.publishClear();
  }

  async *entries() {
    const { far, debts } = this.#parts;
    requireFar(far.backend, "entries");
    for await (const [key, stored] of far.backend.entries()) {
      const value = debts.has(key) ? undefined : far.fromStored(stored);
      if (value !== undefined) yield [key, value];
    }
  }

  getMutex(key) {
    return lockOf(this.#parts, key);
  }

  subscribe(listener) {
    requireFunction(listener, "the listener");
    return this.#parts.news.subscribe(listener);
  }

  close() {
    this.#parts.news.close();
    this.#endOfNews?.();
  }

  [Symbol.dispose ?? Symbol.for("Symbol.dispose")]() {
    this.close();
  }

  /** Near at once, then far, then others are told: they must not read what is not there yet. */
  async #write(keys, toNear, toFar) {
    const { fences, debts, news } = this.#parts;
    if (keys.length === 0) return;
    const owed = debts.of(keys); // what is owed later, by another write, stays owed
    const ends = keys.map((key) => fences.write(key));
    try {
      toNear();
      await toFar();
      debts.remove(owed);
    } catch (error) {
      debts.add(keys);
      throw error;
    } finally {
      for (const end of ends) end();
    }
    news.publish(keys);
  }

  #listen(bus) {
    try {
      this.#parts.news.listen(bus);
    } catch (error) {
      this.#endOfNews?.();
      throw error;
    }
  }

  /** A far tier may hear from others itself, as a TieredBackend does. */
  #hearFar(far) {
    if (!hasMethod(far, "subscribe")) return undefined;
    const { news, reports } = this.#parts;
    return endSubscription(
      far.subscribe((keys) => news.changed(Array.isArray(keys) ? keys : undefined)),
      (error) => reports.tell(error, "far"),
    );
  }
}

/** What becomes of a tier's operations. */
const counting = (counts, answered = () => {}) => ({
  answered,
  failed: () => {
    counts.errors += 1;
  },
});

function requireFar(backend, method) {
  if (!hasMethod(backend, method)) throw makeError("BACKEND", `The far tier has no ${method}.`);
}
