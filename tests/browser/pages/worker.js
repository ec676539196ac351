import * as dogpile from "dogpile";
import { perform } from "./perform.js";
import * as tools from "./tools.js";

Object.assign(globalThis, dogpile, tools);

const answer = async ({ data: { work, args }, ports: [port] }) => port.postMessage(await perform(work, args));

addEventListener("message", answer);
addEventListener("connect", ({ ports: [port] }) => {
  port.onmessage = answer;
});
