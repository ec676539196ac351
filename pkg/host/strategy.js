import { NO_TAGS } from "../records/record.js";
import { refresh as refreshStrategy } from "../region/invalidating.js";
import { DONE, FAILED, NEWS_FAILED_CALL, NEWS_REFRESHED, NEWS_REFRESHED_TO_STORE, NEWS_REJECTED, PENDING } from "./numbers.js";

/** A number that no strategy returns. */
const NO_ANSWER = 3;

/** Refreshes a region's strategy for a call. */
export function refresh(call) {
  return askForNews(
    call,
    () => call.resume(NEWS_REFRESHED),
    (error) => {
      call.error = error;
      call.resume(NEWS_FAILED_CALL);
    },
    (error) => (call.error = error),
  );
}

/** Refreshes it before a created value is stored. */
export function refreshToStore(batch) {
  return askForNews(
    batch.call,
    () => batch.tell(NEWS_REFRESHED_TO_STORE),
    (error) => {
      keepError(batch, error);
      batch.tell(NEWS_REJECTED);
    },
    (error) => keepError(batch, error),
    batch.flights.flatMap((flight) => flight.record?.metadata.tags ?? NO_TAGS),
  );
}

function askForNews({ region, setup }, told, failed, threw, tags = NO_TAGS) {
  try {
    const news = together(refreshStrategy(region, setup), region.tags?.refresh(tags, setup));
    if (news === undefined) return DONE;
    news.then(told, failed);
    return PENDING;
  } catch (error) {
    threw(error);
    return FAILED;
  }
}

const together = (one, other) => (one === undefined || other === undefined ? (one ?? other) : Promise.all([one, other]));

/** Whether others have invalidated since a time, or a flight's tags were: PENDING if so. */
export const isOvertaken = (call, flight, since) =>
  ask(call, FAILED, () => {
    const { region, request } = call;
    return region.isOvertaken(since) || region.tags?.isOvertaken([...tagsOf(flight), ...request.tags], flight.born) ? PENDING : DONE;
  });

/** All that a flight's creation is known by, its record's own included where it is made. */
const tagsOf = ({ call, key, tags, record }) => record?.metadata.tags ?? [...call.request.tags, ...tags, ...(call.region.tags?.joined(key) ?? NO_TAGS)];

/** The answers of the strategies for a creation time, and for the record that was found for a flight. */
export const says = (call, found, created) =>
  ask(call, NO_ANSWER, () => Math.max(call.region.invalidations.verdict(created), call.region.tags?.verdict(found) ?? 0));

function ask(call, failed, question) {
  try {
    return question();
  } catch (error) {
    call.error = error;
    return failed;
  }
}

export const adoptError = (batch) => keepError(batch, batch.call.error);

/** For each flight that has a value: the machine selects those that are affected. */
function keepError({ flights }, error) {
  for (const flight of flights) if (flight.hasValue) flight.error = error;
}
