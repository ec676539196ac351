import { readClock } from "../wasm/dogpile.js";
import { birthTime, comeBack, creationTime, invalidationTime } from "./stamps.js";

/** Takes effect before it returns; returns a promise if others are informed. */
export function invalidate(region, hard) {
  const news = invalidateAll(region, hard);
  region.reporter.tell("onInvalidate", hard);
  return news;
}

function invalidateAll(region, hard) {
  region.setup; // or an error
  comeBack(region);
  region.isTimeless = false; // from now on the clock must be read
  const { invalidations } = region;
  const now = region.clock.read();
  const time = invalidationTime(region, now);
  const { known } = invalidations;
  const changes = known?.changes;
  try {
    return invalidations.invalidate(hard, time, now === now ? now : readClock(Date.now()));
  } finally {
    region.core.invalidate(region.host, hard, invalidations.areOwn ? time : NaN);
    if (known?.changes === changes) region.subscriptions.tell(undefined, "invalidated");
  }
}

/** Refreshes the strategy; returns a promise, which never rejects, if that is asynchronous. */
export function refresh(region, setup) {
  comeBack(region);
  const news = region.invalidations.refresh(region.clock.now);
  return news && setup.answered(news).then(undefined, (error) => region.backendFailed(error, "invalidate"));
}

/** The start time of a load, for a strategy with news of others: just after what it knows by then. */
export function startTime(region) {
  if (region.invalidations.areOwn) return birthTime(region);
  const time = creationTime(region);
  return region.isOvertaken(time) ? NaN : time;
}
