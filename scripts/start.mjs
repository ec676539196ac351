// The main job in the terminal, then the site; `npm start -- --once` ends between the two.
import { build } from "./build.mjs";
import { program, run, stream } from "./run.mjs";

await program(import.meta, async () => {
  await build();
  await run("node", ["www/stampede/terminal.mjs"]);
  if (process.argv.includes("--once")) return;
  await run("vite", ["build", "www", "--logLevel", "warn"]);
  await stream("vite", ["preview", "www"], { stdio: "inherit" });
});
