// app/page.js, or another file of app/, by each bundler, to dist/<bundler>/page.html beside it; each gives that page's path in the folder.
import { copyFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { nodeResolve } from "@rollup/plugin-node-resolve";
import { build as esbuild } from "esbuild";
import { rollup } from "rollup";
import { build as vite } from "vite";
import webpack from "webpack";

export async function buildWithVite({ folder }) {
  await vite({
    root: folder,
    base: "./",
    configFile: false,
    logLevel: "error",
    mode: "production",
    build: { outDir: "dist/vite", rolldownOptions: { input: join(folder, "page.html") } },
  });
  return "dist/vite/page.html";
}

export function buildWithEsbuild({ folder }, file = "page.js") {
  return beside("esbuild", folder, (outfile) =>
    esbuild({
      entryPoints: [join(folder, file)],
      outfile,
      bundle: true,
      format: "esm",
      minify: true,
      logLevel: "error",
    }),
  );
}

export function buildWithRollup({ folder }) {
  return beside("rollup", folder, async (file) => {
    const onwarn = ({ message }) => {
      throw new Error(message);
    };
    const bundle = await rollup({ input: join(folder, "page.js"), plugins: [nodeResolve({ browser: true })], onwarn });
    await bundle.write({ file, format: "es" });
    await bundle.close();
  });
}

export function buildWithWebpack({ folder }, entry = "page.js") {
  return beside(
    "webpack",
    folder,
    (file) =>
      new Promise((resolve, reject) => {
        const output = { path: join(file, ".."), filename: "page.js" };
        // The ceiling has its own test; webpack's is for what one page loads in all.
        const performance = { hints: false };
        webpack({ mode: "production", context: folder, entry: `./${entry}`, output, performance }, (error, stats) => {
          if (error) reject(error);
          else if (stats.hasErrors() || stats.hasWarnings()) reject(new Error(stats.toString("errors-warnings")));
          else resolve();
        });
      }),
  );
}

async function beside(bundler, folder, bundle) {
  await mkdir(join(folder, "dist", bundler), { recursive: true });
  await bundle(join(folder, "dist", bundler, "page.js"));
  await copyFile(join(folder, "page.html"), join(folder, "dist", bundler, "page.html"));
  return `dist/${bundler}/page.html`;
}
