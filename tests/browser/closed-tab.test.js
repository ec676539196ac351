import { expect, test } from "vitest";
import { useSession } from "./session.js";

const session = useSession();

test("a tab that is closed in the middle of its writes leaves whole transactions behind", async () => {
  await session.withTabs(2, async (reader, writer) => {
    await writer.run(async () => {
      const backend = new IndexedDBBackend({ databaseName: "closed" });
      const keys = Array.from({ length: 100 }, (_, index) => `k${index}`);
      const write = (generation) => backend.setMulti(keys.map((key) => [key, { generation, filling: "x".repeat(5000) }]));
      await write(0);
      let generation = 0;
      (async () => {
        for (;;) {
          await write(++generation);
          await new Promise((resolve) => setTimeout(resolve, 0)); // a page that never rests does not answer its driver
        }
      })();
      await eventually(() => generation > 2);
    });
    await writer.close();
    const generations = await reader.run(async () => {
      const backend = new IndexedDBBackend({ databaseName: "closed" });
      const found = await backend.getMulti(Array.from({ length: 100 }, (_, index) => `k${index}`));
      const before = [...new Set(found.map(({ generation }) => generation))];
      await backend.set("k0", "still writable");
      return [...before, await backend.get("k0")];
    });
    expect(generations).toEqual([expect.any(Number), "still writable"]);
  });
});
