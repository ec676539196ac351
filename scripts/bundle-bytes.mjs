// What a page has to load.
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "./run.mjs";

export async function bundleBytes(contents) {
  const options = { stdin: { contents, resolveDir: root }, bundle: true, minify: true, format: "esm", write: false, logLevel: "silent" };
  // What needs Node's own modules leaves them out.
  const {
    outputFiles: [{ contents: bundle }],
  } = await build(options).catch(() => build({ ...options, platform: "node" }));
  return gzipSync(bundle, { level: 9 }).length;
}
