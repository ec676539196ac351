// Everything, or the suites whose names contain one of the arguments: npm test -- rust chromium
import { build } from "./build.mjs";
import { stream } from "./run.mjs";
import { setUpTests } from "./setup.mjs";
import { suites } from "./suites.mjs";

const chosen = choose(process.argv.slice(2));
await setUpTests();
await build();
const results = [];
for (const suite of chosen) results.push(await execute(suite));
report(results);

function choose(wanted) {
  for (const part of wanted) {
    if (suites.some(({ name }) => name.includes(part))) continue;
    console.error(`No suite is named ${part}. There are: ${suites.map(({ name }) => name).join(", ")}`);
    process.exit(2);
  }
  return suites.filter(({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
}

async function execute({ name, host, command, env, count }) {
  console.log(`\n=== ${name} ===`);
  const start = performance.now();
  const outcome = await judge(command, env, count).catch((error) => ({ passed: 0, failed: 1, remark: error.message }));
  if (outcome.remark) console.error(`${name}: ${outcome.remark}`);
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  return { suite: name, host, passed: outcome.passed, failed: outcome.failed, seconds };
}

async function judge(command, env, count) {
  const [program, ...args] = typeof command === "function" ? command() : command;
  const result = await stream(program, args, env && { env });
  const { passed, failed } = count(result);
  if (failed > 0) return { passed, failed };
  if (result.status !== 0) return { passed, failed: 1, remark: `ended with ${result.status}` };
  if (passed === 0) return { passed, failed: 1, remark: "found no test to run" };
  return { passed, failed };
}

function report(rows) {
  const table = [["suite", "host", "passed", "failed", "seconds"], ...rows.map(Object.values)];
  console.log(`\n${table.map(line).join("\n")}`);
  const total = (column) => rows.reduce((sum, row) => sum + row[column], 0);
  console.log(`${total("passed")} passed, ${total("failed")} failed`);
  if (total("failed") > 0) process.exitCode = 1;
}

function line([suite, host, ...numbers]) {
  return [suite.padEnd(24), host.padEnd(14), ...numbers.map((number) => String(number).padStart(8))].join("");
}
