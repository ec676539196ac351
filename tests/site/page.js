import { afterAll, beforeAll, beforeEach, inject } from "vitest";
import { open } from "./browser.js";

/** A browser for all tests of a file, each of which begins on the page as it opens. */
export function page(path, options) {
  let browser;
  beforeAll(async () => {
    browser = await open(inject("browserName"), options);
  });
  beforeEach(() => path && browser.url(address(path)));
  afterAll(() => browser?.deleteSession());
  return () => browser;
}

export function address(path) {
  return new URL(path, inject("address")).href;
}
