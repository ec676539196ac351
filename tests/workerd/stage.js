// The packed package in Workers of one runtime, and tests on them.
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, vi } from "vitest";
import { installPackage } from "../packaging/installed.js";
import { Client } from "./clients.js";
import { bundleWorker, startRuntime } from "./runtime.js";

const program = fileURLToPath(new URL("app", import.meta.url));
const objects = { DOGPILE: "DogpileLock", BROKEN: "Broken", SILENT: "Silent" };
const object = ([name, exportName]) => [name, { type: "durable-object", worker: "one", exportName }];
const bindings = { KV: { type: "kv", id: "kv" }, ...Object.fromEntries(Object.entries(objects).map(object)) };

/** What workerd says of promises that the wrong request waits for, and of requests that wait for nothing. */
const COMPLAINTS = /different request|code had hung|never generate a response|Cannot perform I\/O/;

/** What it says when somebody waited for a promise whose own request is gone: nothing waits in vain, for there is nobody left. */
const HARMLESS = /creating request has already been completed or canceled/;

/** The modules of app/worker.js with the package as a user has it. */
export async function bundleApp() {
  const app = await installPackage();
  try {
    await cp(program, app.folder, { recursive: true });
    return await bundleWorker(app.folder, "worker.js");
  } finally {
    await app.remove();
  }
}

/** Isolates named one, two, ... over one KV namespace and one class of locks. */
export class Runtime {
  #miniflare;
  #names;
  #urls = [];
  #count = 0;
  logs = [];

  constructor(modules, { isolates = 1, ...options } = {}) {
    this.#names = ["one", "two", "three"].slice(0, isolates);
    const worker = (name) => ({ name, modules, env: bindings, objects: name === "one" ? Object.values(objects) : [], listens: true, ...options });
    this.#miniflare = startRuntime(this.#names.map(worker), (message) => this.logs.push(message));
  }

  async ready() {
    await this.#miniflare.ready;
    for (const name of this.#names) this.#urls.push(await this.#miniflare.unsafeGetDirectURL(name));
    return this;
  }

  get miniflare() {
    return this.#miniflare;
  }

  /** A stage for one test: `query` goes with everything that it asks. */
  stage(query) {
    this.logs.length = 0;
    return new Stage(this.#urls, { stage: `stage${++this.#count}`, ...query }, this.logs);
  }

  dispose() {
    return this.#miniflare.dispose();
  }
}

class Stage {
  #urls;
  #query;
  #logs;
  #clients = 0;

  constructor(urls, query, logs) {
    this.#urls = urls;
    this.#query = query;
    this.#logs = logs;
  }

  get name() {
    return this.#query.stage;
  }

  /** A client that calls `path`, in the isolate of that number. */
  client(path, query, isolate = 0) {
    const url = new URL(path, this.#urls[isolate]);
    const client = `${this.#query.stage}.${++this.#clients}`;
    for (const [name, value] of Object.entries({ client, ...this.#query, ...query })) if (value !== undefined) url.searchParams.set(name, value);
    return Object.assign(new Client(url), { name: url.searchParams.get("client") });
  }

  async ask(path, query, isolate) {
    const { status, body } = await this.client(path, query, isolate).answer;
    expect(status, `${path}: ${body}`).toBe(200);
    return body;
  }

  state(isolate) {
    return this.ask("state", {}, isolate);
  }

  open(what, isolate) {
    return this.ask("open", { what: JSON.stringify(what) }, isolate);
  }

  /** Waits until what an isolate has seen is so. */
  async until(condition, isolate) {
    const look = async () => {
      const seen = await this.state(isolate);
      if (!condition(seen)) throw new Error(`waited in vain for ${condition}; seen: ${JSON.stringify(seen)}`);
      return seen;
    };
    return vi.waitFor(look, { timeout: 15_000, interval: 10 });
  }

  /** Nothing is left of these keys, and workerd had nothing to complain of. */
  async expectNothingLeft(keys, isolate) {
    const left = await this.ask("leftovers", { keys: keys.join() }, isolate);
    expect(left).toEqual(keys.map(() => ({ locked: false, value: "afterwards 1", lockedAfterwards: false })));
    expect(this.#logs.filter((message) => COMPLAINTS.test(message) && !HARMLESS.test(message))).toEqual([]);
  }
}
