// A process of Node beside the tests: one of the services that share the server.
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** `ask` sends a command to it and gives its answer. `program`: a file of this folder. */
export async function startService(kind, port, lease = "2s", program = "service.js") {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), [kind, String(port), lease], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const exited = once(child, "exit");
  const waiting = new Map();
  let last = 0;
  const ready = new Promise((resolve, reject) => {
    waiting.set(0, resolve);
    exited.then(() => reject(new Error("the process ended")));
  });
  child.on("message", ({ id, answer }) => waiting.get(id)?.(answer));
  await ready;
  return {
    process: child,
    ask: (command, ...args) =>
      new Promise((resolve) => {
        last += 1;
        waiting.set(last, resolve);
        child.send({ id: last, command, args });
      }),
    /** Also one that is stopped. */
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
