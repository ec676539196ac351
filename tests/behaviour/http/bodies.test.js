// Bodies and headers as they come back, from stores that keep objects and from stores that keep text.
import { describe, expect, test } from "vitest";
import { checkAfterEach, deferred, turns } from "../helpers.js";
import { ORIGIN, page, site, statusOf, text } from "./site.js";

checkAfterEach();

const MiB = 1_048_576;
function bytes(length, from = 0) {
  const made = new Uint8Array(length);
  for (let index = 0; index < length; index++) made[index] = index * 31 + from;
  return made;
}
const bytesOf = async (response) => new Uint8Array(await response.arrayBuffer());

const bodies = [
  ["text", "text/plain", "ä € 😀 \u0000 end"],
  ["text with a byte order mark", "text/html; charset=UTF-8", "\uFEFFtext"],
  ["JSON", "application/json", '{"a":"|"}'],
  ["JSON of a vendor", "application/vnd.api+json; charset=utf-8", "[1]"],
  ["XML", "application/atom+xml", "<a/>"],
  ["SVG", "image/svg+xml", "<svg/>"],
  ["JavaScript", "text/javascript", "let a;"],
  ["nothing", "text/plain", ""],
  ["text of another charset", "text/plain; charset=iso-8859-1", Uint8Array.of(0xe4)],
  ["text that is no UTF-8", "text/plain", Uint8Array.of(0x61, 0xff, 0xfe, 0x80)],
  ["text that ends within a character", "application/json", Uint8Array.of(0x22, 0xe2, 0x82)],
  ["a surrogate in UTF-8", "text/plain", Uint8Array.of(0xed, 0xa0, 0x80)],
  ["bytes", "image/png", bytes(100_000)],
  ["bytes without a type", undefined, bytes(5)],
];

describe.each([
  ["objects", {}],
  ["text", { serializer: JSON }],
])("a store of %s gives back", (_store, options) => {
  test.each(bodies)("%s", async (_name, type, body) => {
    const expected = typeof body === "string" ? new TextEncoder().encode(body) : body;
    const { ask, handler } = site(() => new Response(expected, { headers: type && { "Content-Type": type } }), {}, options);
    for (let times = 0; times < 3; times++) {
      const response = await ask();
      expect(String(await bytesOf(response))).toBe(String(expected));
      expect(response.headers.get("Content-Type")).toBe(type ?? null);
    }
    expect(handler.times).toBe(1);
  });
});

