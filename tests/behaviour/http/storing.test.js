// Which responses are stored, and that nobody else gets what is not.
import { describe, expect, test } from "vitest";
import { checkAfterEach, deferred, turns } from "../helpers.js";
import { ORIGIN, page, showsCookies, site, statusOf, text, textsOf } from "./site.js";

checkAfterEach();

const stored = [
  ["200", page()],
  ["203", page({}, 203)],
  ["301", page({ Location: "/b" }, 301)],
  ["308", page({ Location: "/b" }, 308)],
  ["404", page({}, 404)],
  ["410", page({}, 410)],
  ["no body", new Response(null, { status: 404 })],
  ["an empty body", new Response("")],
  ["public", page({ "Cache-Control": "public, max-age=5" })],
  ["must-revalidate", page({ "Cache-Control": "max-age=5, must-revalidate" })],
  ["s-maxage before max-age", page({ "Cache-Control": "max-age=0, s-maxage=5" })],
  ["an argument in quotes", page({ "Cache-Control": 'max-age="5"' })],
  ["a directive's name within an argument", page({ "Cache-Control": 'max-age=5, extension="no-store, private"' })],
  ["a directive's name within a longer one", page({ "Cache-Control": "max-age=5, x-private, no-storefront" })],
  ["max-age=0 with stale-while-revalidate", page({ "Cache-Control": "max-age=0, stale-while-revalidate=60" })],
  ["a Vary that is known", page({ Vary: "Accept-Language" })],
  ["Expires ahead", page({ Expires: new Date(Date.now() + 60_000).toUTCString() })],
];
const unstored = [
  ["201", page({}, 201)],
  ["204", new Response(null, { status: 204 })],
  ["206", page({}, 206)],
  ["302", page({ Location: "/b" }, 302)],
  ["307", page({ Location: "/b" }, 307)],
  ["401", page({}, 401)],
  ["403", page({}, 403)],
  ["429", page({}, 429)],
  ["500", page({}, 500)],
  ["503", page({}, 503)],
  ["no-store", page({ "Cache-Control": "no-store" })],
  ["private", page({ "Cache-Control": "max-age=60, Private" })],
  ["private of a header", page({ "Cache-Control": 'max-age=60, private="x-a"' })],
  ["no-cache", page({ "Cache-Control": "max-age=60,no-cache" })],
  ["no-cache of a header", page({ "Cache-Control": 'no-cache = "x-a, x-b", max-age=60' })],
  ["max-age=0", page({ "Cache-Control": "max-age=0" })],
  ["s-maxage=0", page({ "Cache-Control": "s-maxage=0, max-age=60" })],
  ["max-age that is no number", page({ "Cache-Control": "max-age=1h" })],
  ["max-age that is negative", page({ "Cache-Control": "max-age=-5" })],
  ["max-age with a fraction", page({ "Cache-Control": "max-age=1.5" })],
  ["max-age that its Age has used up", page({ "Cache-Control": "max-age=60", Age: "60" })],
  ["Expires in the past", page({ Expires: "Sun, 06 Nov 1994 08:49:37 GMT" })],
  ["Expires that is no date", page({ Expires: "0" })],
  ["Vary: *", page({ Vary: "*" })],
  ["a Vary with another header", page({ Vary: "Accept-Language, Origin" })],
  ["Content-Range", page({ "Content-Range": "bytes 0-5/6" })],
  ["an event stream", page({ "Content-Type": "text/event-stream;charset=utf-8" })],
  ["a body shorter than its Content-Length", page({ "Content-Length": "7" })],
  ...(showsCookies ? [["Set-Cookie", page({ "Set-Cookie": "a=1", "Cache-Control": "public" })]] : []),
];
const options = { vary: ["accept-language"] };

test.each(stored)("stored: %s", async (_name, response) => {
  const { ask, handler } = site(() => response.clone(), options);
  const first = await ask();
  expect(statusOf(first)).toBe("dogpile; fwd=miss; stored");
  const second = await ask();
  expect(statusOf(second)).toMatch(/^dogpile; hit/);
  for (const answer of [first, second]) {
    expect(answer.status).toBe(response.status);
    expect(answer.headers.get("Content-Type")).toBe(response.headers.get("Content-Type"));
    expect(answer.headers.get("Location")).toBe(response.headers.get("Location"));
    expect(answer.headers.get("Cache-Control")).toBe(response.headers.get("Cache-Control"));
    expect(await answer.text()).toBe(await response.clone().text());
  }
  expect(handler.times).toBe(1);
});

