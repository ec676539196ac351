// What is told over a bus.
import { until } from "./server.js";

/** What a listener was told, as words: "up", "down" and the messages. */
export function listening(bus) {
  const told = [];
  const end = bus.subscribe({ message: (text) => told.push(text), up: () => told.push("up"), down: () => told.push("down") });
  return { told, end, isUp: () => until(() => told.findLast((word) => word === "up" || word === "down") === "up") };
}

export const subscribers = async (server) => Number((await server.cli("PUBSUB", "NUMSUB", "news")).split("\n")[1]);
