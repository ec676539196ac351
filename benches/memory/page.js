// One workload of one subject in this page.
import { workloads } from "./workloads.js";

globalThis.measure = async (file, open, workload) => {
  // Fetched before the clock starts, and compiled after.
  const source = await (await fetch(`subjects/${file}.js`)).blob();
  const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
  return (await workloads[workload].run(async (variant = open) => (await import(url))[variant])) ?? null;
};