test.each(unstored)("passed on and not stored: %s", async (_name, response) => {
  const { ask, handler, region } = site(() => response.clone(), options);
  for (let times = 1; times <= 2; times++) {
    const answer = await ask();
    expect(statusOf(answer)).toBe("dogpile; fwd=miss");
    expect(answer.status).toBe(response.status);
    for (const [name, value] of response.headers) if (name !== "vary") expect(answer.headers.get(name), name).toBe(value);
    expect(await answer.text()).toBe(await response.clone().text());
    expect(handler.times).toBe(times);
  }
  expect(await region.get(`${ORIGIN}/`, { ignoreExpiration: true })).toBeUndefined();
});

test("with an expirationTime of its own a response's lifetime does not count", async () => {
  const { ask, clock } = site(() => page({ "Cache-Control": "max-age=0", Expires: "0" }), { expirationTime: "2m" });
  await ask();
  clock.advance(100);
  expect(statusOf(await ask())).toBe("dogpile; hit; ttl=20");
});

describe("what is not stored is not shared", () => {
  test.each(unstored)("%s", async (_name, response) => {
    const open = deferred();
    const { ask, handler } = site(async ({ headers }) => {
      await open.promise;
      const own = new Response(response.status === 204 ? null : await response.clone().text(), response);
      own.headers.set("X-User", headers.get("X-User"));
      return own;
    }, options);
    const users = ["ada", "grace", "linus"];
    const answers = users.map((user) => ask("/", { headers: { "X-User": user } }));
    await turns();
    expect(handler.times).toBe(1);
    open.resolve();
    expect((await Promise.all(answers)).map(({ headers }) => headers.get("X-User"))).toEqual(users);
    expect(handler.times).toBe(3);
    expect(handler.calls.map(([{ headers }]) => headers.get("X-User"))).toEqual(users);
  });

  test("a user whose own response could be stored gets it, and the next one creates", async () => {
    const { ask, handler } = site(({ headers }) => page(headers.has("X-User") ? { "Cache-Control": "private" } : {}));
    const answers = await Promise.all([ask("/", { headers: { "X-User": "ada" } }), ask()]);
    expect(answers.map(statusOf)).toEqual(["dogpile; fwd=miss", "dogpile; fwd=miss"]);
    expect(statusOf(await ask())).toBe("dogpile; fwd=miss; stored");
    expect(handler.times).toBe(3);
  });

  test("random users: nobody ever sees what was made for another one", async () => {
    let seed = Math.floor(Math.random() * 2 ** 31);
    const [first, random] = [seed, (below) => (seed = (seed * 48_271) % (2 ** 31 - 1)) % below];
    const privately = [{ "Cache-Control": "private" }, { "Cache-Control": "no-store" }, { Vary: "x-user" }];
    const { ask, clock } = site(
      async ({ url, headers }) => {
        for (let turn = random(6); turn > 0; turn--) await undefined;
        const isPrivate = random(3) === 0;
        return text(
          `${isPrivate ? headers.get("x-user") : "all"} ${new URL(url).pathname}`,
          isPrivate ? privately[random(3)] : {},
          random(9) === 0 ? 500 : 200,
        );
      },
      {},
      { staleWhileRevalidate: random(2) === 0, keys: [] },
    );
    for (let round = 0; round < 200; round++) {
      const asked = Array.from({ length: 1 + random(5) }, () => [`/${random(2)}`, `user${random(4)}`]);
      const bodies = await textsOf(asked.map(([path, user]) => ask(path, { headers: { "X-User": user } })));
      bodies.forEach((body, index) => {
        const [path, user] = asked[index];
        expect([`all ${path}`, `${user} ${path}`], `seed ${first}, round ${round}`).toContain(body);
      });
      clock.advance(random(50));
    }
  });
});
