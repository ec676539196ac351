// The middleware in Hono itself.
import { Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { describe, expect, test } from "vitest";
import { cached, cacheMiddleware } from "dogpile/http";
import { checkAfterEach, counted, deferred, makeRegion, outcome, turns, until, virtualClock } from "../helpers.js";
import { ORIGIN, statusOf, text, textsOf } from "./site.js";

checkAfterEach();

/** An app with the middleware, and what `outer` puts before it. */
function app(handler, { options, outer = [], ...regionOptions } = {}) {
  const clock = virtualClock();
  const region = makeRegion({ clock, expirationTime: 60, ...regionOptions }, [`${ORIGIN}/api/a`]);
  const counting = counted(handler);
  const errors = [];
  const hono = new Hono();
  for (const middleware of outer) hono.use(middleware);
  hono.use("/api/*", cacheMiddleware(region, options));
  hono.get("/api/:name", counting);
  hono.post("/api/:name", counting);
  hono.get("/other", (context) => context.text("other"));
  hono.onError((error, context) => {
    errors.push(error);
    return error instanceof HTTPException ? error.getResponse() : context.text(error.message, 500);
  });
  const ask = (path = "/api/a", init) => hono.fetch(new Request(ORIGIN + path, init));
  return { ask, clock, errors, handler: counting, region };
}

const private_ = { "Cache-Control": "private" };

test("a hundred callers, one call of the handler", async () => {
  const open = deferred();
  const { ask, handler } = app(async (context) => context.json(await open.promise));
  const answers = Array.from({ length: 100 }, () => ask());
  await turns();
  open.resolve({ a: 1 });
  const responses = await Promise.all(answers);
  expect(await textsOf(responses)).toEqual(Array(100).fill('{"a":1}'));
  expect(responses.map(statusOf).filter((status) => status === "dogpile; fwd=miss; stored")).toHaveLength(1);
  expect(handler.times).toBe(1);
  const hit = await ask();
  expect([statusOf(hit), hit.headers.get("Content-Type")]).toEqual(["dogpile; hit; ttl=60", "application/json"]);
});

test("conditions, HEAD, other methods and other paths", async () => {
  const { ask, handler } = app((context) => context.text(context.req.header("If-None-Match") ?? "none"));
  const first = await ask("/api/a", { headers: { "If-None-Match": '"other"' } });
  expect(await first.text()).toBe("none");
  const etag = first.headers.get("ETag");
  const known = await ask("/api/a", { headers: { "If-None-Match": etag } });
  expect([known.status, known.headers.get("Content-Type"), await known.text()]).toEqual([304, null, ""]);
  const head = await ask("/api/a", { method: "HEAD" });
  expect([head.status, statusOf(head), head.body]).toEqual([200, "dogpile; hit; ttl=60", null]);
  expect(handler.times).toBe(1);
  expect(statusOf(await ask("/api/a", { method: "POST" }))).toBe("dogpile; fwd=bypass");
  expect(statusOf(await ask("/other"))).toBe(null);
  expect((await ask("/api/none/none")).status).toBe(404);
  expect(statusOf(await ask("/api/none/none"))).toMatch(/hit/);
});

test("the first one's 304 is a 304 although the handler has answered 200", async () => {
  const { ask } = app((context) => context.body("a", 200, { ETag: '"a"', "X-A": "b", "Content-Language": "en" }));
  const response = await ask("/api/a", { headers: { "If-None-Match": '"a"' } });
  expect(response.status).toBe(304);
  expect([...response.headers.keys()]).toEqual(["cache-status", "etag"]);
});

describe("what is not stored is not shared", () => {
  test.each([
    ["private", (context, user) => context.text(user, 200, private_)],
    ["401", (context, user) => context.text(user, 401)],
    ["500", (context, user) => context.text(user, 500)],
    [
      "an HTTPException",
      (_context, user) => {
        throw new HTTPException(403, { message: user });
      },
    ],
  ])("%s", async (_name, respond) => {
    const { ask, handler } = app(async (context) => {
      await undefined;
      return respond(context, context.req.header("X-User"));
    });
    const users = ["ada", "grace", "linus"];
    expect(await textsOf(users.map((user) => ask("/api/a", { headers: { "X-User": user } })))).toEqual(users);
    expect(handler.times).toBe(3);
  });
});

test("an error reaches all who wait, and each one's onError once", async () => {
  const { ask, errors, handler } = app(async () => {
    await undefined;
    throw new Error("no database");
  });
  const responses = await Promise.all([ask(), ask(), ask()]);
  expect(responses.map(({ status }) => status)).toEqual([500, 500, 500]);
  expect(handler.times).toBe(1);
  expect(errors).toHaveLength(3);
  expect(new Set(errors).size).toBe(1);
});

test("staleIfError serves what is stale, whether the handler throws or answers 500", async () => {
  const answers = [
    (context) => context.text("good"),
    () => {
      throw new Error("no database");
    },
    (context) => context.text("bad", 503),
  ];
  const { ask, clock, handler } = app((context) => answers[handler.times - 1](context), { options: { staleIfError: "1h" } });
  await ask();
  clock.advance(70);
  for (let times = 2; times <= 3; times++) {
    const response = await ask();
    expect([response.status, await response.text(), statusOf(response)]).toEqual([200, "good", "dogpile; hit; ttl=-10"]);
    expect(handler.times).toBe(times);
  }
});

test.each([
  ["staleWhileRevalidate", { staleWhileRevalidate: true }],
  ["a runner", { asyncCreationRunner: () => expect.unreachable() }],
])("with %s the one that loads waits, and the others get what is stale", async (_name, options) => {
  const opens = [deferred(), deferred()];
  opens[0].resolve();
  const { ask, clock, handler } = app(async (context) => {
    const number = handler.times;
    await opens[number - 1].promise;
    return context.text(`page ${number}`);
  }, options);
  await ask();
  clock.advance(70);
  const leader = ask();
  await turns();
  expect(await (await ask()).text()).toBe("page 1");
  opens[1].resolve();
  expect(await (await leader).text()).toBe("page 2");
  expect(await (await ask()).text()).toBe("page 2");
  expect(handler.times).toBe(2);
});

test("with earlyRefresh the one that renews waits, and answers with what is still fresh", async () => {
  const { ask, clock, handler, region } = app(
    async (context) => {
      clock.advance(10); // what it takes
      return context.text(`page ${handler.times}`);
    },
    { earlyRefresh: true, random: () => 1 - 2 ** -53 },
  );
  await ask();
  clock.advance(40);
  const response = await ask();
  expect([await response.text(), handler.times, region.stats.earlyRefreshes]).toEqual(["page 1", 2, 1]);
  expect(await (await ask()).text()).toBe("page 2");
  expect(handler.times).toBe(2);
});

test("a request that is aborted leaves its response to the others", async () => {
  const open = deferred();
  const { ask, handler } = app(async (context) => {
    await open.promise;
    return context.text("a page");
  });
  const controller = new AbortController();
  const leader = outcome(ask("/api/a", { signal: controller.signal }));
  const waiter = ask();
  await turns();
  controller.abort(new Error("gone"));
  await turns();
  open.resolve();
  expect(await (await waiter).text()).toBe("a page");
  const [, response] = await leader;
  expect(response.status).toBe(500);
  expect(handler.times).toBe(1);
  expect(statusOf(await ask())).toBe("dogpile; hit; ttl=60");
});

test("a handler that hangs is taken over, and disturbs nobody when it answers late", async () => {
  const first = deferred();
  const { ask, handler } = app(
    async (context) => {
      const number = handler.times;
      if (number === 1) await first.promise;
      return context.text(`page ${number}`);
    },
    { lockTimeout: 0.5, clock: undefined },
  );
  const answers = [ask(), ask()];
  const responses = await Promise.all(answers);
  first.resolve();
  await turns();
  expect(await textsOf(responses)).toEqual(["page 2", "page 2"]);
  expect(await (await ask()).text()).toBe("page 2");
  await until(() => handler.times === 2);
});

test("middlewares around it see and change the response as always", async () => {
  const stamp = async (context, next) => {
    context.header("X-Before", "1");
    await next();
    context.header("X-After", context.res.status);
  };
  const { ask } = app((context) => context.text("a page"), { outer: [stamp] });
  for (const handling of ["dogpile; fwd=miss; stored", "dogpile; hit; ttl=60"]) {
    const response = await ask();
    expect([response.headers.get("X-After"), statusOf(response)]).toEqual(["200", handling]);
  }
});

test("an app of Hono is a handler, with its env", async () => {
  const clock = virtualClock();
  const region = makeRegion({ clock, staleWhileRevalidate: true }, [`${ORIGIN}/`]);
  const hono = new Hono().get("/", (context) => context.text(context.env.NAME));
  const fetch = cached(region, hono.fetch, { expirationTime: 60 });
  const ask = () => fetch(new Request(`${ORIGIN}/`), { NAME: "env" });
  expect(await (await ask()).text()).toBe("env");
  clock.advance(70);
  expect(statusOf(await ask())).toBe("dogpile; hit; ttl=-10");
  await until(async () => statusOf(await ask()) === "dogpile; hit; ttl=60");
});

test("what the middleware is given is asked for nothing but a Request", async () => {
  const region = makeRegion({}, [`${ORIGIN}/`]);
  const middleware = cacheMiddleware(region);
  const context = { req: { raw: new Request(`${ORIGIN}/`) }, finalized: false, res: undefined };
  const next = async () => Object.assign(context, { res: text("a"), finalized: true });
  await middleware(context, next);
  expect(await context.res.text()).toBe("a");
});
