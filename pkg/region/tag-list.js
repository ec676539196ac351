import { describePart, refused, refusedAs } from "../errors.js";
import { isObject } from "../members.js";
import { ignoreRejection } from "../promises.js";
import { NO_TAGS } from "../records/record.js";

/** The most tags of one record, and the most characters of a tag. */
const MOST = 64;
const LONGEST = 256;

const isLone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Whether a value is a tag: text that every store keeps as it is. */
const isTag = (value) => typeof value === "string" && value !== "" && value.length <= LONGEST && !isLone.test(value);

/** The tags of one record, as an option has them. */
export function tagList(given) {
  if (given === undefined || given === null) return NO_TAGS;
  const tags = distinctTags(given);
  if (tags.length > MOST) throw refusedAs("tags", `at most ${MOST}`, `${tags.length}`);
  return tags;
}

/** The tags that somebody has given, each once, in their order. */
export function distinctTags(given) {
  if (!isObject(given) || typeof given[Symbol.iterator] !== "function") throw refused("tags", "an array of strings", given);
  const tags = [...new Set(given)];
  tags.forEach(ignoreRejection);
  tags.forEach(requireTag);
  return tags;
}

function requireTag(tag) {
  if (isTag(tag)) return;
  throw refusedAs("a tag", `a non-empty well-formed string of at most ${LONGEST} characters`, describePart(tag));
}
