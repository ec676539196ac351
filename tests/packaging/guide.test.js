// Every code block of the site's guide runs, each in its language, and prints what its comments say.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { visit } from "./chromium.js";
import { startRedis } from "../redis/helpers/server.js";
import { installPackage, linkPeer } from "./installed.js";
import { membersOf } from "./members.js";
import { program, run } from "./run.js";
import { withBundledWorker } from "./workers.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const guide = join(root, "www/guide");
const blocks = (await Promise.all((await readdir(guide)).sort().map(blocksOf))).flat();
const workers = blocks.filter(({ kind }) => kind === "js worker");
const named = (kind) => blocks.filter((block) => block.kind === kind).map(({ name, code }) => [name, code]);

/** What pages compare with or use; they are the workspace's own. */
const peers = [
  "lru-cache",
  "@epic-web/cachified",
  "bentocache",
  "cache-manager",
  "cacheable",
  "hono",
  "keyv",
  "redis",
  "unstorage",
  "@tanstack/query-async-storage-persister",
  "@opentelemetry/api",
  "@opentelemetry/sdk-trace-base",
  "prom-client",
];

let app;
let python;
let redis;
let written = 0;
beforeAll(async () => {
  app = await installPackage();
  for (const peer of peers) await linkPeer(app, peer);
  python = await installPython(join(app.folder, "venv"));
  redis = await startRedis();
});
afterAll(async () => {
  await redis?.stop();
  await app?.remove();
});

test("every block has a language in which it is run here", () => {
  const others = blocks.filter(({ kind }) => !/react|framework|inspect|^jsx/.test(kind)); // react.test.js, frameworks.test.js and devtools.test.js run those
  expect([...new Set(others.map(({ kind }) => kind))].sort()).toEqual([
    "js",
    "js page",
    "js redis",
    "js worker",
    "json wrangler",
    "py",
    "py redis",
    "sh",
    "ts",
  ]);
});

test.concurrent.each(named("js"))("%s", (_name, code) => expectPromised(code, code));

test.each(named("js redis"))("%s, beside a Redis server", (_name, code) => expectPromised(code, code, { REDIS_URL: redis.url }));

test.each(named("ts"))("%s, in TypeScript", async (_name, code) => {
  const file = join(app.folder, "snippet.ts");
  await writeFile(file, code);
  const options = ["--strict", "--noEmit", "--pretty", "false", "--target", "esnext", "--module", "nodenext"];
  await run(process.execPath, [program("typescript", "tsc"), ...options, file], { cwd: app.folder });
  await expectPromised(code, (await transform(code, { loader: "ts", target: "es2022" })).code);
});

test.each(named("js page"))("%s, in a page", async (_name, code) => {
  await writeFile(join(app.folder, "snippet-page.js"), code);
  const stdin = { contents: printing, resolveDir: app.folder };
  await build({ stdin, outdir: join(app.folder, "page"), bundle: true, splitting: true, format: "esm", define: { "import.meta.env.DEV": "true" } });
  await writeFile(join(app.folder, "page/index.html"), '<link rel="icon" href="data:,"><script type="module" src="./stdin.js"></script>');
  expect(await visit(join(app.folder, "page"), "index.html")).toEqual(promisedBy(code));
});

test.each(workers)("$name, on Workers", async (block) => {
  await writeFile(join(app.folder, "worker.js"), block.code);
  const body = await withBundledWorker(app, bindingsOf(block), async (worker) => {
    const twice = [1, 2].map(() => worker.dispatchFetch("http://worker.example/home"));
    return Promise.all((await Promise.all(twice)).map((response) => response.json()));
  });
  expect(body).toEqual([{ title: "The page at /home" }, { title: "The page at /home" }]);
});

test("what a request creates on Workers outlives it, without a ctx", async () => {
  const block = workers.find(({ code }) => code.includes("env.CACHE"));
  const slow = block.code.replace("async function load(pathname) {", "$&\n  await scheduler.wait(1000);");
  expect(slow).not.toBe(block.code);
  await writeFile(join(app.folder, "worker.js"), slow);
  // Miniflare's own proxy would keep the request alive.
  await withBundledWorker(app, { ...bindingsOf(block), listens: true }, async (miniflare) => {
    const url = new URL("/home", await miniflare.unsafeGetDirectURL());
    const leader = connect(url.port, url.hostname);
    leader.write(`GET ${url.pathname} HTTP/1.1\r\nHost: worker.example\r\n\r\n`);
    await sleep(300);
    const waiter = fetch(url, { signal: AbortSignal.timeout(10_000) });
    await sleep(300);
    leader.resetAndDestroy(); // workerd does not notice a FIN
    expect(await (await waiter).json()).toEqual({ title: "The page at /home" });
  });
});

