// A little of everything that the package does in one process; what comes of it is the same whatever lies on Object.prototype.
import * as dogpile from "dogpile";
import { play as playCalls } from "./calls.js";
import { play as playOptions } from "./options.js";
import { play as playStores } from "./stores.js";
import { play as playTimes } from "./times.js";

const describe = (error) => (error instanceof Error ? [error.name, error instanceof dogpile.DogpileCacheError && error.code, error.message] : [error]);

/** What each step came to, in their order. */
globalThis.play = async () => {
  const outcomes = [];
  console.warn = (text) => outcomes.push(["warns", text]);
  const note = async (step, ask) => {
    let outcome;
    try {
      outcome = ["gives", await ask()];
    } catch (error) {
      outcome = ["throws", ...describe(error)];
    }
    outcomes.push([step, ...outcome]);
  };
  for (const play of [playCalls, playTimes, playStores, playOptions]) await play(dogpile, note);
  return outcomes;
};
