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

export class Session {
  #options;
  #opened;
  #server;

  constructor(options) {
    this.#options = options;
  }

  async open() {
    await this.serve();
    await this.start();
  }

  async close() {
    await this.end();
    await this.#server?.close();
  }

  async serve() {
    this.#server = await serve();
  }

  async start() {
    this.#opened = await openEngine(engine, { proxy: this.#server.port, ...this.#options });
    // WebKit's driver takes the time with the page's own setTimeout, which tests may hurry.
    await this.browser.setTimeout({ script: 1_000_000 });
    this.first = new Tab(this, await this.browser.getWindowHandle());
  }

  async end() {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.close();
  }

  get browser() {
    return this.#opened.browser;
  }

  url(page = "page.html", host = "localhost") {
    return `http://${host}:${this.#server.port}/${page}`;
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
    const outcome = await this.#session.browser.execute("return window.perform(...arguments)", String(work), args);
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

  async #ready() {
    const { browser } = this.#session;
    await browser.waitUntil(() => browser.execute("return window.perform !== undefined"), { timeout: 20_000, interval: 10 });
  }
}
