// Where there is no WebAssembly, or a policy forbids to compile it, the import of the packed package says so.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { visit } from "./chromium.js";
import { installPackage } from "./installed.js";
import { outcome } from "./run.js";

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

const entries = ["./node_modules/dogpile/bundle.js", "./node_modules/dogpile/index.js"];
const importing = (entry) => `import(${JSON.stringify(entry)}).then(
  () => ({ code: "none" }),
  ({ code, name, message, cause }) => ({ code, name, message, cause: cause?.name }),
)`;
const unsupported = (text, cause) => ({ code: "UNSUPPORTED", name: "UnsupportedError", message: expect.stringContaining(text), cause });

describe.each(entries)("the import of %s in Node", (entry) => {
  const inNode = async (before, ...flags) => {
    const file = join(app.folder, "unsupported.js");
    await writeFile(file, `${before}\nconsole.log(JSON.stringify(await ${importing(entry)}));`);
    return outcome(process.execPath, [...flags, file], { cwd: app.folder });
  };

  test("works as it is", async () => {
    expect(await inNode("")).toEqual({ code: "none" });
  });

  test.each([
    ["with --jitless", "", ["--jitless"]],
    ["where somebody has taken it away", "delete globalThis.WebAssembly;", []],
  ])("says that WebAssembly is missing, %s", async (_name, before, flags) => {
    expect(await inNode(before, ...flags)).toEqual(unsupported("WebAssembly, which is missing", undefined));
    expect((await inNode(before, ...flags)).message).toMatch(/lockdown.*--jitless/);
  });

  test("says that it may not be compiled, with the engine's error as cause", async () => {
    const before = "WebAssembly.Module = class { constructor() { throw new WebAssembly.CompileError('blocked'); } };";
    expect(await inNode(before)).toEqual(unsupported("'wasm-unsafe-eval'", "CompileError"));
  });
});

test.each(entries)("the import of %s in a page whose policy forbids it names what the policy has to allow", async (entry) => {
  await writeFile(join(app.folder, "policy.js"), `globalThis.outcome = await ${importing(entry)};`);
  const head = `<!doctype html><meta http-equiv="Content-Security-Policy" content="script-src 'self'"><link rel="icon" href="data:,">`;
  await writeFile(join(app.folder, "policy.html"), `${head}<script type="module" src="./policy.js"></script>`);
  expect(await visit(app.folder, "policy.html")).toEqual(unsupported("'wasm-unsafe-eval'", "CompileError"));
});
