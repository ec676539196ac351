// Everything, or the suites whose names contain one of the arguments: npm test -- rust chromium
// One table of what cargo, wasm-pack, tsc and Vitest count, which none of them has.
import { build } from "./build.mjs";
import { environment, program, stream } from "./run.mjs";
import { setUpTests } from "./setup.mjs";
import { suites } from "./suites.mjs";

await program(import.meta, async () => {
  const chosen = choose(process.argv.slice(2));
  const rows = [await execute("build", "wasm32", prepare)];
  if (rows[0].failed === 0) {
    for (const suite of chosen) rows.push(await execute(suite.name, suite.host, () => judge(suite)));
  }
  report(rows);
});

function choose(wanted) {
  for (const part of wanted) {
    if (suites.some(({ name }) => name.includes(part))) continue;
    throw new Error(`No suite is named ${part}. There are: ${suites.map(({ name }) => name).join(", ")}`);
  }
  return suites.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
}

async function prepare() {
  await setUpTests();
  await build();
  return { passed: 1, failed: 0 };
}

async function execute(suite, host, work) {
  console.log(`\n=== ${suite} ===`);
  const start = performance.now();
  const { passed, failed, remark, output } = await work().catch((error) => ({ passed: 0, failed: 1, remark: error.message }));
  if (remark) console.error(`${suite}: ${remark}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return { cells: [suite, host, passed, failed, seconds], suite, failed, passed, output };
}

async function judge({ command, env = environment, count }) {
  const [name, ...args] = typeof command === "function" ? command() : command;
  const result = await stream(name, args, { env, timeout: 20 * 60_000 });
  const { passed, failed } = count(result);
  const { output } = result;
  if (failed > 0) return { passed, failed, output };
  if (result.status !== 0) return { passed, failed: 1, remark: `ended with ${result.status}`, output };
  if (passed === 0) return { passed, failed: 1, remark: "found no test to run", output };
  return { passed, failed };
}

/** Failures are shown again at the end, where whoever reads a log of thousands of lines looks first. */
function report(rows) {
  for (const { suite, output } of rows.filter(({ output }) => output !== undefined)) {
    console.log(`\n=== ${suite}, the end of what it printed ===\n${output.split("\n").slice(-80).join("\n")}`);
  }
  const table = [["suite", "host", "passed", "failed", "seconds"], ...rows.map(({ cells }) => cells)];
  console.log(`\n${table.map(line).join("\n")}`);
  const total = (column) => rows.reduce((sum, row) => sum + row[column], 0);
  console.log(`${total("passed")} passed, ${total("failed")} failed`);
  if (total("failed") > 0) process.exitCode = 1;
}

function line([suite, host, ...numbers]) {
  return [suite.padEnd(24), host.padEnd(14), ...numbers.map((number) => String(number).padStart(8))].join("");
}
