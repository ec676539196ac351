// The worker in which an example runs: it imports the module that it is told, and tells the page what happens.
import { inspect } from "./inspect.js";

let start;
const tell = (kind, text, level) => postMessage({ kind, text, level, time: performance.now() - start });

for (const level of ["debug", "info", "log", "warn", "error"]) {
  console[level] = (...values) => tell("print", values.map((value) => inspect(value)).join(" "), level);
}
/** playground/dogpile.js tells of regions by this. */
globalThis.tellEvent = (text) => tell("event", text);

addEventListener("error", ({ message }) => tell("failure", message));
addEventListener("unhandledrejection", ({ reason }) => tell("failure", inspect(reason)));

self.onmessage = async ({ data: address }) => {
  start = performance.now();
  try {
    await import(/* @vite-ignore */ address);
    tell("end", "");
  } catch (error) {
    tell("failure", inspect(error));
  }
};
