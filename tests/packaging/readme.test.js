// The README's snippets run on the installed package and print what they say; its table is what the script prints.
import { readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "./installed.js";
import { program, run } from "./run.js";
import { withBundledWorker } from "./workers.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const readme = await readFile(join(root, "README.md"), "utf8");
const snippetsIn = (language) => [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms"))].map(([, code]) => code);
const snippets = snippetsIn("js");
const isWorker = (code) => code.includes("export default");
const workers = snippets.filter(isWorker);
const object = { type: "durable-object", worker: "worker", exportName: "DogpileLock" };

/** What its wrangler.toml binds. */
const bindingsOf = (code) => ({
  env: { CACHE: { type: "kv", id: "cache" }, ...(code.includes("env.DOGPILE") && { DOGPILE: object }) },
  objects: code.includes("env.DOGPILE") ? ["DogpileLock"] : [],
});

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

const named = (codes) => codes.map((code) => [headingOf(code), code]);

test.each(named(snippets.filter((code) => !isWorker(code))))("%s", (_heading, code) => expectPromised(code, code));

test.each(named(snippetsIn("ts")))("%s, in TypeScript", async (_heading, code) => {
  const file = join(app.folder, "snippet.ts");
  await writeFile(file, code);
  const options = ["--strict", "--noEmit", "--pretty", "false", "--target", "esnext", "--module", "nodenext"];
  await run(process.execPath, [program("typescript", "tsc"), ...options, file], { cwd: app.folder });
  await expectPromised(code, (await transform(code, { loader: "ts", target: "es2022" })).code);
});

test.each(named(workers))("%s, in workerd", async (_heading, code) => {
  await writeFile(join(app.folder, "worker.js"), code);
  await withBundledWorker(app, bindingsOf(code), async (worker) => {
    const response = await worker.dispatchFetch("http://worker.example/home");
    expect(await response.json()).toEqual({ title: "The page at /home" });
  });
});

test("Workers: what a request creates outlives it, without a ctx", async () => {
  const [worker] = workers;
  const slow = worker.replace("async function load(pathname) {", "$&\n  await scheduler.wait(1000);");
  expect(slow).not.toBe(worker);
  await writeFile(join(app.folder, "worker.js"), slow);
  // Miniflare's own proxy would keep the request alive.
  await withBundledWorker(app, { ...bindingsOf(slow), listens: true }, async (miniflare) => {
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

test("the comparison is what benches/peers.mjs prints", async () => {
  expect(readme).toContain(await run(process.execPath, ["benches/peers.mjs"], { cwd: root }));
});

test("the table of codes has every code that the types have", async () => {
  const types = await readFile(join(root, "pkg/index.d.ts"), "utf8");
  const codes = [...types.matchAll(/^ +\| "([A-Z_]+)";?$/gm)].map(([, code]) => code);
  expect(codes).toContain("VALIDATION");
  expect(codes.filter((code) => !readme.includes(`\n| \`${code}\` |`))).toEqual([]);
});

/** The program prints what the comments of its source say. */
async function expectPromised(source, executable) {
  const file = join(app.folder, "snippet.js");
  await writeFile(file, executable);
  const promised = [...source.matchAll(/console\.log\(.*\)[;,] \/\/ (.*)$/gm)].map(([, line]) => line);
  expect(promised).not.toEqual([]);
  expect(await run(process.execPath, [file], { cwd: app.folder })).toBe(`${promised.join("\n")}\n`);
}

/** The last heading before the code. */
function headingOf(code) {
  return readme.slice(0, readme.indexOf(code)).match(/.*^#+ (.*?)$/ms)[1];
}
