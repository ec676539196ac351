import { expect, test } from "vitest";
import { useSession } from "./session.js";

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
    const open = (version) =>
      new Promise((resolve) => {
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

test("a page that has lost the process with its databases opens them through a frame", async () => {
  const outcome = await (await session.tab()).run(async () => {
    const said = [];
    console.warn = (...words) => said.push(words.join(" "));
    const databaseName = "lost";
    await new IndexedDBBackend({ databaseName }).set("k", "before");
    // What WebKit says when its process has died, until the page is loaded anew; to kill it would end this session too.
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = () => {
      const request = { error: new DOMException("Connection to Indexed Database server lost. Refresh the page to try again", "UnknownError") };
      setTimeout(() => request.onerror(), 0);
      return request;
    };
    const backend = new IndexedDBBackend({ databaseName });
    const log = [await backend.get("k")];
    await backend.set("k", "after");
    await backend.close();
    IDBFactory.prototype.open = open;
    log.push(await new IndexedDBBackend({ databaseName }).get("k"));
    await deleteDatabase(databaseName);
    return { log, said };
  });
  expect(outcome).toEqual({ log: ["before", "after"], said: [] });
});
