// redis-server on loopback, in a folder of its own, alone or as a cluster of three.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { redisCli, redisServer } from "../../../scripts/redis.mjs";

const LONGEST = 20_000;
const inHand = new Set();
process.once("exit", () => {
  for (const server of inHand) server.process.kill("SIGKILL");
});

/** Starts a server. It ends with `stop`, or with the process of the tests. */
export async function startRedis({ port, settings = [] } = {}) {
  const server = new Server(port ?? (await freePort()), settings);
  await server.start();
  return server;
}

class Server {
  port;
  process;
  #settings;
  #folder = mkdtempSync(join(tmpdir(), "dogpile-redis-"));

  constructor(port, settings) {
    this.port = port;
    this.#settings = settings;
  }

  get url() {
    return `redis://127.0.0.1:${this.port}`;
  }

  async start() {
    const always = ["--port", this.port, "--bind", "127.0.0.1", "--dir", this.#folder, "--save", "", "--appendonly", "no", "--daemonize", "no"];
    this.process = spawn(redisServer(), [...always, ...this.#settings].map(String), { stdio: "ignore" });
    inHand.add(this);
    await until(() => this.#answers());
  }

  /** What redis-cli prints. */
  async cli(...args) {
    const { stdout } = await promisify(execFile)(redisCli(), ["-p", String(this.port), ...args.map(String)], { timeout: LONGEST });
    return stdout.trim();
  }

  signal(name) {
    this.process.kill(name);
  }

  async kill() {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = once(this.process, "exit");
    this.process.kill("SIGKILL");
    await ended;
  }

  async stop() {
    await this.kill();
    inHand.delete(this);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** How often a command was run since the last `resetCounts`. */
  async counts() {
    const lines = (await this.cli("INFO", "commandstats")).split(/\r?\n/).map((line) => /^cmdstat_(.*?):calls=(\d+)/.exec(line));
    return Object.fromEntries(lines.filter(Boolean).map(([, name, calls]) => [name, Number(calls)]));
  }

  resetCounts() {
    return this.cli("CONFIG", "RESETSTAT");
  }

  #answers() {
    return new Promise((resolve) => {
      const socket = connect(this.port, "127.0.0.1", () => socket.write("PING\r\n"));
      const end = (answer) => {
        socket.destroy();
        resolve(answer);
      };
      socket.on("data", (data) => end(String(data).startsWith("+PONG")));
      socket.on("error", () => end(false));
    });
  }
}

/** Three masters with all slots among them. */
export async function startCluster() {
  const servers = [];
  for (let count = 0; count < 3; count += 1) {
    servers.push(await startRedis({ settings: ["--cluster-enabled", "yes", "--cluster-port", await freePort(), "--cluster-node-timeout", 2000] }));
  }
  const [first] = servers;
  const nodes = servers.map(({ port }) => `127.0.0.1:${port}`);
  await promisify(execFile)(redisCli(), ["--cluster", "create", ...nodes, "--cluster-yes"], { timeout: LONGEST });
  for (const server of servers) await until(async () => (await server.cli("CLUSTER", "INFO")).includes("cluster_state:ok"));
  return { servers, port: first.port, stop: () => Promise.all(servers.map((server) => server.stop())) };
}

/** Waits for a condition. */
export async function until(condition, longest = LONGEST) {
  for (const end = Date.now() + longest; ; await sleep(10)) {
    if (await condition()) return;
    if (Date.now() > end) throw new Error(`still not so after ${longest} ms: ${condition}`);
  }
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}
