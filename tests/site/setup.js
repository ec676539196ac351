// The site as it is built, served under the strictest policy that it promises to work under.
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, preview } from "vite";

const source = fileURLToPath(new URL("../../www", import.meta.url));
/** A header holds for workers as well, which a page's own meta element does not. */
const headers = { "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'" };

export default async function setup({ provide }) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "dogpile-site-")));
  await build({ root: source, logLevel: "error", mode: "production", build: { outDir: folder, emptyOutDir: true } });
  const server = await preview({
    root: folder,
    appType: "mpa",
    configFile: false,
    logLevel: "error",
    build: { outDir: "." },
    preview: { host: "127.0.0.1", port: 0, headers },
  });
  provide("folder", folder);
  provide("address", `http://127.0.0.1:${server.httpServer.address().port}/`);
  return async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  };
}
