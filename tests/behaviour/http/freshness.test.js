// For how long a response is served, and what it says of its age.
import { describe, expect, test } from "vitest";
import { checkAfterEach, deferred, outcome, turns, until } from "../helpers.js";
import { ORIGIN, page, site, statusOf, text } from "./site.js";

checkAfterEach();

const old = "Sun, 06 Nov 1994 08:49:37 GMT";
const later = "Sun, 06 Nov 1994 08:51:07 GMT"; // 90 s

describe("a response is fresh for", () => {
  test.each([
    ["the region's time without a word of its own", {}, {}, 60],
    ["its max-age", { "Cache-Control": "max-age=10" }, {}, 10],
    ["its s-maxage rather than its max-age", { "Cache-Control": "max-age=10, s-maxage=20" }, {}, 20],
    ["the first of two", { "Cache-Control": "max-age=10, max-age=20" }, {}, 10],
    ["its max-age rather than Expires", { "Cache-Control": "max-age=10", Expires: old }, {}, 10],
    ["Expires less Date", { Expires: later, Date: old }, {}, 90],
    ["what its Age leaves of it", { "Cache-Control": "max-age=100", Age: "70" }, {}, 30],
    ["at most 2^31 seconds", { "Cache-Control": `max-age=${"9".repeat(400)}` }, {}, 2 ** 31],
    ["the option's time", { "Cache-Control": "max-age=10" }, { expirationTime: "90s" }, 90],
    ["the region's time with an Age", { Age: "70" }, {}, 60],
    ["what it says, with an option of null", { "Cache-Control": "max-age=10" }, { expirationTime: null }, 10],
  ])("%s", async (_name, headers, options, seconds) => {
    const { ask, clock, handler } = site(() => page(headers), options);
    // Browsers show no script the Date of a response that it has made.
    if (headers.Date && !page(headers).headers.has("Date")) return expect(page(headers).headers.has("Date")).toBe(false);
    await ask();
    clock.advance(seconds - 0.5);
    expect(statusOf(await ask())).toBe("dogpile; hit; ttl=0");
    clock.advance(1);
    expect(statusOf(await ask())).toBe("dogpile; fwd=stale; stored");
    expect(handler.times).toBe(2);
  });

  test("ever, of a region without a limit, and then has no ttl", async () => {
    const { ask, clock } = site(() => page(), {}, { expirationTime: undefined });
    await ask();
    clock.advance(1e6);
    const response = await ask();
    expect([statusOf(response), response.headers.get("Age")]).toEqual(["dogpile; hit", "1000000"]);
  });
});

describe("Age", () => {
  test("is the whole seconds since the response was made, and absent of a new one", async () => {
    const { ask, clock } = site(() => page());
    expect((await ask()).headers.get("Age")).toBe(null);
    clock.advance(9.9);
    const response = await ask();
    expect([response.headers.get("Age"), statusOf(response)]).toEqual(["9", "dogpile; hit; ttl=50"]);
  });

  test("goes on from the Age that the response came with", async () => {
    const { ask, clock } = site(() => page({ Age: "30", "Cache-Control": "max-age=100" }));
    expect((await ask()).headers.get("Age")).toBe("30");
    clock.advance(5);
    expect((await ask()).headers.get("Age")).toBe("35");
  });

  test("a clock that was set back makes none that is negative", async () => {
    const { ask, clock } = site(() => page());
    await ask();
    clock.advance(-20);
    expect((await ask()).headers.get("Age")).toBe("0");
  });
});

