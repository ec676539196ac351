import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { engine, useSession } from "./session.js";

const session = useSession();
const hurried = "page.html?hurry=20";

test("a database that does not open in time is done without, and used when it is there; what was written meanwhile is forgotten", async () => {
  const outcome = await (await session.tab(hurried)).run(async () => {
    const databaseName = "late";
    const said = [];
    console.warn = (...words) => said.push(words.join(" "));
    const before = new IndexedDBBackend({ databaseName });
    await before.setMulti({ k: "old", deleted: "old", untouched: "old" });
    await before.close();
    const open = (version) => new Promise((resolve) => {
      const request = indexedDB.open(databaseName, version);
      request.onsuccess = () => resolve(request.result);
    });
    const inTheWay = await open(); // it does not listen to `versionchange`
    const upgraded = open(9).then((database) => database.close());
    const backend = new IndexedDBBackend({ databaseName });
    await Promise.all([backend.set("k", "new"), backend.delete("deleted")]);
    const mutex = backend.getMutex("k");
    const without = [await backend.get("k"), await backend.get("untouched"), mutex];
    inTheWay.close();
    await upgraded;
    await eventually(async () => (await backend.get("untouched")) === "old");
    const again = await backend.getMulti(["k", "deleted", "untouched"]);
    await backend.set("k", "newer");
    await deleteDatabase(databaseName);
    return { without, again, said: said.length };
  });
  expect(outcome).toEqual({ without: ["new", null, null], again: [null, null, "old"], said: 1 });
});

test("a tab that is closed in the middle of its writes leaves whole transactions behind", async () => {
  await session.withTabs(2, async (reader, writer) => {
    await writer.run(async () => {
      const backend = new IndexedDBBackend({ databaseName: "closed" });
      const keys = Array.from({ length: 100 }, (_, index) => `k${index}`);
      const write = (generation) => backend.setMulti(keys.map((key) => [key, { generation, filling: "x".repeat(5000) }]));
      await write(0);
      (async () => {
        for (let generation = 1; ; generation++) await write(generation);
      })();
    });
    await reader.run(async () => {
      globalThis.backend = new IndexedDBBackend({ databaseName: "closed" });
      await eventually(async () => (await backend.get("k0")).generation > 2);
    });
    await writer.close();
    const generations = await reader.run(async () => {
      const found = await backend.getMulti(Array.from({ length: 100 }, (_, index) => `k${index}`));
      const before = [...new Set(found.map(({ generation }) => generation))];
      await backend.set("k0", "still writable");
      return [...before, await backend.get("k0")];
    });
    expect(generations).toEqual([expect.any(Number), "still writable"]);
    await reader.run(() => deleteDatabase("closed"));
  });
});

if (engine === "chromium") {
  const command = (name, args) => session.browser.sendCommandAndGetResult(name, { origin: new URL(session.url()).origin, ...args });

  test("site data that are cleared in the middle of reads and writes fail nobody", async () => {
    const tab = await session.tab();
    await tab.run(async () => {
      const region = createRegion({ backend: new IndexedDBBackend({ databaseName: "cleared" }) });
      await region.set("k", "before");
      const calls = async (worker) => {
        for (let round = 0; !globalThis.isEnough; round++) {
          await region.set(`k${worker}`, "x".repeat(10_000));
          await region.getOrCreate(`k${worker} ${round}`, () => round);
          await region.getMulti(["k", `k${worker}`]);
        }
      };
      globalThis.region = region;
      globalThis.rounds = Promise.all(Array.from({ length: 10 }, (_, worker) => calls(worker))).then(() => "no rejection", String);
    });
    for (let time = 0; time < 5; time++) await command("Storage.clearDataForOrigin", { storageTypes: "all" });
    const outcome = await tab.run(async () => {
      globalThis.isEnough = true;
      const ended = await rounds;
      await region.set("after", 1);
      return [ended, await region.get("k"), await region.get("after"), (await indexedDB.databases()).length];
    });
    expect(outcome).toEqual(["no rejection", null, 1, 1]);
    await tab.run(() => deleteDatabase("cleared"));
  });

  test("a full quota fails nobody, is said once, and leaves no older value where a newer one was set", async () => {
    const tab = await session.tab();
    await tab.run(async () => {
      globalThis.said = [];
      console.warn = (...words) => said.push(words.join(" "));
      globalThis.random = (bytes) => crypto.getRandomValues(new Uint8Array(bytes));
      globalThis.region = createRegion({ backend: new IndexedDBBackend({ databaseName: "full" }) });
      await region.setMulti({ small: "old", replaced: "old" });
    });
    const { usage } = await tab.run(() => navigator.storage.estimate());
    await command("Storage.overrideQuotaForOrigin", { quotaSize: usage + 300_000 });
    const outcome = await tab.run(async () => {
      const errors = [];
      for (let index = 0; said.length === 0 && index < 500; index++) {
        await region.set(`k${index}`, random(20_000)).catch((error) => errors.push(String(error)));
      }
      await region.set("replaced", random(60_000)).catch((error) => errors.push(String(error)));
      const created = await region.getOrCreate("created", () => random(60_000));
      return { errors, said, replaced: await region.get("replaced"), created: created.length };
    });
    expect(outcome).toEqual({
      errors: [],
      said: [expect.stringMatching(/^dogpile: the storage quota is exceeded: nothing is stored for a while/)],
      replaced: null,
      created: 60_000,
    });
    await command("Storage.overrideQuotaForOrigin", {});
    const kept = await tab.run(async () => {
      const others = createRegion({ backend: new IndexedDBBackend({ databaseName: "full" }) });
      await others.set("after", 1);
      return [await others.get("after"), await region.get("after")];
    });
    expect(kept).toEqual([1, 1]);
    await tab.run(() => deleteDatabase("full"));
  });
}

if (engine === "webkit") {
  test("the loss of the process that holds the databases fails nobody, and a page that stays open stores again", async () => {
    const tab = await session.tab();
    await tab.run(async () => {
      globalThis.region = createRegion({ backend: new IndexedDBBackend({ databaseName: "lost" }) });
      await region.set("k", "before");
    });
    const [server] = descendants(session.driver.pid).filter(({ name }) => name.startsWith("WebKitNetwork"));
    process.kill(server.pid, "SIGKILL");
    const outcome = await tab.run(async () => {
      const said = [];
      console.warn = (...words) => said.push(words.join(" "));
      const log = [await region.getOrCreate("new", () => "created")];
      await region.set("k", "after");
      log.push(await region.get("k"));
      return { log, said };
    });
    expect(outcome).toEqual({ log: ["created", "after"], said: [] });
    await tab.reload();
    expect(await tab.run(() => new IndexedDBBackend({ databaseName: "lost" }).get("k").then(({ payload }) => payload))).toBe("after");
    await tab.run(() => deleteDatabase("lost"));
  });
}

/** The processes that a process has started, and theirs. */
function descendants(ancestor) {
  const processes = readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      const [, name, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").match(/\((.*)\) \S (\d+)/);
      return [{ pid: Number(pid), name, parent: Number(parent) }];
    } catch {
      return []; // it has ended meanwhile
    }
  });
  const below = (pid) => processes.filter(({ parent }) => parent === pid).flatMap((child) => [child, ...below(child.pid)]);
  return below(ancestor);
}
