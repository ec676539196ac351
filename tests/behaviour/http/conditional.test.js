// ETag, If-None-Match and 304.
import { describe, expect, test } from "vitest";
import { checkAfterEach } from "../helpers.js";
import { page, site, statusOf, text } from "./site.js";

checkAfterEach();

const known = (etag) => ({ headers: { "If-None-Match": etag } });
const streamed = (...parts) =>
  new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(new TextEncoder().encode(part));
      controller.close();
    },
  });

describe("ETag", () => {
  const etagOf = async (response, options) => (await site(() => response, options).ask()).headers.get("ETag");

  test("is the handler's where it has one", async () => {
    for (const etag of ['"a"', 'W/"a"', '""']) expect(await etagOf(page({ ETag: etag }))).toBe(etag);
  });

  test("else it is strong, and the same however the body comes", async () => {
    const etags = [text("ab"), text(streamed("ab")), text(streamed("a", "", "b")), text(new TextEncoder().encode("ab"))].map((response) => etagOf(response));
    const [first, ...others] = await Promise.all(etags);
    expect(first).toMatch(/^"[!#-~]+"$/);
    expect(others).toEqual([first, first, first]);
    expect(await etagOf(text("b"))).not.toBe(first);
  });

  test("is another for another encoding, whose body a runtime may show decoded", async () => {
    const [plain, zipped] = await Promise.all([etagOf(page()), etagOf(page({ "Content-Encoding": "gzip" }))]);
    expect(zipped).not.toBe(plain);
  });

  test("is made for nothing but 200 and 203", async () => {
    expect(await etagOf(page({}, 203))).toMatch(/^"/);
    for (const status of [301, 404, 410]) expect(await etagOf(page({}, status))).toBe(null);
  });

  test("of a response that is not stored stays its own", async () => {
    expect(await etagOf(page({ "Cache-Control": "private" }))).toBe(null);
  });
});

describe("If-None-Match", () => {
  test.each([
    ['"a"', '"a"', 304],
    ['"a"', 'W/"a"', 304],
    ['W/"a"', '"a"', 304],
    ['W/"a"', 'W/"a"', 304],
    ['"a"', '"b", "a"', 304],
    ['"a"', '"b" ,\t W/"a","c"', 304],
    ['"a,b"', '"a,b"', 304],
    ['""', '""', 304],
    ['"a"', "*", 304],
    ['"a"', " * ", 304],
    ['"a"', '"b"', 200],
    ['"a"', '"A"', 200],
    ['"a"', '"aa"', 200],
    ['"a"', '"b, "a', 200],
    ['"a"', "a", 200],
    ['"a"', "", 200],
    ["a", '"a"', 200],
  ])("ETag: %s, If-None-Match: %s is %d", async (etag, condition, status) => {
    const { ask, handler } = site(() => page({ ETag: etag }));
    for (const handling of [/stored$/, /hit/]) {
      const response = await ask("/", known(condition));
      expect(response.status).toBe(status);
      expect(await response.text()).toBe(status === 304 ? "" : "a page");
      expect(statusOf(response)).toMatch(handling);
    }
    expect(handler.times).toBe(1);
  });

  test("the ETag that was made is known", async () => {
    const { ask } = site(() => page());
    const etag = (await ask()).headers.get("ETag");
    expect((await ask("/", known(`"other", W/${etag}`))).status).toBe(304);
  });

  test.each([301, 404, 410])("means nothing for a status of %d", async (status) => {
    const { ask } = site(() => page({ ETag: '"a"' }, status));
    for (const condition of ['"a"', "*"]) expect((await ask("/", known(condition))).status).toBe(status);
  });

  test("a stale response is not modified either", async () => {
    const { ask, clock } = site(() => page({ ETag: '"a"' }), {}, { staleWhileRevalidate: true });
    await ask();
    clock.advance(70);
    const response = await ask("/", known('"a"'));
    expect([response.status, statusOf(response)]).toEqual([304, "dogpile; hit; ttl=-10"]);
  });
});

test("If-Modified-Since is not looked at", async () => {
  const { ask } = site(() => page({ "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT" }));
  for (let times = 0; times < 2; times++) expect((await ask("/", { headers: { "If-Modified-Since": "Sun, 06 Nov 1994 08:49:37 GMT" } })).status).toBe(200);
});

test("304 has the headers that RFC 9110 lists, and no other", async () => {
  const headers = {
    "Cache-Control": "max-age=60",
    "Content-Location": "/index.html",
    ETag: '"a"',
    Expires: "Sun, 06 Nov 2994 08:49:37 GMT",
    Vary: "X-A",
    "Content-Length": "6",
    "Content-Language": "en",
    "Content-Encoding": "identity",
    "Last-Modified": "Sun, 06 Nov 1994 08:49:37 GMT",
    "X-A": "b",
  };
  const { ask, clock } = site(() => page(headers), { vary: ["x-a"] });
  await ask();
  clock.advance(3);
  const response = await ask("/", known('"a"'));
  expect(response.body).toBe(null);
  expect(Object.fromEntries(response.headers)).toEqual({
    age: "3",
    "cache-control": "max-age=60",
    "cache-status": "dogpile; hit; ttl=57",
    "content-location": "/index.html",
    etag: '"a"',
    expires: "Sun, 06 Nov 2994 08:49:37 GMT",
    vary: "X-A",
  });
});

test("one client's condition is not another's", async () => {
  const { ask, handler } = site(() => page({ ETag: '"a"' }));
  const answers = await Promise.all([ask("/", known('"a"')), ask(), ask("/", known('"b"'))]);
  expect(answers.map(({ status }) => status)).toEqual([304, 200, 200]);
  expect(handler.times).toBe(1);
});
