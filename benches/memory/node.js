// One workload of one subject in this process: node benches/memory/node.js file open workload
import { workloads } from "./workloads.js";

const [file, open, workload] = process.argv.slice(2);
const result = await workloads[workload].run(async (variant = open) => (await import(`./subjects/${file}.js`))[variant]);
// Open timers and a creation that never ends shall not keep the process.
process.stdout.write(JSON.stringify(result ?? null), () => process.exit());
