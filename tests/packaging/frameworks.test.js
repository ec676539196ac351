// The guide's few lines for Vue, Svelte and Solid, in components of each, in Chromium.
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "svelte/compiler";
import { afterAll, beforeAll, expect, test } from "vitest";
import { visit } from "./chromium.js";
import { installPackage } from "./installed.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const page = await readFile(join(root, "www/guide/25-vue-svelte-solid.md"), "utf8");
const blocks = new Map([...page.matchAll(/^```js framework (\S+)\n([^]*?)^```$/gm)].map(([, name, code]) => [name, code]));

/** What mounts a component with the text of "k" into `target`, and returns what ends it. */
const mounting = {
  vue: `import { createApp, h } from "vue";
    import { useCached } from "./vue.js";
    export function mount(target, creator) {
      const app = createApp({ setup() { const value = useCached("k", creator); return () => h("p", value.value); } });
      app.mount(target);
      return () => app.unmount();
    }`,
  svelte: `import { mount as mountComponent, unmount } from "svelte";
    import Component from "./component.js";
    export function mount(target, creator) {
      const component = mountComponent(Component, { target, props: { creator } });
      return () => unmount(component);
    }`,
  solid: `import { createRoot, createRenderEffect } from "solid-js";
    import { createCached } from "./solid.js";
    export function mount(target, creator) {
      return createRoot((dispose) => {
        const value = createCached("k", creator);
        createRenderEffect(() => { target.textContent = value() ?? ""; });
        return dispose;
      });
    }`,
};

const svelteComponent = `<script>
  import { cached } from "./svelte.js";
  const { creator } = $props();
  const value = cached("k", creator);
</script>
<p>{$value ?? ""}</p>`;

const program = (name) => `import { mount } from "./mount-${name}.js";
  import { region } from "./cache.js";
  const target = document.body.appendChild(document.createElement("div"));
  const shows = async (text) => { while (target.textContent !== text) await new Promise((resolve) => setTimeout(resolve, 5)); return text; };
  let loads = 0;
  const unmount = mount(target, async () => "load " + ++loads);
  const seen = [await shows("load 1")];
  await region.set("k", "set");
  seen.push(await shows("set"));
  await region.invalidate();
  seen.push(await shows("load 2"));
  await region.invalidate({ soft: true });
  seen.push(await shows("load 3"));
  unmount();
  await region.invalidate();
  await new Promise((resolve) => setTimeout(resolve, 20));
  globalThis.outcome = { seen, loads };`;

let app;
beforeAll(async () => {
  app = await installPackage();
});
afterAll(() => app?.remove());

test("each has its lines in the page", () => {
  expect([...blocks.keys()]).toEqual(["cache.js", ...Object.keys(mounting)]);
});

test.each(Object.keys(mounting))("%s shows what is loaded and what changes, and nothing after it has ended", async (name) => {
  const folder = join(app.folder, name);
  await mkdir(folder);
  await mkdir(join(folder, "node_modules"));
  await symlink(join(app.folder, "node_modules/dogpile"), join(folder, "node_modules/dogpile"), "junction");
  const library = name === "solid" ? "solid-js" : name;
  await symlink(join(root, "node_modules", library), join(folder, "node_modules", library), "junction");
  const files = { "cache.js": blocks.get("cache.js"), [`${name}.js`]: blocks.get(name), [`mount-${name}.js`]: mounting[name], "main.js": program(name) };
  if (name === "svelte") files["component.js"] = compile(svelteComponent, { generate: "client" }).js.code;
  for (const [file, code] of Object.entries(files)) await writeFile(join(folder, file), code);
  await build({
    entryPoints: [join(folder, "main.js")],
    outfile: join(folder, "page/page.js"),
    bundle: true,
    format: "esm",
    conditions: ["browser"],
    logLevel: "error",
  });
  await writeFile(join(folder, "page/index.html"), '<link rel="icon" href="data:,"><script type="module" src="page.js"></script>');
  expect(await visit(join(folder, "page"), "index.html")).toEqual({ seen: ["load 1", "set", "load 2", "load 3"], loads: 3 });
});
