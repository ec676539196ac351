// How many tests passed and failed, from what each tool says itself.
import { readFileSync, rmSync } from "node:fs";

/** A command that passes or fails as a whole. */
export function whole({ status }) {
  return status === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
}

/** The summary line of libtest, one a test binary; wasm-bindgen-test prints the same. */
export function libtest({ output }) {
  const summaries = [...output.matchAll(/^test result: .*?(\d+) passed; (\d+) failed;/gm)];
  const sum = (column) => summaries.reduce((total, match) => total + Number(match[column]), 0);
  return { passed: sum(1), failed: sum(2) };
}

/** A file that could not be loaded has no tests to count: it has failed as one. */
export function vitest(report) {
  return () => {
    const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    rmSync(report);
    const unloaded = testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0);
    return { passed: numPassedTests, failed: numFailedTests + unloaded.length };
  };
}

/** A test is a file of tests/types: one with an error in it has failed. */
export function typescript({ output }) {
  const files = new Set(output.match(/^.*\btests[\\/]types[\\/][^\\/]+\.ts$/gm));
  const wrong = new Set([...output.matchAll(/^(\S.*?)[(:]\d+[,:]\d+\)?.*\berror TS/gm)].map((match) => match[1]));
  return { passed: Math.max(0, files.size - wrong.size), failed: wrong.size };
}
