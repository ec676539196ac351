// The site as it is built, served under the strictest policy that it promises to work under.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, preview } from "vite";
import { root } from "../../scripts/run.mjs";
import { notFound } from "../../www/build/not-found.js";

/** A header holds for workers as well, which a page's own meta element does not. */
const headers = { "Content-Security-Policy": "script-src 'self' 'wasm-unsafe-eval'" };

export default async function setup({ provide }) {
  const folder = await built();
  const server = await preview({
    root: folder,
    appType: "mpa",
    configFile: false,
    logLevel: "error",
    plugins: [notFound()],
    build: { outDir: "." },
    preview: { host: "127.0.0.1", port: 0, headers },
  });
  provide("folder", folder);
  provide("address", `http://127.0.0.1:${server.httpServer.address().port}/`);
  return () => server.close();
}

/** Built once for what it is made of: the suites of two browsers share it. */
async function built() {
  const sites = join(root, "target", "site");
  const folder = join(sites, digest());
  if (existsSync(folder)) return folder;
  rmSync(sites, { recursive: true, force: true });
  const fresh = `${folder}-${process.pid}`;
  await build({ root: join(root, "www"), logLevel: "error", mode: "production", build: { outDir: fresh } });
  renameSync(fresh, folder);
  return folder;
}

function digest() {
  const hash = createHash("sha256");
  const figures = ["benches/results.json", "scripts/claims.mjs", "scripts/performance.mjs"];
  for (const file of [...sources("pkg"), ...sources("www"), ...figures, "package-lock.json"]) hash.update(file).update(readFileSync(join(root, file)));
  return hash.digest("hex").slice(0, 16);
}

function sources(folder) {
  const files = readdirSync(join(root, folder), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name).slice(root.length));
  return paths.filter((path) => !/(^|[\\/])(node_modules|dist)[\\/]/.test(path)).sort();
}
