import { expect, test, vi } from "vitest";
import trace from "../../traces/memory.txt?raw";
import { play } from "../../traces/play.js";
import { checkAfterEach } from "../helpers.js";

checkAfterEach();

test("a memory backend holds what one in Rust holds after the same calls", () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const lines = trace
    .trim()
    .split("\n")
    .filter((line) => !line.startsWith("#"));
  const looks = lines.filter((line) => line.startsWith("held"));
  const held = play(lines, (time) => vi.setSystemTime(time));
  expect(looks.length).toBeGreaterThan(200);
  expect(held.map((keys) => `held ${keys}`.trimEnd())).toEqual(looks);
});
