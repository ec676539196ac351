// What a render with dogpile/react costs, in production in Chromium, beside useSyncExternalStore alone: node benches/react.mjs
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { visit } from "../tests/packaging/chromium.js";

const page = fileURLToPath(new URL("react-page.js", import.meta.url));
const folder = await mkdtemp(join(tmpdir(), "dogpile-react-"));
try {
  const define = { "process.env.NODE_ENV": JSON.stringify("production") };
  await build({ entryPoints: [page], outfile: join(folder, "page.js"), bundle: true, minify: true, format: "esm", define, logLevel: "error" });
  await writeFile(join(folder, "index.html"), '<link rel="icon" href="data:,"><script type="module" src="page.js"></script>');
  console.table(await visit(folder, "index.html"));
} finally {
  await rm(folder, { recursive: true });
}