test("a record is plain: text is text, and anything else is in base64", async () => {
  const { ask, region } = site(
    ({ url }) => (url.endsWith("/text") ? text("ä", { "X-A": "b" }) : new Response(Uint8Array.of(1, 2, 255))),
    {},
    { keys: ["/text", "/bytes"] },
  );
  await ask("/text");
  await ask("/bytes");
  const { headers, ...record } = await region.get(`${ORIGIN}/text`);
  expect(record).toEqual({ status: 200, body: "ä" });
  expect(headers).toEqual([
    ["content-type", "text/plain"],
    ["etag", expect.stringMatching(/^"/)],
    ["x-a", "b"],
  ]);
  expect(await region.get(`${ORIGIN}/bytes`)).toMatchObject({ b64: "AQL/" });
});

test("what belongs to a connection or to one response is not stored", async () => {
  const dropped = { Age: "1", "Cache-Status": "other; hit", "Keep-Alive": "timeout=5", "Proxy-Authenticate": "Basic", "Proxy-Connection": "close" };
  const more = { Connection: "close, X-Hop", "X-Hop": "1", TE: "trailers", Trailer: "X-T", "Transfer-Encoding": "chunked", Upgrade: "h2c", Date: "now" };
  const { ask } = site(() => page({ ...dropped, ...more, "X-Kept": "1" }));
  await ask();
  const { headers } = await ask();
  expect([...headers.keys()]).toEqual(["age", "cache-status", "content-type", "etag", "x-kept"]);
  expect(headers.get("Cache-Status")).toMatch(/^dogpile; hit/);
});

test("Content-Length is kept where it is right, and dropped where the body was decoded", async () => {
  const lengths = { "/right": { "Content-Length": "6" }, "/decoded": { "Content-Length": "3", "Content-Encoding": "gzip" } };
  const { ask } = site(({ url }) => page(lengths[new URL(url).pathname]), {}, { keys: Object.keys(lengths) });
  for (let times = 0; times < 2; times++) {
    expect((await ask("/right")).headers.get("Content-Length")).toBe("6");
    expect((await ask("/decoded")).headers.get("Content-Length")).toBe(null);
  }
});

describe("maxBytes", () => {
  const chunks = (size, count) => {
    const it = { pulled: 0 };
    const pull = (controller) => (it.pulled++ < count ? controller.enqueue(bytes(size, it.pulled)) : controller.close());
    const cancel = (reason) => (it.cancelled = reason);
    return Object.assign(it, { stream: new ReadableStream({ pull, cancel }, { highWaterMark: 0 }) });
  };

  test("a body of 2 MiB is passed on whole, and not stored", async () => {
    const { ask, handler, region } = site(() => new Response(chunks(65_536, 32).stream));
    for (let times = 1; times <= 2; times++) {
      const response = await ask();
      expect(statusOf(response)).toBe("dogpile; fwd=miss");
      const body = await bytesOf(response);
      expect(body.length).toBe(2 * MiB);
      for (const at of [0, 65_535, 65_536, MiB, 2 * MiB - 1]) expect(body[at]).toBe(bytes(65_536, Math.floor(at / 65_536) + 1)[at % 65_536]);
      expect(handler.times).toBe(times);
    }
    expect(await region.get(`${ORIGIN}/`)).toBeUndefined();
  });

  test("larger ones are stored where the option allows it", async () => {
    const { ask, handler } = site(() => new Response(bytes(2 * MiB)), { maxBytes: 2 * MiB });
    await ask();
    const [found, expected] = [await bytesOf(await ask()), bytes(2 * MiB)];
    expect(found.length).toBe(expected.length);
    expect(found.findIndex((byte, index) => byte !== expected[index])).toBe(-1);
    expect(handler.times).toBe(1);
  });

  test.each([
    [5, false],
    [6, true],
    [0, false],
    [Infinity, true],
  ])("%d, for a body of 6 bytes", async (maxBytes, isStored) => {
    const { ask } = site(() => page(), { maxBytes });
    const response = await ask();
    expect(statusOf(response)).toBe(isStored ? "dogpile; fwd=miss; stored" : "dogpile; fwd=miss");
    expect(await response.text()).toBe("a page");
  });

  test("a body whose Content-Length is too large is not read here", async () => {
    const body = chunks(1024, 2048);
    const { ask } = site(() => new Response(body.stream, { headers: { "Content-Length": String(2 * MiB) } }));
    const response = await ask();
    expect(body.pulled).toBe(0);
    await response.body.cancel("enough");
    expect(body.cancelled).toBe("enough");
  });

  test("what is left of a larger body is read only as the client reads it", async () => {
    const body = chunks(1024, 1_000_000);
    const { ask } = site(() => new Response(body.stream), { maxBytes: 2048 });
    const response = await ask();
    await turns();
    expect(body.pulled).toBeLessThan(10);
    await response.body.cancel("enough");
    expect(body.cancelled).toBe("enough");
  });
});

describe("a stream that breaks", () => {
  const broken = (parts) => {
    let pulled = 0;
    return new ReadableStream({ pull: (controller) => (pulled++ < parts ? controller.enqueue(bytes(10)) : controller.error(new Error("broken"))) });
  };

  test("rejects for everybody who waits, and stores nothing", async () => {
    let isBroken = true;
    const { ask, handler } = site(() => new Response(isBroken ? broken(3) : "whole"));
    const answers = await Promise.allSettled([ask(), ask(), ask()]);
    expect(answers.map(({ reason }) => reason?.message)).toEqual(["broken", "broken", "broken"]);
    expect(handler.times).toBe(1);
    isBroken = false;
    expect(await (await ask()).text()).toBe("whole");
  });

  test("past maxBytes breaks for its reader", async () => {
    const { ask } = site(() => new Response(broken(3)), { maxBytes: 15 });
    const response = await ask();
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  test("of something other than bytes rejects", async () => {
    const stream = () => new ReadableStream({ start: (controller) => controller.enqueue("text") });
    await expect(site(() => new Response(stream())).ask()).rejects.toThrow(TypeError);
  });
});

test("the body of a response that nobody gets is cancelled", async () => {
  const open = deferred();
  let cancelled = 0;
  const stream = () => new ReadableStream({ cancel: () => void cancelled++ });
  const { ask, handler } = site(async () => {
    await open.promise;
    return new Response(stream(), { headers: { "Cache-Control": "private" } });
  });
  const controller = new AbortController();
  const leader = ask("/", { signal: controller.signal });
  const waiter = ask();
  await turns();
  controller.abort();
  await expect(leader).rejects.toBe(controller.signal.reason);
  open.resolve();
  await (await waiter).body.cancel();
  await turns();
  expect(handler.times).toBe(2);
  expect(cancelled).toBe(2);
});
