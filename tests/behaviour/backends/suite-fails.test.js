// The suite for backends can fail: each of these backends does one thing wrong, and every case catches one of them.
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { backendSuite } from "dogpile/testing";
import { BROKEN } from "./broken-backends.js";
import { WholeBackend } from "./whole-backend.js";

// A region warns of locks that fail.
beforeAll(() => vi.spyOn(console, "warn").mockImplementation(() => {}));
afterAll(() => vi.restoreAllMocks());

test.concurrent.each(BROKEN)("a backend that %s is caught", { timeout: 20_000 }, async (_what, methods, name, message) => {
  const [found] = backendSuite(() => Object.assign(new WholeBackend(), methods)).filter((each) => each.name.startsWith(name));
  await expect(found.run()).rejects.toThrow(message);
});

test("every case catches one of them", () => {
  const uncaught = backendSuite(() => new WholeBackend()).filter(({ name }) => !BROKEN.some(([, , start]) => name.startsWith(start)));
  expect(uncaught).toEqual([]);
});

describe("a backend that has every method passes", () => {
  for (const { name, run } of backendSuite(() => new WholeBackend())) test(name, run);
});

describe("a store of text passes with a serializer among the options", () => {
  class TextBackend extends WholeBackend {
    async set(key, text) {
      if (typeof text !== "string") throw new Error("this store takes text alone");
      this.rows.set(key, text);
    }
    async setMulti(texts) {
      for (const [key, text] of texts) await this.set(key, text);
    }
  }
  const keyMangler = (key) => `mangled:${key}`;
  for (const { name, run } of backendSuite(() => new TextBackend(), { serializer: JSON, keyMangler })) test(name, run);

  test("and fails without", async () => {
    const [, , roundTrip] = backendSuite(() => new TextBackend());
    await expect(roundTrip.run()).rejects.toThrow("text alone");
  });
});

test("no function, and an option that is none, are refused", () => {
  expect(() => backendSuite(new WholeBackend())).toThrow("a function that returns a backend");
  expect(() => backendSuite(() => new WholeBackend(), { serialiser: JSON })).toThrow("serializer");
});
