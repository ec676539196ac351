// What the options may be, and what is said of others.
import { expect, test } from "vitest";
import { cached, cacheMiddleware } from "dogpile/http";
import { checkAfterEach, makeRegion, throws } from "../helpers.js";
import { ORIGIN, page } from "./site.js";

checkAfterEach();

const handler = () => page();
const makers = [
  ["cached", (region, options) => cached(region, handler, options)],
  ["cacheMiddleware", (region, options) => cacheMiddleware(region, options)],
];
const secret = "hunter2";

test.each(makers)("%s refuses what is no region or no options", (_name, make) => {
  for (const region of [undefined, null, "region", {}, handler]) throws(() => make(region), "VALIDATION", "region must be a Region");
  for (const options of ["5m", 5, handler]) throws(() => make(makeRegion({}, []), options), "VALIDATION", "options must be an object");
});

test.each(makers)("%s refuses options, and names none of their content", (_name, make) => {
  const region = makeRegion({}, []);
  for (const [option, ...values] of [
    ["key", "k", { secret }, 5],
    ["vary", "accept", [5], ["*"], ["a b"], [""], ["accept, origin"], { secret }],
    ["tags", ["a"], "a", { secret }],
    ["expirationTime", "soon", { secret }, NaN],
    ["staleIfError", "soon", true],
    ["maxBytes", "1MB", -1, NaN, { secret }],
  ]) {
    for (const value of values) {
      const { message } = throws(() => make(region, { [option]: value }), "VALIDATION", option);
      expect(message).not.toContain(secret);
    }
  }
});

test.each(makers)("%s refuses an option that it does not know, and says which there are", (_name, make) => {
  throws(() => make(makeRegion({}, []), { ttl: 5 }), "VALIDATION", "unknown option ttl", "expirationTime", "maxBytes");
});

test("cached refuses what is no handler", () => {
  for (const value of [undefined, null, { fetch: handler }, page()])
    throws(() => cached(makeRegion({}, []), value), "VALIDATION", "handler must be a function");
});

test.each([undefined, null])("%s is not given", async (absent) => {
  const options = { key: absent, vary: absent, tags: absent, expirationTime: absent, staleIfError: absent, maxBytes: absent };
  for (const given of [options, absent]) {
    const fetch = cached(makeRegion({}, [`${ORIGIN}/`]), handler, given);
    expect((await fetch(new Request(`${ORIGIN}/`))).headers.get("Cache-Status")).toBe("dogpile; fwd=miss; stored");
  }
});

test("options are read once", async () => {
  const options = { vary: ["x-a"], maxBytes: 100 };
  const fetch = cached(makeRegion({}, []), handler, options);
  options.maxBytes = 0;
  options.vary.push("x-b");
  const response = await fetch(new Request(`${ORIGIN}/`));
  expect([response.headers.get("Vary"), response.headers.get("Cache-Status")]).toEqual(["x-a", "dogpile; fwd=miss; stored"]);
});
