// What a load that tries again means for a Node process: it waits for what somebody waits for, and for nothing else.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installPackage } from "./installed.js";
import { run } from "./run.js";

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

async function printed(code) {
  const file = join(app.folder, "process.js");
  await writeFile(file, `import { createRegion, MemoryBackend } from "dogpile";\n${code}`);
  return run(process.execPath, [file], { cwd: app.folder });
}

test("a process waits for the next attempt, although nothing else keeps it alive", async () => {
  const code = `
    const region = createRegion({ backend: new MemoryBackend(), retry: { attempts: 2, delay: "300ms" } });
    let calls = 0;
    console.log(await region.getOrCreate("k", () => (++calls < 2 ? Promise.reject(new Error("busy")) : "value")));`;
  expect(await printed(code)).toBe("value\n");
});

test("a load that was taken over keeps no process alive while it waits to try again", async () => {
  const code = `
    const region = createRegion({ backend: new MemoryBackend(), observer: { onError() {} } });
    const options = { lockTimeout: "1h", retry: { attempts: 2, delay: "30m" } };
    const first = region.getOrCreate("k", () => Promise.reject(new Error("busy")), options);
    console.log(await region.getOrCreate("k", () => "second", { lockTimeout: "50ms" }), await first);
    const begun = performance.now();
    process.on("exit", () => console.log(performance.now() - begun < 60_000));
    setTimeout(() => {}, 100);`;
  expect(await printed(code)).toBe("second second\ntrue\n");
});
