import { describe, expect, test } from "vitest";
import { checkAfterEach, isSettled, refuses, slowRegion, turns } from "../helpers.js";

checkAfterEach();

describe("a write that never answers", () => {
  test("and had to wait for its turn rejects its own call, and lets the next one through", async () => {
    const { backend, region } = slowRegion({ lockTimeout: "40ms" });
    const first = backend.hold("set");
    backend.hold("set");
    const calls = [region.set("k", 1), region.set("k", 2), region.set("k", 3)];
    first.release();
    await calls[0];
    await refuses(() => calls[1], "TIMEOUT");
    await calls[2];
    expect(backend.payload("k")).toBe(3);
  });

  test("holds the writes behind it up one by one: no two are under way at once", async () => {
    const { backend, region } = slowRegion({ lockTimeout: "60ms" });
    const hung = [backend.hold("set"), backend.hold("set")];
    const sentAt = [];
    for (const gate of hung) gate.reached.then(() => sentAt.push(performance.now()));
    const rejected = [1, 2].map((value) => refuses(() => region.set("k", value), "TIMEOUT"));
    await region.set("k", 3).then(() => sentAt.push(performance.now()));
    await Promise.all(rejected);
    expect(sentAt[1] - sentAt[0]).toBeGreaterThan(50);
    expect(sentAt[2] - sentAt[1]).toBeGreaterThan(50);
    expect(backend.payload("k")).toBe(3);
  });

  test("makes a creation behind it read when it is given up, and not before", async () => {
    const { backend, region } = slowRegion({ lockTimeout: "60ms" });
    backend.hold("set");
    const second = backend.hold("set");
    const rejected = [1, 2].map((value) => refuses(() => region.set("k", value), "TIMEOUT"));
    const creation = region.getOrCreate("k", () => "created");
    await second.reached;
    expect(await isSettled(creation)).toBe(false);
    expect(backend.count("get")).toBe(0);
    expect(await creation).toBe("created");
    await Promise.all(rejected);
    expect(backend.payload("k")).toBe("created");
  });

  test("of a creation is given up once, not again by every later caller", async () => {
    const { backend, region } = slowRegion({ lockTimeout: "60ms" });
    backend.hold("set");
    expect(await region.getOrCreate("k", () => "not stored")).toBe("not stored");
    const later = region.getOrCreate("k", () => "stored");
    expect(await isSettled(later), "without any timer").toBe(true);
    expect(await isSettled(region.set("k", "set"))).toBe(true);
    expect(backend.payload("k")).toBe("set");
  });
});

test("a region that is configured anew with the backend that it has keeps its line of writes", async () => {
  const { backend, region } = slowRegion();
  const gate = backend.hold("set");
  const first = region.set("k", 1);
  region.configure({ backend, replaceExistingBackend: true });
  const second = region.set("k", 2);
  await turns();
  expect(backend.count("set")).toBe(1);
  gate.release();
  await Promise.all([first, second]);
  expect(backend.payload("k")).toBe(2);
});

test("of two values for keys that are one to the backend the later is stored, without a write of the earlier", async () => {
  const { backend, region } = slowRegion({ keyMangler: (key) => key.toLowerCase() });
  await region.setMulti([
    ["k", 1],
    ["K", 2],
  ]);
  expect(backend.sent).toEqual(["set k"]);
  expect(backend.payload("k")).toBe(2);
  await region.deleteMulti(["k", "K"]);
  expect(backend.count("delete")).toBe(1);
});
