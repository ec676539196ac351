// Writes memory.txt anew: node tests/traces/generate.js
import { writeFileSync } from "node:fs";
import { integers } from "../behaviour/random/plan.js";
import { play } from "./play.js";

const SEED = 2026;
const BOUNDS = [undefined, 1, 2, 7, 20, 40];
const STEPS = 800;
const LOOK = 20;
/** Seconds; each may be kept exactly, so that a length of time is the same in nanoseconds. */
const RETENTIONS = [0, 0.125, 1, 4.5, 10, 60, 61.875, 1e9, 2e9, -1].map((seconds) => (seconds < 0 ? "" : ` ${seconds}`));
const START = Date.UTC(2026, 5);

const below = integers(SEED);
const pick = (list) => list[below(list.length)];
const key = (bound = 20) => `k${Math.min(below(bound * 2), below(bound * 2))}`;

function step(bound, time) {
  const dice = below(100);
  if (dice < 45) return `set ${key(bound)}${pick(RETENTIONS)}`;
  if (dice < 80) return `get ${key(bound)}`;
  if (dice < 88) return `delete ${key(bound)}`;
  if (dice < 93) return `at ${(time.now += below(12_000))}`;
  if (dice < 98) return `at ${(time.now = (Math.ceil(time.now / 1000) + below(12)) * 1000)}`; // whole seconds, as deadlines are
  return `at ${(time.now -= below(30_000))}`;
}

function section(bound, start) {
  const time = { now: start };
  const lines = [`bound ${bound ?? "none"}`, `at ${start}`];
  for (let count = 1; count <= STEPS; count++) {
    lines.push(step(bound, time));
    if (count % LOOK === 0) lines.push("held");
  }
  return lines;
}

const lines = [...BOUNDS.flatMap((bound) => section(bound, START)), ...section(7, Date.UTC(2025, 5))];
const host = Date.now;
const held = play(lines, (now) => (Date.now = () => now));
Date.now = host;
const filled = lines.map((line) => (line === "held" ? `held ${held.shift()}`.trimEnd() : line));
const notes = ["# Milliseconds since the epoch, keys, seconds of retention; `held` are the keys at that moment, in order. Made by generate.js."];
writeFileSync(new URL("memory.txt", import.meta.url), `${[...notes, ...filled].join("\n")}\n`);