describe("a stale response", () => {
  const slow = (headers) => {
    const open = deferred();
    let times = 0;
    const it = site(async () => {
      times += 1;
      if (times > 1) await open.promise;
      return text(`page ${times}`, headers);
    });
    return { ...it, open };
  };

  test("is served while one caller gets a new one", async () => {
    const { ask, clock, handler, open } = slow();
    await ask();
    clock.advance(70);
    const leader = ask();
    await turns();
    const response = await ask();
    expect([statusOf(response), await response.text()]).toEqual(["dogpile; hit; ttl=-10", "page 1"]);
    open.resolve();
    expect([statusOf(await leader), await (await leader).text()]).toEqual(["dogpile; fwd=stale; stored", "page 2"]);
    expect(handler.times).toBe(2);
  });

  test.each(["must-revalidate", "proxy-revalidate"])("is not served where it says %s: callers wait", async (directive) => {
    const { ask, clock, handler, open } = slow({ "Cache-Control": `max-age=60, ${directive}` });
    await ask();
    clock.advance(70);
    const answers = [ask(), ask(), ask()];
    await turns();
    open.resolve();
    for (const answer of answers) expect(await (await answer).text()).toBe("page 2");
    expect(handler.times).toBe(2);
  });

  test("is served to all with staleWhileRevalidate, and replaced in the background", async () => {
    const { ask, clock, handler, region } = site(() => page(), {}, { staleWhileRevalidate: true });
    await ask();
    clock.advance(70);
    expect(statusOf(await ask())).toBe("dogpile; hit; ttl=-10");
    await until(async () => !(await region.keyIsLocked(`${ORIGIN}/`)));
    expect(statusOf(await ask())).toBe("dogpile; hit; ttl=60");
    expect(handler.times).toBe(2);
  });

  test("must-revalidate and staleWhileRevalidate: the handler is called once", async () => {
    let times = 0;
    const { ask, clock, handler } = site(() => text(`page ${++times}`, { "Cache-Control": "max-age=60, must-revalidate" }), {}, { staleWhileRevalidate: true });
    await ask();
    clock.advance(70);
    expect(await (await ask()).text()).toBe("page 2");
    expect(handler.times).toBe(2);
  });

  test("says so after a soft invalidation, too", async () => {
    const { ask, clock, region } = site(() => page(), {}, { staleWhileRevalidate: true, expirationTime: undefined });
    await ask();
    clock.advance(1);
    await region.invalidate({ soft: true });
    expect(statusOf(await ask())).toBe("dogpile; hit; ttl=-1");
  });

  test("goes when its successor may not be stored", async () => {
    let headers = {};
    const { ask, clock, handler, region } = site(() => page(headers), {}, { staleWhileRevalidate: true });
    await ask();
    clock.advance(70);
    headers = { "Cache-Control": "private" };
    expect(statusOf(await ask())).toMatch("hit; ttl=-10");
    await until(async () => (await region.get(`${ORIGIN}/`, { ignoreExpiration: true })) === undefined);
    expect(statusOf(await ask())).toBe("dogpile; fwd=miss");
    expect(handler.times).toBe(3);
  });
});

describe("staleIfError", () => {
  const failing = (how, options = { staleIfError: "1h" }, headers = {}) => {
    let times = 0;
    const it = site(() => (times++ === 0 ? page(headers) : how()), options);
    return it;
  };
  const throws = () => {
    throw new Error("no database");
  };

  test.each([
    ["throws", throws],
    ["answers 500", () => page({}, 500)],
    ["answers 503", () => page({}, 503)],
    ["breaks off", () => new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("broken")) }))],
  ])("a stale response is served where the handler %s", async (_name, how) => {
    const { ask, clock } = failing(how);
    await ask();
    clock.advance(70);
    for (const times of [1, 2]) expect(statusOf(await ask()), times).toBe("dogpile; hit; ttl=-10");
    clock.advance(3600);
    const [, given] = await outcome(ask());
    expect(given instanceof Error || statusOf(given) === "dogpile; fwd=stale", given).toBe(true);
  });

  test("not where the handler says that there is nothing", async () => {
    const { ask, clock } = failing(() => page({}, 403));
    await ask();
    clock.advance(70);
    expect((await ask()).status).toBe(403);
  });

  test("not a response that says must-revalidate", async () => {
    const { ask, clock } = failing(throws, { staleIfError: "1h" }, { "Cache-Control": "max-age=60, must-revalidate" });
    await ask();
    clock.advance(70);
    await expect(ask()).rejects.toThrow("no database");
    const { ask: askAgain, clock: time } = failing(() => page({}, 503), { staleIfError: "1h" }, { "Cache-Control": "max-age=60, must-revalidate" });
    await askAgain();
    time.advance(70);
    expect((await askAgain()).status).toBe(503);
  });

  test("not without the option", async () => {
    const { ask, clock } = failing(() => page({}, 503), {});
    await ask();
    clock.advance(70);
    const response = await ask();
    expect([response.status, statusOf(response)]).toEqual([503, "dogpile; fwd=stale"]);
  });
});
