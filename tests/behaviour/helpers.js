// What the tests of the behaviour have in common, for one import.
export * from "#backends";
export * from "./helpers/checks.js";
export { emptiedDatabase, freshDatabase } from "./helpers/databases.js";
export * from "./helpers/errors.js";
export { plainBackend } from "./helpers/plain-backend.js";
export { deferred, elapsed, isSettled, outcome, turns, until } from "./helpers/promises.js";
export { promptBackends } from "./helpers/prompt-backends.js";
export { makeRegion, slowRegion } from "./helpers/regions.js";
export * from "./helpers/slow-backend.js";
export * from "./helpers/values.js";
