import * as backend from "../backends/backend.js";
import { seconds } from "../duration.js";
import { requireKeys } from "../errors.js";
import { find, numbersOf } from "../region/found.js";
import { refresh } from "../region/invalidating.js";

/** `get` and similar: one read, without waiting for a load. */
export class Reading {
  constructor(region, keys, { expirationTime, ignoreExpiration }, isMulti) {
    this.region = region;
    this.setup = region.setup;
    requireKeys(keys);
    this.keys = keys;
    this.expiration = seconds(expirationTime, "expirationTime");
    this.ignores = Boolean(ignoreExpiration);
    this.isMulti = isMulti;
  }

  /** Returns a record for each key, or `undefined` for a miss. */
  async read() {
    const { region, setup, keys } = this;
    if (keys.length === 0) return [];
    const news = refresh(region, setup);
    if (news !== undefined) await news;
    const outcomes = await backend.read(
      setup,
      keys.map((key) => setup.mangle(key)),
      this.isMulti,
    );
    const failed = outcomes.find(backend.isFailure);
    if (failed !== undefined) throw failed.error;
    const founds = outcomes.map((outcome) => find(region, setup, outcome, false));
    const newsOfTags = this.ignores ? undefined : region.tags?.refreshFor(founds, setup);
    if (newsOfTags !== undefined) await newsOfTags;
    const now = region.clock.read();
    return keys.map((key, index) => this.#judge(key, founds[index], now));
  }

  #judge(key, found, now) {
    const { region } = this;
    const { kind, ct, v, et } = numbersOf(found);
    const isJudged = found.record !== undefined && !this.ignores;
    const invalidated = isJudged ? Math.max(region.invalidations.verdictOnReading(ct), region.tags?.verdict(found) ?? 0) : 0;
    const why = region.core.judge(kind, ct, v, et, invalidated, this.expiration, this.ignores, now);
    region.tellOfReading(key, why);
    return why === 0 ? found.record : undefined;
  }
}
