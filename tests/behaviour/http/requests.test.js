// Which requests are answered from the cache, under which keys, and what a handler is given.
import { describe, expect, test } from "vitest";
import { cached } from "dogpile/http";
import { checkAfterEach, counted, makeRegion, refuses } from "../helpers.js";
import { ORIGIN, page, site, statusOf, text, textsOf } from "./site.js";

checkAfterEach();

describe("a request goes to the handler as it is", () => {
  test.each([
    ["POST", { method: "POST", body: "x" }],
    ["DELETE", { method: "DELETE" }],
    ["OPTIONS", { method: "OPTIONS" }],
    ["with Authorization", { headers: { Authorization: "Bearer a" } }],
    ["with Range", { headers: { Range: "bytes=0-1" } }],
    ["with If-Match", { headers: { "If-Match": '"a"' } }],
    ["with If-Unmodified-Since", { headers: { "If-Unmodified-Since": "Sun, 06 Nov 1994 08:49:37 GMT" } }],
    ["with no-store", { headers: { "Cache-Control": "max-age=0, No-Store" } }],
  ])("%s", async (_name, init) => {
    const { ask, handler, region } = site(() => page({ "Cache-Status": "other; hit" }));
    await ask("/"); // what is there is not for it
    const request = new Request(`${ORIGIN}/`, init);
    const response = await cached(region, handler)(request);
    expect(statusOf(response)).toBe("other; hit, dogpile; fwd=bypass");
    expect(response.headers.has("Age")).toBe(false);
    expect(handler.times).toBe(2);
    expect(handler.calls[1][0]).toBe(request);
    expect(statusOf(await ask("/"))).toMatch(/^dogpile; hit/);
  });

  test("where `key` returns undefined", async () => {
    const { ask, handler } = site(() => page(), { key: ({ url }) => (url.includes("?") ? undefined : "k") }, { keys: [] });
    for (const path of ["/?a", "/?a"]) expect(statusOf(await ask(path))).toBe("dogpile; fwd=bypass");
    for (const path of ["/b", "/c"]) await ask(path);
    expect(handler.times).toBe(3);
  });

  test("and what it throws or rejects with reaches its caller", async () => {
    const { ask } = site(() => {
      throw new RangeError("no");
    });
    await expect(ask("/", { method: "PUT" })).rejects.toThrow(RangeError);
  });
});

test("the key is origin, path and query, without the fragment, in the order given", async () => {
  const { ask, handler, region } = site(() => page());
  const paths = ["/a", "/a#b", "/a?", "/a?b=1&c=2", "/a?c=2&b=1", "/A", "/a/"];
  for (const path of paths) await ask(path);
  expect(handler.times).toBe(6);
  expect(await region.get(`${ORIGIN}/a?b=1&c=2`)).toMatchObject({ status: 200, body: "a page" });
  expect(await region.get(`${ORIGIN}/a`)).toBeDefined();
});

test("a key that is no string is refused", async () => {
  for (const key of [() => 5, () => null, async () => "k"]) {
    const { ask, handler } = site(() => page(), { key }, { keys: [] });
    await refuses(ask, "VALIDATION", "the result of key", "a string");
    expect(handler.times).toBe(0);
  }
});

