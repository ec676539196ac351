import { passedOn, statusHeaders } from "./cache-status.js";
import { isKnown, notModified } from "./conditional.js";
import { lifetimeOf } from "./directives.js";
import { headerOf, isRecord, recordOf, responseOf, setVary } from "./record.js";
import { detached, keyOf } from "./request.js";
import { forbidsStale, membersOf } from "./storability.js";

/** What a handler answered that is nobody else's. Of a failed one it is the creator's error, so that `staleIfError` holds. */
class Unstored extends Error {
  constructor(response) {
    super(`The handler answered ${response.status}`);
    this.response = response;
  }
}

/** The answer to a request; `run` calls its handler, at most once. */
export async function answer(settings, request, run) {
  const key = keyOf(settings, request);
  if (key === undefined) return passedOn(await run(request), "fwd=bypass");
  return request.method === "HEAD" ? answerHead(settings, request, key, run) : new Exchange(settings, request, key, run).answer();
}

/** From the record of GET, if there is one. A failed backend costs nobody the answer. */
async function answerHead({ region, expirationTime, vary }, request, key, run) {
  const found = await region.getValueMetadata(key, { expirationTime }).catch(() => undefined);
  return isRecord(found?.payload) ? fromRecord(found, "fresh", request, false) : unshared(await run(request), vary, false);
}

/** A GET that may be answered for others. */
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

  async answer() {
    const entry = await this.#entry();
    const { vary } = this.#settings;
    if (entry !== undefined) {
      this.#discard();
      return fromRecord(entry, entry.state, this.#request, true, this.#wasStale);
    }
    const { record, response } = this.#own === undefined ? { response: await this.#run(this.#request) } : await this.#own;
    if (response !== undefined) return unshared(response, vary, this.#wasStale);
    return responseOf(record, [["cache-status", "dogpile; fwd=miss"]], true);
  }

  /** The entry of a record; `undefined` if there is nothing that is shared. */
  async #entry() {
    try {
      const entry = await this.#ask({ staleIfError: this.#settings.staleIfError });
      if (entry.payload instanceof Unstored) return undefined;
      if (isUsable(entry)) return entry;
      const other = await this.#ask({ staleIfError: 0, forceRefresh: true });
      return isUsable(other) ? other : undefined;
    } catch (error) {
      if (error instanceof Unstored) return undefined;
      this.#discard();
      throw error;
    }
  }

  #ask(more) {
    const { region, expirationTime, tags, waits } = this.#settings;
    const create = (context) => this.#create(context);
    return region.getOrCreateEntry(this.#key, create, {
      expirationTime,
      shouldCacheFn: isRecord,
      signal: this.#request.signal,
      staleWhileRevalidate: waits ? false : undefined,
      tags: tags?.(this.#request),
      ...more,
    });
  }

  async #create(context) {
    this.#wasStale = context.stale !== undefined;
    this.#own ??= this.#load(context);
    const { record, response } = await this.#own;
    if (record !== undefined) return record;
    const unstored = new Unstored(response);
    if (response.status >= 500) throw unstored;
    return unstored;
  }

  async #load(context) {
    const { region, expirationTime } = this.#settings;
    const response = await this.#run(detached(this.#request));
    const lifetime = expirationTime === undefined ? lifetimeOf(response.headers) : undefined;
    const made = addTags(region, context, response) ? await recordOf(response, this.#settings) : { response };
    if (made.record !== undefined) context.expiresIn(lifetime);
    // What was there would be served as stale for as long as nothing else can be stored.
    else if (this.#wasStale && response.status < 500) region.delete(this.#key).catch(() => {});
    return made;
  }

  /** Nobody reads the body of this request's own response. */
  #discard() {
    this.#own?.then(
      ({ response }) => response?.body?.cancel(),
      () => {},
    );
  }
}

/** Gives the value the tags of Cache-Tag. With one that is no tag `invalidateTags` would not find it: then it is not to be stored. */
function addTags(region, context, { headers }) {
  try {
    if (region.hasTags) context.tags(...membersOf(headers.get("cache-tag") ?? ""));
    return true;
  } catch {
    return false;
  }
}

/** Whether others may have an entry: it is of our making, and where it is stale it allows that. */
const isUsable = ({ payload, state }) => isRecord(payload) && !(state === "stale" && forbidsStale(headerOf(payload, "cache-control")));

function fromRecord(entry, state, request, withBody, wasStale = false) {
  const added = statusHeaders(entry, state, wasStale);
  return isKnown(entry.payload, request) ? notModified(entry.payload, added) : responseOf(entry.payload, added, withBody);
}

function unshared(response, vary, wasStale) {
  const passed = passedOn(response, wasStale ? "fwd=stale" : "fwd=miss");
  if (passed !== response) setVary(passed.headers, vary);
  return passed;
}
