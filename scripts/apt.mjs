// Packages of Debian and Ubuntu.
import { ask, run, which } from "./run.mjs";

/** Installs Debian's packages, if that is allowed here. apt-get says itself what it could not do: whoever needs them looks again. */
export async function installByApt(packages) {
  const apt = aptGet();
  if (!apt) return;
  try {
    await run(apt[0], [...apt.slice(1), "update"]);
    await run(apt[0], [...apt.slice(1), "install", "--yes", "--no-install-recommends", ...packages]);
  } catch {}
}

function aptGet() {
  if (!which("apt-get")) return;
  const apt = ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-o", "DPkg::Lock::Timeout=600"];
  if (process.getuid() === 0) return apt;
  if (ask("sudo", ["-n", "true"]) !== undefined) return ["sudo", "-n", ...apt];
}