describe("vary", () => {
  const vary = ["Accept-Language", "X-Plan"];
  const echo = ({ headers }) => text(`${headers.get("accept-language")} ${headers.get("x-plan")}`);

  test("keeps requests apart by the headers that it names", async () => {
    const { ask, handler } = site(echo, { vary });
    const inits = [{}, { "Accept-Language": "" }, { "Accept-Language": "de" }, { "X-Plan": "de" }, { "Accept-Language": "de", "X-Plan": "a", "X-Other": "b" }];
    for (const headers of [...inits, ...inits]) expect(await (await ask("/", { headers })).text()).toBe(await echo(new Request(ORIGIN, { headers })).text());
    expect(handler.times).toBe(inits.length);
  });

  test("is named in Vary once, with what the response has", async () => {
    const own = { "/": {}, "/own": { Vary: "x-plan" }, "/twice": { Vary: "X-Plan, accept-language , X-Plan" } };
    const { ask } = site(({ url }) => page(own[new URL(url).pathname]), { vary: [...vary, "x-plan"] });
    for (const [path, expected] of [
      ["/", "accept-language, x-plan"],
      ["/own", "x-plan, accept-language"],
      ["/twice", "X-Plan, accept-language , X-Plan"],
    ]) {
      for (const handling of [/stored$/, /hit/]) {
        const response = await ask(path);
        expect(statusOf(response)).toMatch(handling);
        expect(response.headers.get("Vary")).toBe(expected);
      }
    }
  });

  test("is named by a response that is not stored, too", async () => {
    const { ask } = site(() => page({ "Cache-Control": "private", Vary: "Origin" }), { vary });
    expect((await ask()).headers.get("Vary")).toBe("origin, accept-language, x-plan");
    const { ask: askAny } = site(() => page({ Vary: "*" }), { vary });
    expect((await askAny()).headers.get("Vary")).toBe("*");
  });
});

describe("HEAD", () => {
  test("is answered from the record of GET, without its body", async () => {
    const { ask, handler, clock } = site(() => page({ "Content-Length": "6", "X-A": "b" }));
    await ask();
    clock.advance(7);
    const response = await ask("/", { method: "HEAD" });
    const { headers, status } = response;
    expect([status, headers.get("Content-Length"), headers.get("X-A"), headers.get("Age")]).toEqual([200, "6", "b", "7"]);
    expect(statusOf(response)).toBe("dogpile; hit; ttl=53");
    expect(response.body).toBe(null);
    expect(handler.times).toBe(1);
    expect((await ask("/", { method: "HEAD", headers: { "If-None-Match": headers.get("ETag") } })).status).toBe(304);
  });

  test("that finds none or a stale one runs the handler with HEAD and stores nothing", async () => {
    const { ask, handler, clock } = site(({ method }) => text(method === "HEAD" ? null : "a page"));
    const head = () => ask("/", { method: "HEAD" });
    expect(statusOf(await head())).toBe("dogpile; fwd=miss");
    expect(statusOf(await head())).toBe("dogpile; fwd=miss");
    expect(handler.calls.map(([{ method }]) => method)).toEqual(["HEAD", "HEAD"]);
    expect(await (await ask()).text()).toBe("a page");
    clock.advance(61);
    expect(statusOf(await head())).toBe("dogpile; fwd=miss");
  });

  test("costs nobody the answer where the backend fails", async () => {
    const fail = () => Promise.reject(new Error("away"));
    const { ask } = site(() => page(), {}, { backend: { get: fail, set: fail, delete: fail }, keys: [] });
    expect((await ask("/", { method: "HEAD" })).status).toBe(200);
  });
});

describe("the handler", () => {
  test("gets the other arguments of its caller, and has no part in the caller's abort", async () => {
    const region = makeRegion({}, [`${ORIGIN}/`]);
    const handler = counted((request) => text(String(request.signal?.aborted ?? false)));
    const controller = new AbortController();
    const fetch = cached(region, handler, {});
    const response = fetch(new Request(`${ORIGIN}/`, { signal: controller.signal, headers: { "X-A": "b" } }), "env", "ctx");
    controller.abort();
    await expect(response).rejects.toBe(controller.signal.reason);
    const [[request, ...rest]] = handler.calls;
    expect(rest).toEqual(["env", "ctx"]);
    expect([request.url, request.method, request.headers.get("x-a")]).toEqual([`${ORIGIN}/`, "GET", "b"]);
    expect(request.signal?.aborted ?? false).toBe(false);
  });

  test("gets no condition of the client, so that its response can be stored", async () => {
    const { ask, handler } = site(() => page());
    const condition = { "If-None-Match": '"other"', "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT", "X-A": "b" };
    expect(await textsOf([ask("/", { headers: condition })])).toEqual(["a page"]);
    const [[{ headers }]] = handler.calls;
    expect([...headers.keys()]).toEqual(["x-a"]);
  });
});
