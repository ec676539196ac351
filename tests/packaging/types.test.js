// index.d.ts is written by hand: it declares what there is, and there is what it declares.
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, test } from "vitest";
import { installPackage, linkPeer } from "./installed.js";
import { outcome, program, run } from "./run.js";
import { askBundledWorker } from "./workers.js";

const entries = {
  "index.js": ({ folder }) => outcome(process.execPath, ["exports.js"], { cwd: folder }),
  "workerd.js": (app) => askBundledWorker(app, "/exports"),
};

const strict = ["--strict", "--noEmit", "--pretty", "false", "--target", "esnext"];

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

for (const [entry, namesOf] of Object.entries(entries)) {
  test(`${entry} exports every value that index.d.ts declares, and no other`, async () => {
    const names = await namesOf(app);
    const file = join(app.folder, "declared.ts");
    await writeFile(file, declaration(names));
    await tsc(["--module", "nodenext", file]);
  });
}

/** To the compiler a literal has too many names where one is not declared, and too few where one is missing. */
function declaration(names) {
  const found = names.map((name) => `${JSON.stringify(name)}: true`).join(", ");
  return `export const values: Record<keyof typeof import("dogpile"), true> = { ${found} };\n`;
}

test("the type tests hold for the installed package, as Node resolves it", async () => {
  await linkPeer(app, "@opentelemetry/api");
  await cp(fileURLToPath(new URL("../types", import.meta.url)), join(app.folder, "types"), { recursive: true });
  await tsc(["--project", join(app.folder, "types/tsconfig.nodenext.json")], []);
});

function tsc(args, options = strict) {
  return run(process.execPath, [program("typescript", "tsc"), ...options, ...args], { cwd: app.folder });
}
