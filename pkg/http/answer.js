import { lifetimeOf, listOf } from "./directives.js";
import { addVary, headerOf, isRecord, recordOf } from "./record.js";
import { detached, keyOf } from "./request.js";
import { missed, passedOn, responseOf } from "./response.js";
import { forbidsStale } from "./storability.js";

/** What a handler answered that is nobody else's. Of a failed one it is the creator's error, so that `staleIfError` holds. */
class Unstored extends Error {}

/** The answer to a request; `run` calls its handler, at most once. */
export async function answer(settings, request, run) {
  const key = keyOf(settings, request);
  if (key === undefined) return passedOn(await run(request), "fwd=bypass");
  const exchange = new Exchange(settings, request, key, run);
  return request.method === "HEAD" ? exchange.answerHead() : exchange.answerGet();
}

/** A request that may be answered for others. */
class Exchange {
  #settings;
  #request;
  #key;
  #run;
  /** What this request's own handler made, once it was called. */
  #own;
  #wasStale = false;

  constructor(settings, request, key, run) {
    this.#settings = settings;
    this.#request = request;
    this.#key = key;
    this.#run = run;
  }

  /** From the record of GET, if there is one. A failed backend costs nobody the answer. */
  async answerHead() {
    const { region, expirationTime } = this.#settings;
    const found = await region.getValueMetadata(this.#key, { expirationTime }).catch(() => undefined);
    return isRecord(found?.payload) ? responseOf(found, "fresh", this.#request) : this.#unshared(await this.#run(this.#request));
  }

  async answerGet() {
    const entry = await this.#shared();
    if (entry !== undefined) {
      // What was stored before is the answer, while this request's handler makes a new one and writes to the context of the answer.
      if (this.#settings.waits && /fresh|stale/.test(entry.state)) await this.#own?.catch(() => {});
      this.#discard();
      return responseOf(entry, entry.state, this.#request, this.#wasStale);
    }
    const { response } = this.#own === undefined ? { response: await this.#run(this.#request) } : await this.#own;
    return this.#unshared(response);
  }

  /** The entry of a record; `undefined` if there is nothing that is shared. */
  async #shared() {
    try {
      let entry = await this.#ask({ staleIfError: this.#settings.staleIfError });
      if (entry.payload instanceof Unstored) return undefined;
      if (!isUsable(entry)) entry = await this.#ask({ staleIfError: 0, forceRefresh: true });
      return isUsable(entry) ? entry : undefined;
    } catch (error) {
      if (error instanceof Unstored) return undefined;
      this.#discard();
      throw error;
    }
  }

  #ask(more) {
    const { region, expirationTime, tags, waits } = this.#settings;
    return region.getOrCreateEntry(this.#key, (context) => this.#create(context), {
      expirationTime,
      shouldCacheFn: isRecord,
      signal: this.#request.signal,
      staleWhileRevalidate: waits ? false : undefined,
      tags: tags?.(this.#request),
      retry: false, // a request is handled once
      ...more,
    });
  }

  async #create(context) {
    this.#wasStale = context.stale !== undefined;
    this.#own ??= this.#load(context);
    const { record, response } = await this.#own;
    if (record !== undefined) return record;
    const unstored = new Unstored(`The handler answered ${response.status}`);
    if (response.status >= 500) throw unstored;
    return unstored;
  }

  async #load(context) {
    const { region, expirationTime } = this.#settings;
    const response = await this.#run(detached(this.#request));
    const made = addTags(region, context, response) ? await recordOf(response, this.#settings) : { response };
    if (made.record !== undefined && expirationTime === undefined) context.expiresIn(lifetimeOf(response.headers));
    // What was there would be served as stale for as long as nothing else can be stored.
    if (made.record === undefined && this.#wasStale && response.status < 500) region.delete(this.#key).catch(() => {});
    return made;
  }

  #unshared(response) {
    const passed = passedOn(response, missed(this.#wasStale));
    if (passed !== response) addVary(passed.headers, this.#settings.vary);
    return passed;
  }

  /** Nobody reads the body of this request's own response. */
  #discard() {
    this.#own?.then(({ response }) => response?.body?.cancel()).catch(() => {}); // what was rejected had its callers
  }
}

/** Gives the value the tags of Cache-Tag. With one that is no tag `invalidateTags` would not find it: then it is not to be stored. */
function addTags(region, context, { headers }) {
  try {
    if (region.hasTags) context.tags(...listOf(headers.get("cache-tag")));
    return true;
  } catch {
    return false;
  }
}

/** Whether others may have an entry: it is of our making, and where it is stale it allows that. */
const isUsable = ({ payload, state }) => isRecord(payload) && !(state === "stale" && forbidsStale(headerOf(payload, "cache-control")));
