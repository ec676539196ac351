// Components in several tabs, over IndexedDB: what one tab changes is shown in the others, and after a reload.
import { expect, test } from "vitest";
import { useSession } from "./session.js";

const session = useSession();

/** Runs in a page; the values tell which tab has made them. */
function open(name, tab) {
  globalThis.loads = 0;
  globalThis.region = openRegion(name);
  show(region, "k", async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return { name: `load ${++loads} of ${tab}` };
  });
}

const shows = (tab, text) => tab.run((wanted) => eventually(() => shown() === wanted), text);

/** The value that is shown after this one. */
const next = (tab, before) => tab.run((old) => eventually(() => shown() !== old && /^fresh/.test(shown()) && shown()), before);

async function loadsIn(...tabs) {
  let sum = 0;
  for (const tab of tabs) sum += await tab.run(() => loads);
  return sum;
}

test("what one tab sets, deletes, loads or invalidates is shown in the other, with one load for both", async () => {
  await session.withTabs(
    2,
    async (here, there) => {
      await here.run(open, "react tabs", "here");
      await shows(here, "fresh load 1 of here");
      await there.run(open, "react tabs", "there");
      await shows(there, "fresh load 1 of here");
      await there.run(() => region.set("k", { name: "set there" }));
      for (const tab of [there, here]) await shows(tab, "fresh set there");
      await here.run(() => region.set("k", { name: "set here" }));
      for (const tab of [there, here]) await shows(tab, "fresh set here");
      for (const change of [() => region.delete("k"), () => region.invalidate(), () => region.invalidate({ soft: true })]) {
        const [before, loads] = [await here.run(() => shown()), await loadsIn(here, there)];
        await here.run(change);
        const [mine, theirs] = [await next(here, before), await next(there, before)];
        expect(theirs).toBe(mine);
        expect((await loadsIn(here, there)) - loads).toBe(1);
      }
      for (const tab of [here, there]) expect(await tab.run(() => seen.slice(1).filter((text) => text.includes("nothing")))).toEqual([]);
    },
    "react.html",
  );
});

test("after a reload a stale value is shown at once, and the new one when it is there", async () => {
  const tab = await session.tab("react.html");
  await tab.run(() => {
    globalThis.region = openRegion("react reload");
    return region.set("k", { name: "of the last visit" }, { expiresIn: 0 });
  });
  await tab.reload();
  await tab.run(() => {
    const loaded = new Promise((resolve) => (globalThis.finish = resolve));
    show(openRegion("react reload"), "k", () => loaded);
  });
  await shows(tab, "stale of the last visit");
  await tab.run(() => finish({ name: "of this visit" }));
  await shows(tab, "fresh of this visit");
  expect(await tab.run(() => seen.map((text) => text.split(" ")[0]))).toEqual(["pending", "stale", "fresh"]);
  await tab.reload();
  await tab.run(() => show(openRegion("react reload"), "k", () => ({ name: "not called" })));
  await shows(tab, "fresh of this visit");
});

test("offline the value stays, beside the error; online again it is loaded", async () => {
  const tab = await session.tab("react.html");
  await tab.run(() => {
    globalThis.isOffline = false;
    globalThis.loads = 0;
    globalThis.region = openRegion("react offline");
    const load = async () => {
      if (isOffline) throw new TypeError("Failed to fetch");
      return { name: `load ${++loads}` };
    };
    show(region, "k", load, { refetchOnReconnect: true });
  });
  await shows(tab, "fresh load 1");
  await tab.run(() => {
    isOffline = true;
    return region.invalidate({ soft: true });
  });
  await shows(tab, "stale load 1 Failed to fetch");
  await tab.run(() => {
    isOffline = false;
    dispatchEvent(new Event("online"));
  });
  await shows(tab, "fresh load 2");
});
