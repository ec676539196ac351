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
  );
}

function askForNews({ region, setup }, told, failed, threw) {
  try {
    const news = region.refresh(setup);
    if (news === undefined) return DONE;
    news.then(told, failed);
    return PENDING;
  } catch (error) {
    threw(error);
    return FAILED;
  }
}

/** Whether others have invalidated since a time: PENDING if so. */
export const isOvertaken = (call, since) => ask(call, FAILED, () => (call.region.isOvertaken(since) ? PENDING : DONE));

/** The strategy's answer for a creation time. */
export const says = (call, created) => ask(call, NO_ANSWER, () => call.region.invalidations.verdict(created));

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
