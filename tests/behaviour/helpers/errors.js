// What a call rejects with or throws.
import { expect } from "vitest";
import { DogpileCacheError } from "dogpile";
import { outcome } from "./promises.js";

/** The call returns a promise, which rejects with an error of this package that has the code and quotes the texts. */
export async function refuses(call, code, ...texts) {
  let promise;
  try {
    promise = call();
  } catch (error) {
    throw new Error(`threw at once where a rejection was due: ${String(error)}`);
  }
  expect(promise).toBeInstanceOf(Promise);
  const [how, error] = await outcome(promise);
  expect(how).toBe("rejected");
  expectError(error, code, texts);
  return error;
}

/** The call throws at once an error of this package that has the code and quotes the texts. */
export function throws(call, code, ...texts) {
  let thrown;
  try {
    call();
  } catch (error) {
    thrown = { error };
  }
  expect(thrown, "it did not throw").toBeDefined();
  expectError(thrown.error, code, texts);
  return thrown.error;
}

function expectError(error, code, texts) {
  expect(error).toBeInstanceOf(Error);
  expect(error.code, String(error)).toBe(code);
  expect(error).toBeInstanceOf(DogpileCacheError);
  for (const text of texts) expect(error.message).toContain(text);
}
