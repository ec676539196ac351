import { afterAll, beforeAll, inject } from "vitest";
import { openEngine } from "./engine.js";
import { serve } from "./server.js";

export const engine = inject("engine");

/** One browser and one server for the tests of a file. */
export function useSession(options) {
  const session = new Session(options);
  beforeAll(() => session.open());
  afterAll(() => session.close());
  return session;
}

class Session {
  #options;
  #opened;
  #server;

  constructor(options) {
    this.#options = options;
  }

  async open() {
    this.#server = await serve();
    this.#opened = await openEngine(engine, this.#options);
    this.first = new Tab(this, await this.browser.getWindowHandle());
  }

  async close() {
    await this.#opened?.close();
    await this.#server?.close();
  }

  get browser() {
    return this.#opened.browser;
  }

  get driver() {
    return this.#opened.driver;
  }

  url(page = "page.html", host = "localhost") {
    return `http://${host}:${this.#server.port}/tests/browser/pages/${page}`;
  }

  /** One tab with the package in it, newly loaded. */
  async tab(page) {
    await this.first.visit(page);
    return this.first;
  }

  /** Calls `work` with so many tabs and closes all but the first afterwards, those that `work` has closed itself aside. */
  async withTabs(count, work, page) {
    const tabs = [await this.tab(page)];
    try {
      while (tabs.length < count) tabs.push(await this.#openTab(page));
      return await work(...tabs);
    } finally {
      const open = await this.browser.getWindowHandles();
      for (const tab of tabs.slice(1)) if (open.includes(tab.handle)) await tab.close();
    }
  }

  async #openTab(page) {
    const { handle } = await this.browser.createWindow("tab");
    const tab = new Tab(this, handle);
    await tab.visit(page);
    return tab;
  }
}

class Tab {
  #session;

  constructor(session, handle) {
    this.#session = session;
    this.handle = handle;
  }

  async visit(page, host) {
    await this.#focus();
    await this.#session.browser.url(this.#session.url(page, host));
    await this.#ready();
  }

  /** What the function comes to in the page; its promise is awaited, its error thrown. Nothing of this side is known there. */
  async run(work, ...args) {
    await this.#focus();
    const outcome = await this.#session.browser.execute(`return (${outcomeOf})(${work}, [...arguments]);`, ...args);
    if (outcome.error !== undefined) throw new Error(`in the page: ${outcome.error}`);
    return outcome.value;
  }

  async reload() {
    await this.#focus();
    await this.#session.browser.refresh();
    await this.#ready();
  }

  async back() {
    await this.#focus();
    await this.#session.browser.back();
    await this.#ready();
  }

  async close() {
    await this.#focus();
    await this.#session.browser.closeWindow();
    await this.#session.browser.switchToWindow(this.#session.first.handle);
  }

  #focus() {
    return this.#session.browser.switchToWindow(this.handle);
  }

  #ready() {
    return this.run(async () => {
      while (globalThis.isReady !== true) await new Promise((resolve) => setTimeout(resolve, 5));
    });
  }
}

/** In the page. */
async function outcomeOf(work, args) {
  try {
    return { value: await work(...args) };
  } catch (error) {
    return { error: `${error}\n${error?.stack}` };
  }
}
