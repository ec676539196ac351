import { defineConfig } from "vite";
import { notFound } from "./build/not-found.js";
import { pagesPlugin, sitePages } from "./build/pages.js";
import { playgroundModules, playgroundTypes } from "./build/playground.js";
import { searchIndex } from "./build/search.js";

export default defineConfig(async () => {
  const pages = await sitePages();
  return {
    base: "./",
    plugins: [pagesPlugin(pages), searchIndex(pages), playgroundModules(), notFound()],
    worker: { format: "es", plugins: () => [playgroundTypes()] },
    build: {
      target: "esnext",
      // A font inside a stylesheet would be a data: address, which the policy does not allow.
      assetsInlineLimit: 0,
      // TypeScript, which only the playground loads, and only there.
      chunkSizeWarningLimit: 6_000,
      rolldownOptions: { checks: { pluginTimings: false } },
    },
  };
});
