import { defineConfig } from "vite";
import { pagesPlugin, sitePages } from "./build/pages.js";

export default defineConfig(async () => {
  const pages = await sitePages();
  return {
    base: "./",
    plugins: [pagesPlugin(pages)],
    build: {
      target: "esnext",
      // A font inside a stylesheet would be a data: address, which the policy does not allow.
      assetsInlineLimit: 0,
      chunkSizeWarningLimit: 5_000,
      rolldownOptions: { input: [...pages.keys()] },
    },
  };
});
