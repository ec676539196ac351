import { createRegion } from "dogpile";
import { readOptions } from "./members.js";
import { lockCases } from "./testing/locks.js";
import { manyCases } from "./testing/many.js";
import { regionCases } from "./testing/regions.js";
import { singleCases } from "./testing/single.js";
import { Subject } from "./testing/subject.js";

const OPTIONS = ["serializer", "keyMangler"];
const cases = [...singleCases, ...manyCases, ...lockCases, ...regionCases];

/** What a backend has to do, as `{ name, run }` for the `test` of any test runner; `run` rejects with what the backend did wrong. */
export function backendSuite(makeBackend, options) {
  if (typeof makeBackend !== "function") throw new TypeError("backendSuite takes a function that returns a backend");
  const settings = readOptions(options, OPTIONS);
  // Without a parameter: Jest and node:test take one for a callback that the test will call.
  return cases.map(({ name, check }) => ({ name, run: async () => check(new Subject(await makeBackend(), settings, createRegion)) }));
}
