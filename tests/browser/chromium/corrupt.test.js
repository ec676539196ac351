import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Session } from "../session.js";

test.each(["dogpile", "of the application"])("a database whose files are corrupt is made anew, by us or by the browser: %s", async (databaseName) => {
  const profile = await mkdtemp(join(tmpdir(), "dogpile-profile-"));
  const session = new Session({ profile });
  try {
    await session.serve();
    const write = async (databaseName) => {
      const backend = new IndexedDBBackend({ databaseName });
      const found = await backend.get("k");
      await backend.setMulti(Array.from({ length: 200 }, (_, index) => [`k${index}`, "x".repeat(1000)]));
      await backend.set("k", 1);
      return found ?? null;
    };
    expect(await inBrowser(session, write, databaseName)).toBe(null);
    expect(await inBrowser(session, write, databaseName)).toBe(1);
    for (const file of await filesOf(profile)) await writeFile(file, "corrupt ".repeat(1000));
    expect(await inBrowser(session, write, databaseName)).toBe(null);
    expect(await inBrowser(session, write, databaseName)).toBe(1);
  } finally {
    await session.close();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});

async function inBrowser(session, work, ...args) {
  await session.start();
  try {
    return await (await session.tab()).run(work, ...args);
  } finally {
    await session.end();
  }
}

async function filesOf(profile) {
  const entries = await readdir(profile, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.parentPath.includes("IndexedDB")).map((entry) => join(entry.parentPath, entry.name));
  expect(files).not.toEqual([]);
  return files;
}
