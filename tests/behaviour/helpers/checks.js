import { afterEach, beforeEach, expect, vi } from "vitest";
import { cleanDatabases } from "./databases.js";
import { settleLeftover } from "./promises.js";
import { expectNothingLeft } from "./regions.js";

const unhandled = [];

const onUnhandled = (event) => unhandled.push(event && typeof event === "object" && "promise" in event ? event.reason : event);
const task = () => new Promise((resolve) => setTimeout(resolve, 0));

/** After each test of the file that calls this: no rejection went unhandled, no key is locked, a new creation behaves. */
export function checkAfterEach() {
  const silence = () => vi.spyOn(console, "warn").mockImplementation(() => {});
  beforeEach(() => {
    silence();
    globalThis.process?.on?.("unhandledRejection", onUnhandled);
    globalThis.addEventListener?.("unhandledrejection", onUnhandled);
  });
  afterEach(async () => {
    vi.useRealTimers();
    vi.restoreAllMocks();
    silence();
    try {
      await settleLeftover();
      await expectNothingLeft();
      await cleanDatabases();
      await task();
      await task();
      expect(unhandled.splice(0), "unhandled rejections").toEqual([]);
    } finally {
      vi.restoreAllMocks();
      unhandled.length = 0;
      globalThis.process?.off?.("unhandledRejection", onUnhandled);
      globalThis.removeEventListener?.("unhandledrejection", onUnhandled);
    }
  });
}
