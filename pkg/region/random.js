import { refused } from "../errors.js";

/** Random numbers of a user's function, from 0 to below 1. */
export function checkedRandom(random) {
  return () => {
    const number = random();
    if (typeof number === "number" && number >= 0 && number < 1) return number;
    throw refused("the result of random", "a number from 0 to below 1", number);
  };
}
