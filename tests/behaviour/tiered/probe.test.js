import { test } from "vitest";
import { runSchedule } from "./world.js";
test("probe", { timeout: 100000 }, async () => {
    let served = 0, bad = 0, first;
    for (let seed = 1; seed <= 3000; seed++) { const w = await runSchedule(seed); served += w.served; bad += w.violations.length; first ??= w.violations.length ? seed : undefined; }
    console.log("PROBE", served, bad, first);
});
