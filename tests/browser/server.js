// The project's own files on this machine alone: pages import the package as it lies there, module by module.
import { fileURLToPath } from "node:url";
import { preview } from "vite";

export async function serve() {
  const server = await preview({
    root: fileURLToPath(new URL("../..", import.meta.url)),
    appType: "mpa",
    configFile: false,
    logLevel: "error",
    build: { outDir: "." },
    preview: { host: "127.0.0.1", port: 0, allowedHosts: ["insecure.example"] },
  });
  const { port } = server.httpServer.address();
  return { url: `http://localhost:${port}/tests/browser/`, port, close: () => server.close() };
}
