import { defineConfig } from "vite";
import { pagesPlugin, sitePages } from "./build/pages.js";
import { playgroundModules, playgroundTypes } from "./build/playground.js";

export default defineConfig(async () => {
  const pages = await sitePages();
  return {
    base: "./",
    plugins: [pagesPlugin(pages), playgroundModules()],
    worker: { format: "es", plugins: () => [playgroundTypes()] },
    build: {
      target: "esnext",
      // A font inside a stylesheet would be a data: address, which the policy does not allow.
      assetsInlineLimit: 0,
      // TypeScript, which only the playground loads, and only there.
      chunkSizeWarningLimit: 6_000,
      rolldownOptions: { input: [...pages.keys()], checks: { pluginTimings: false } },
    },
  };
});