test("the table of codes has every code that the types have", async () => {
  const types = await readFile(join(root, "pkg/index.d.ts"), "utf8");
  const codes = [...types.matchAll(/^ +\| "([A-Z_]+)";?$/gm)].map(([, code]) => code);
  expect(codes).toContain("VALIDATION");
  const page = await readFile(join(guide, "12-errors.md"), "utf8");
  expect(codes.filter((code) => !page.includes(`\n| \`${code}\` |`))).toEqual([]);
});

test("the tables of counters and events have every one that the types have", async () => {
  const types = await readFile(join(root, "pkg/index.d.ts"), "utf8");
  const page = await readFile(join(guide, "13-observability.md"), "utf8");
  const own = page.slice(0, page.indexOf("\n## OpenTelemetry"));
  const first = [...own.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => [...cell.matchAll(/`(\w+)/g)].map(([, name]) => name));
  expect(first.sort()).toEqual([...membersOf(types, "RegionStats"), ...membersOf(types, "RegionObserver")].sort());
});

test.each([...named("py"), ...named("py redis")])("%s, in Python", async (_name, code) => {
  const promised = [...code.matchAll(/^print\(.*\) {2}# (.*)$/gm)].map(([, line]) => line);
  expect(promised).not.toEqual([]);
  expect(await run(python, ["-c", code], { env: { REDIS_URL: redis.url } })).toBe(`${promised.join("\n")}\n`);
});

test.each(named("sh"))("%s, in a shell", (_name, code) => {
  // It is how the package came into the folder, from its tarball.
  expect(code).toBe(`npm install ${app.manifest.name}\n`);
});

/** The program prints what the comments of its source say. */
async function expectPromised(source, executable, variables = {}) {
  const file = join(app.folder, `snippet-${written++}.js`);
  await writeFile(file, executable);
  expect(await run(process.execPath, [file], { cwd: app.folder, env: variables })).toBe(`${promisedBy(source).join("\n")}\n`);
}

function promisedBy(source) {
  const promised = [...source.matchAll(/console\.log\(.*\)[;,] \/\/ (.*)$/gm)].map(([, line]) => line);
  expect(promised).not.toEqual([]);
  return promised;
}

/** A page has no output: what is printed becomes its outcome. */
const printing = `
import { inspect } from ${JSON.stringify(join(root, "www/playground/inspect.js"))};
const lines = [];
console.log = (...values) => lines.push(values.map((value) => inspect(value)).join(" "));
await import("./snippet-page.js");
globalThis.outcome = lines;
`;

/** What a Worker is bound to: what the configuration after it says. */
function bindingsOf({ code, config }) {
  return code.includes("env.") ? bound(JSON.parse(config)) : {};
}

/** What a wrangler.jsonc binds, for workerd. */
function bound({ kv_namespaces: namespaces, durable_objects: objects = { bindings: [] } }) {
  const kv = namespaces.map(({ binding }) => [binding, { type: "kv", id: "guide" }]);
  const durable = objects.bindings.map(({ name, class_name: exportName }) => [name, { type: "durable-object", worker: "worker", exportName }]);
  return { env: Object.fromEntries([...kv, ...durable]), objects: objects.bindings.map(({ class_name: name }) => name) };
}

async function blocksOf(file) {
  const source = await readFile(join(guide, file), "utf8");
  const fences = [...source.matchAll(/^```(.*)\n([^]*?)^```$/gm)];
  return fences.map(([fence, kind, code], index) => {
    const config = fences.slice(index).find(([, other]) => other === "json wrangler")?.[2];
    return { kind, code, config, name: `${file}: ${headingOf(source, fence)}` };
  });
}

/** The last heading before the code. */
function headingOf(source, fence) {
  return source.slice(0, source.indexOf(fence)).match(/.*^#+ (.*?)$/ms)[1];
}

async function installPython(folder) {
  const executable = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  await run("python3", ["-m", "venv", folder]);
  await run(executable, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "dogpile.cache==1.3.2", "redis==8.1.0"]);
  return executable;
}
