import * as dogpile from "dogpile";
import { perform } from "./perform.js";
import * as tools from "./tools.js";

/** `?hurry=20`: timers of a second or more fire so many times sooner. */
const hurry = Number(new URLSearchParams(location.search).get("hurry") ?? 1);
const { setTimeout: startTimer } = globalThis;
globalThis.setTimeout = (callback, delay, ...args) => startTimer(callback, delay >= 1000 ? delay / hurry : delay, ...args);

/** A frame is told by its page what to do. */
addEventListener("message", async ({ data: { work, args }, ports: [port] }) => port?.postMessage(await perform(work, args)));
Object.assign(globalThis, dogpile, tools, { perform });
