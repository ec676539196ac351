import { makeError, refused } from "../errors.js";
import { isObject } from "../members.js";

/** The method of a TagInvalidation that makes a region's use of it. Regions without one carry nothing of it. */
export const FOR_REGION = Symbol("forRegion");

export function requireTagStrategy(strategy) {
  if (strategy === undefined || strategy === null || (isObject(strategy) && FOR_REGION in strategy)) return;
  throw refused("tagInvalidator", "a TagInvalidation", strategy);
}

/** The tags of a region; an error if it keeps no times of tags. */
export function requireTags({ tags }) {
  if (tags !== undefined) return tags;
  throw makeError("VALIDATION", "tags need a region that keeps their times: configure it with tagInvalidator: new TagInvalidation()");
}
