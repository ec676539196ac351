import { describe, test } from "vitest";
import { backendSuite } from "dogpile/testing";
import { backends, checkAfterEach } from "../helpers.js";

checkAfterEach();

describe.each(backends)("over %s", (_name, makeBackend) => {
  for (const { name, run } of backendSuite(makeBackend)) test(name, run);
});

describe("over a Map as it is", () => {
  for (const { name, run } of backendSuite(() => new Map())) test(name, run);
});
