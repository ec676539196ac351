// 404.html answers for addresses of every depth, so it names what it needs from the site's root.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export function notFound() {
  let root = "/";
  return {
    name: "dogpile-not-found",
    configResolved({ base }) {
      if (base.startsWith("/")) root = base;
    },
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const page = bundle["404.html"];
        page.source = String(page.source).replace(/\b(href|src|data-root)="\.\//g, `$1="${root}`);
      },
    },
    configurePreviewServer: ({ middlewares, config }) => answerFrom(middlewares, join(config.root, config.build.outDir)),
  };
}

/** Hosts of static sites do this by themselves; Vite's preview does not. */
function answerFrom(middlewares, folder) {
  middlewares.use((request, response, next) => {
    const { pathname } = new URL(request.url, "http://localhost");
    if (existsSync(join(folder, decodeURIComponent(pathname)))) return next();
    response.writeHead(404, { "content-type": "text/html; charset=utf-8" });
    response.end(readFileSync(join(folder, "404.html")));
  });
}
