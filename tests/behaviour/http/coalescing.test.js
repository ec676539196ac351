// Concurrent requests, and what one request's end means for the others.
import { describe, expect, test } from "vitest";
import { cached } from "dogpile/http";
import { checkAfterEach, counted, deferred, makeRegion, outcome, slowRegion, turns, until } from "../helpers.js";
import { ORIGIN, page, site, statusOf, text, textsOf } from "./site.js";

checkAfterEach();

test("a hundred callers, one call of the handler, a hundred responses", async () => {
  const open = deferred();
  const { ask, handler } = site(() => open.promise);
  const answers = Array.from({ length: 100 }, () => ask());
  await turns();
  open.resolve(page({ "X-A": "b" }));
  const responses = await Promise.all(answers);
  expect(new Set(responses).size).toBe(100);
  expect(await textsOf(responses)).toEqual(Array(100).fill("a page"));
  expect(handler.times).toBe(1);
  const statuses = responses.map(statusOf);
  expect(statuses.filter((status) => status === "dogpile; fwd=miss; stored")).toHaveLength(1);
  expect(statuses.filter((status) => status === "dogpile; fwd=miss; collapsed")).toHaveLength(99);
});

test("each response is its caller's own to change", async () => {
  const { ask } = site(() => page());
  for (let times = 0; times < 3; times++) {
    const response = await ask();
    expect(response.headers.get("X-Mine")).toBe(null);
    response.headers.set("X-Mine", "1");
    response.headers.set("Vary", "X-Mine");
  }
  expect((await ask()).headers.get("Vary")).toBe(null);
});

test("a region's retry does not call a handler twice for one request, nor delay its answer", async () => {
  const retries = [];
  const region = { retry: { attempts: 3, delay: "10s" }, observer: { onRetry: (...told) => retries.push(told) } };
  const { ask } = site(() => page({}, 503), {}, region);
  expect((await ask()).status).toBe(503);
  const error = new RangeError("no");
  const failing = site(() => Promise.reject(error), {}, region);
  expect(await outcome(failing.ask())).toEqual(["rejected", error]);
  expect([failing.handler.times, retries]).toEqual([1, []]);
});

test("the handler's error reaches all who wait, unchanged", async () => {
  const error = new RangeError("no");
  const open = deferred();
  const { ask, handler } = site(() => open.promise);
  const answers = [ask(), ask(), ask()].map(outcome);
  await turns();
  open.reject(error);
  for (const answer of answers) expect(await answer).toEqual(["rejected", error]);
  expect(handler.times).toBe(1);
});

describe("a request that is aborted", () => {
  test("leaves the others, and the one that called the handler leaves it running", async () => {
    const open = deferred();
    const { ask, handler } = site(() => open.promise);
    const controllers = [new AbortController(), new AbortController()];
    const [leader, waiter] = controllers.map(({ signal }) => outcome(ask("/", { signal })));
    const other = ask();
    await turns();
    controllers.forEach((controller, index) => controller.abort(new Error(`gone ${index}`)));
    expect((await leader)[0]).toBe("rejected");
    expect((await waiter)[0]).toBe("rejected");
    open.resolve(page());
    expect(await (await other).text()).toBe("a page");
    expect(handler.times).toBe(1);
    expect(statusOf(await ask())).toMatch(/hit/);
  });

  test("before it is asked calls nothing", async () => {
    const { ask, handler } = site(() => page());
    await expect(ask("/", { signal: AbortSignal.abort() })).rejects.toThrow();
    expect(handler.times).toBe(0);
  });
});

test("a handler that hangs is taken over, and its late response is nobody's", async () => {
  const first = deferred();
  const region = makeRegion({ lockTimeout: 0.5 }, [`${ORIGIN}/`]);
  const handler = counted(() => (handler.times === 1 ? first.promise : text("second")));
  const fetch = cached(region, handler);
  const ask = () => fetch(new Request(`${ORIGIN}/`));
  const answers = [ask(), ask()];
  expect(await textsOf(answers)).toEqual(["second", "second"]);
  first.resolve(text("first"));
  await turns();
  expect(await (await ask()).text()).toBe("second");
  expect(handler.times).toBe(2);
});

describe("a set or a delete meanwhile", () => {
  test("a response that was begun before a delete is not stored", async () => {
    const open = deferred();
    const { ask, handler, region } = site(() => open.promise.then(() => page()));
    const answer = ask();
    await turns();
    await region.delete(`${ORIGIN}/`);
    open.resolve();
    expect(await (await answer).text()).toBe("a page");
    await ask();
    expect(handler.times).toBe(2);
  });
});

describe("what another has stored under the key", () => {
  test.each([
    ["text"],
    [5],
    [null],
    [{}],
    [{ status: 200, headers: [] }],
    [{ status: "200", headers: [], body: "" }],
    [{ status: 200, headers: {}, body: "" }],
  ])("%j is replaced", async (payload) => {
    const { ask, handler, region } = site(() => page());
    await region.set(`${ORIGIN}/`, payload);
    expect(statusOf(await ask("/", { method: "HEAD" }))).toBe("dogpile; fwd=miss");
    expect(await textsOf([ask(), ask()])).toEqual(["a page", "a page"]);
    expect(statusOf(await ask())).toMatch(/hit/);
    expect(handler.times).toBe(2);
  });
});

describe("a backend that fails", () => {
  test.each(["get", "set"])("%s costs nobody the answer", async (operation) => {
    const { backend, region } = slowRegion({}, [`${ORIGIN}/`]);
    const handler = counted(() => page());
    backend.rejectNext(operation, new Error("away"));
    const fetch = cached(region, handler);
    expect(await (await fetch(new Request(`${ORIGIN}/`))).text()).toBe("a page");
    await until(() => backend.count(operation) > 0);
  });
});

test("before the region is configured requests reject", async () => {
  const { Region } = await import("dogpile");
  const fetch = cached(new Region(), () => page());
  await expect(fetch(new Request(`${ORIGIN}/`))).rejects.toMatchObject({ code: "REGION_NOT_CONFIGURED" });
});
