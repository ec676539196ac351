// The pages, bundled with the package, on this machine alone.
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { preview } from "vite";

const testPages = fileURLToPath(new URL("pages/", import.meta.url));

/** An origin that is not of this machine, to a browser that takes the server for its proxy. */
export const insecureHost = "insecure.example";

/** A proxy is asked for whole addresses. */
function beProxy(request, _response, next) {
  request.url = request.url.replace(/^http:\/\/[^/]+/, "");
  next();
}

export async function serve(pages = testPages, scripts = ["page.js", "worker.js", "away.js", "react.js"], define = {}) {
  const folder = await mkdtemp(join(tmpdir(), "dogpile-pages-"));
  await cp(pages, folder, { recursive: true, filter: (file) => !file.endsWith(".js") });
  const entryPoints = scripts.map((file) => join(pages, file));
  await build({ entryPoints, outdir: folder, bundle: true, format: "esm", logLevel: "error", define });
  const server = await preview({
    root: folder,
    appType: "mpa",
    configFile: false,
    logLevel: "error",
    build: { outDir: "." },
    preview: { host: "127.0.0.1", port: 0, cors: true, allowedHosts: [insecureHost] },
    plugins: [{ name: "proxy", configurePreviewServer: ({ middlewares }) => void middlewares.use(beProxy) }],
  });
  const close = async () => {
    await server.close();
    await rm(folder, { recursive: true });
  };
  return { port: server.httpServer.address().port, close };
}
