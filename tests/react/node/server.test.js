// React's server in Node: each render is a visitor's.
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { createElement as h, Suspense } from "react";
import { renderToPipeableStream, renderToString } from "react-dom/server";
import { createRegion, MemoryBackend } from "dogpile";
import { useCached, useCachedState } from "dogpile/react";
import { expect, test, vi } from "vitest";

const makeRegion = (options) => createRegion({ backend: new MemoryBackend(), ...options });
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

function Value({ region, id = "k", creator, options }) {
  return h("p", null, useCached(region, id, creator, options));
}

const page = (props) => h("main", null, h(Suspense, { fallback: "waiting" }, h(Value, props)));

function stream(element) {
  return new Promise((resolve, reject) => {
    const out = new PassThrough();
    const { pipe } = renderToPipeableStream(element, { onAllReady: () => pipe(out), onError: reject, onShellError: reject });
    text(out).then(resolve, reject);
  });
}

test("a stream waits for the value; many visitors at once cost one creation", async () => {
  const region = makeRegion();
  const creator = vi.fn(() => sleep(20).then(() => "the value"));
  const pages = await Promise.all(Array.from({ length: 50 }, () => stream(page({ region, creator }))));
  for (const html of pages) expect(html).toContain("<p>the value</p>");
  expect(creator).toHaveBeenCalledTimes(1);
});

test("what is there never suspends, in renderToString neither", async () => {
  const region = makeRegion();
  await stream(page({ region, creator: () => "there" }));
  expect(renderToString(page({ region, creator: () => "not called" }))).toBe("<main><!--$--><p>there</p><!--/$--></main>");
});

test("after an invalidation, a set or a delete the next visitor gets the new value", async () => {
  const region = makeRegion();
  let loads = 0;
  const creator = async () => `load ${++loads}`;
  const visit = async () => (await stream(page({ region, creator }))).match(/<p>(.*)<\/p>/)[1];
  expect([await visit(), await visit()]).toEqual(["load 1", "load 1"]);
  await region.invalidate();
  expect([await visit(), await visit()]).toEqual(["load 2", "load 2"]);
  await region.delete("k");
  expect(await visit()).toBe("load 3");
  await region.set("k", "set");
  await sleep(10);
  expect(await visit()).toBe("set");
});

test("a value that has expired is loaded again for a later visitor, and one that expires at once does not go round in circles", async () => {
  const region = makeRegion({ expirationTime: 0 });
  const creator = vi.fn(async () => "brief");
  expect(await stream(page({ region, creator }))).toContain("brief");
  expect(creator).toHaveBeenCalledTimes(1);
});

test("a creator's error reaches the stream's onError", async () => {
  const region = makeRegion({ observer: { onError() {} } });
  const creator = async () => {
    throw new Error("no");
  };
  await expect(stream(page({ region, creator }))).rejects.toThrow("no");
});

test("regions are apart, as each visitor's data has to be", async () => {
  const visit = (name) => stream(page({ region: makeRegion(), creator: async () => name }));
  expect(await Promise.all(["Ada", "Grace"].map(visit))).toEqual([expect.stringContaining("Ada"), expect.stringContaining("Grace")]);
});

test("useCachedState is pending, loads nothing, and shows initial", async () => {
  const region = makeRegion();
  const creator = vi.fn();
  const State = ({ options }) => {
    const { state, value } = useCachedState(region, "k", creator, options);
    return `${state} ${value}`;
  };
  expect(renderToString(h(State))).toBe("pending undefined");
  expect(renderToString(h(State, { options: { initial: 42 } }))).toBe("stale 42");
  expect(renderToString(page({ region, id: "seeded", creator, options: { initial: "seeded" } }))).toContain("seeded");
  await sleep(5);
  expect(creator).not.toHaveBeenCalled();
});

test("nothing is left of what was rendered, and nothing keeps a process alive", async () => {
  const region = makeRegion();
  let subscribed = 0;
  const subscribe = region.subscribe.bind(region);
  region.subscribe = (...args) => {
    const end = subscribe(...args);
    subscribed += 1;
    return () => {
      subscribed -= 1;
      end();
    };
  };
  for (let index = 0; index < 20; index++) await stream(page({ region, id: `${index}`, creator: async () => "value" }));
  expect(subscribed).toBe(20);
  await vi.waitFor(() => expect(subscribed).toBe(0), { timeout: 3000 });
});
