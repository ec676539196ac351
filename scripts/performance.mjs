import { join } from "node:path";
import { root } from "./run.mjs";
export const resultsFile = join(root, "benches", "results.json");
export function writePerformance() {}
