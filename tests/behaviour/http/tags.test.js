// Responses by tag: of the option, and of Cache-Tag.
import { TagInvalidation } from "dogpile";
import { describe, expect, test } from "vitest";
import { checkAfterEach, refuses } from "../helpers.js";
import { page, site, statusOf } from "./site.js";

checkAfterEach();

const tagged = (handler, options, more) => site(handler, options, { tagInvalidator: new TagInvalidation(), ...more });
const isHit = async (ask, path) => /hit/.test(statusOf(await ask(path)));

test("the tags of the option and of Cache-Tag end a response", async () => {
  const keys = ["/a", "/b", "/c"];
  const headers = { "/a": { "Cache-Tag": "Posts, user:1,,  posts " }, "/b": { "Cache-Tag": "users" }, "/c": {} };
  const options = { tags: ({ url }) => [`path:${new URL(url).pathname}`] };
  const { ask, region } = tagged(({ url }) => page(headers[new URL(url).pathname]), options, { keys });
  const ended = async () => Promise.all(keys.map(async (path) => !(await isHit(ask, path))));
  expect(await ended()).toEqual([true, true, true]);
  expect(await ended()).toEqual([false, false, false]);
  for (const [tag, expected] of [
    ["Posts", [true, false, false]],
    ["posts", [true, false, false]],
    ["user:1", [true, false, false]],
    ["POSTS", [false, false, false]],
    ["users", [false, true, false]],
    ["path:/c", [false, false, true]],
    ["other", [false, false, false]],
  ]) {
    await region.invalidateTags([tag]);
    expect(await ended(), tag).toEqual(expected);
  }
});

test("Cache-Tag is passed on", async () => {
  for (const make of [site, tagged]) {
    const { ask } = make(() => page({ "Cache-Tag": "a,b" }));
    for (let times = 0; times < 2; times++) expect((await ask()).headers.get("Cache-Tag")).toBe("a,b");
    expect(await isHit(ask)).toBe(true);
  }
});

test("softly, the stale response is served while another one is made", async () => {
  const { ask, region } = tagged(() => page({ "Cache-Tag": "a" }), {}, { staleWhileRevalidate: true });
  await ask();
  await region.invalidateTags(["a"], false);
  expect(statusOf(await ask())).toBe("dogpile; hit; ttl=-1");
});

test("HEAD is not answered from a record whose tag was invalidated", async () => {
  const { ask, region } = tagged(() => page({ "Cache-Tag": "a" }));
  await ask();
  await region.invalidateTags(["a"]);
  expect(statusOf(await ask("/", { method: "HEAD" }))).toBe("dogpile; fwd=miss");
});

describe("a response is not stored by a tag that invalidateTags could not name", () => {
  test.each([
    ["too long", "a".repeat(257)],
    ["too many", Array.from({ length: 65 }, (_, index) => index).join()],
  ])("%s", async (_name, value) => {
    const { ask } = tagged(() => page({ "Cache-Tag": value }));
    const response = await ask();
    expect([statusOf(response), response.headers.get("Cache-Tag")]).toEqual(["dogpile; fwd=miss", value]);
  });
});

test("an option that gives no list of tags, or a region without a tagInvalidator, is refused", async () => {
  for (const tags of ["a", [5], [""]]) await refuses(tagged(() => page(), { tags: () => tags }).ask, "VALIDATION");
  await refuses(site(() => page(), { tags: () => ["a"] }).ask, "VALIDATION", "tagInvalidator");
});

test("a region tells whether it has tags", () => {
  expect([site(() => page()).region.hasTags, tagged(() => page()).region.hasTags]).toEqual([false, true]);
});
