// Every suite of `npm test`: its name, where its tests run, how it is started and how its result is read.
import { delimiter, join } from "node:path";
import { chromedriver, geckodriver, webkitDriver } from "./browsers.mjs";
import { libtest, typescript, vitest, whole } from "./counts.mjs";
import { ask, environment, root, which } from "./run.mjs";
import { toolBin } from "./tools.mjs";

const wasm32 = ["--target", "wasm32-unknown-unknown"];
const npm = ["--features", "js,sha1,workers"];
const strict = ["--", "--deny", "warnings"];
const inChromium = ["--headless", "--chrome", "--chromedriver", chromedriver];
const inFirefox = ["--headless", "--firefox", "--geckodriver", geckodriver];
const inWebKit = ["--headless", "--safari", "--safaridriver", webkitDriver];
/** What Rust users have in browsers and on Workers. */
const backends = ["web_backends", ["--features", "web"]];
const typesOnly = ["--noEmit", "--pretty", "false", "--listFiles", "-p"];

export const suites = [
  { name: "lint", host: "Biome", command: ["biome", "ci", "--error-on-warnings", "."], count: whole },
  { name: "size", host: "esbuild", command: ["size-limit"], count: whole },
  { name: "fmt", host: "", command: ["cargo", "fmt", "--check"], count: whole },
  { name: "clippy-native", host: "native", command: ["cargo", "clippy", "--all-targets", "--features", "serde", ...strict], count: whole },
  { name: "clippy-wasm", host: "wasm32", command: ["cargo", "clippy", "--all-targets", ...wasm32, ...npm, ...strict], count: whole },
  { name: "clippy-web", host: "wasm32", command: ["cargo", "clippy", "--all-targets", ...wasm32, "--features", "web", ...strict], count: whole },
  { name: "rust-native", host: "native", command: ["cargo", "test", "--no-fail-fast", "--features", "serde"], count: libtest },
  { name: "crate", host: "native", command: ["cargo", "publish", "--dry-run", "--allow-dirty"], count: whole },
  {
    name: "crate-docs",
    host: "native",
    command: ["cargo", "doc", "--no-deps", "--features", "serde"],
    env: { ...environment, RUSTDOCFLAGS: "--deny warnings" },
    count: whole,
  },
  wasmPack("node", "Node 24", ["--node"]),
  wasmPack("chromium", "Chromium", inChromium),
  wasmPack("firefox", "Firefox", inFirefox),
  onDisplay(wasmPack("webkit", "WebKit", inWebKit)),
  inWorker("dedicated"),
  inWorker("shared"),
  inWorker("service"),
  wasmPack("backends-chromium", "Chromium", inChromium, ...backends),
  wasmPack("backends-firefox", "Firefox", inFirefox, ...backends),
  onDisplay(wasmPack("backends-webkit", "WebKit", inWebKit, ...backends)),
  inWorker("dedicated", "backends-", ...backends),
  { name: "check-js", host: "tsc", command: ["tsc", "--pretty", "false", "-p", "tests/check-js"], count: whole },
  { name: "types", host: "tsc", command: ["tsc", ...typesOnly, "tests/types"], count: typescript },
  { name: "types-workers", host: "tsc", command: ["tsc", ...typesOnly, "tests/workerd/types"], count: whole },
  javascript("behaviour-node", "Node 24"),
  javascript("behaviour-system-node", `Node ${ask(which("node"), ["--version"])?.slice(1)}`),
  javascript("behaviour-chromium", "Chromium"),
  javascript("behaviour-firefox", "Firefox"),
  javascript("behaviour-kv", "workerd's KV"),
  javascript("react-node", "Node 24"),
  javascript("react-chromium", "Chromium"),
  javascript("react-firefox", "Firefox"),
  javascript("devtools-chromium", "Chromium"),
  javascript("devtools-firefox", "Firefox"),
  { name: "conformance", host: "Python", command: ["node", "scripts/conformance.mjs", "--check"], count: whole },
  { name: "examples", host: "wasm32", command: ["node", "scripts/examples.mjs", "--no-build"], count: whole },
  javascript("redis", "Redis"),
  javascript("workerd", "workerd"),
  javascript("browser-chromium", "Chromium"),
  javascript("browser-firefox", "Firefox"),
  javascript("browser-webkit", "WebKit"),
  javascript("site-chromium", "Chromium"),
  javascript("site-firefox", "Firefox"),
  javascript("packaging", "all"),
  { name: "start", host: "Node 24", command: ["npm", "start", "--", "--once"], count: whole },
  { name: "component", host: "Wasmtime", command: ["npm", "run", "component", "--", "--test"], count: libtest },
];

/** A file of tests in Rust, the same everywhere. */
function wasmPack(name, host, options, file = "web", features = npm) {
  const command = () => [
    join(toolBin("wasm-pack"), "wasm-pack"),
    "test",
    "--mode",
    "no-install",
    ...options.map((option) => (typeof option === "function" ? option() : option)),
    "--",
    "--test",
    file,
    ...features,
  ];
  const env = {
    ...environment,
    PATH: `${toolBin("wasm-bindgen-cli")}${delimiter}${environment.PATH}`,
    WASM_BINDGEN_TEST_TIMEOUT: "300",
    // The runner takes Node for granted where the file itself names no host.
    ...(name === "node" ? {} : { WASM_BINDGEN_USE_BROWSER: "1" }),
  };
  return { name: `rust-${name}`, host, command, env, count: libtest };
}

/** WebKitGTK has no headless mode. */
function onDisplay({ command, ...suite }) {
  return { ...suite, command: () => ["xvfb-run", "-a", ...command()] };
}

function inWorker(kind, prefix = "", ...tests) {
  const {
    env: { WASM_BINDGEN_USE_BROWSER: _, ...env },
    ...suite
  } = wasmPack(`${prefix}${kind}-worker`, "Chromium", inChromium, ...tests);
  return { ...suite, env: { ...env, [`WASM_BINDGEN_USE_${kind.toUpperCase()}_WORKER`]: "1" } };
}

/** A project of tests/vitest.config.js. */
function javascript(name, host) {
  const report = join(root, "target", "reports", `${process.pid}-${name}.json`);
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
  return { name, host, command: ["vitest", "run", "--root", "tests", "--project", name, ...reporters], count: vitest(report) };
}
