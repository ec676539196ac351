import { answer } from "./answer.js";

/** A middleware of Hono. What comes after it writes to its context: who calls `next` waits for it, also where there is a stale response. */
export function middleware(settings) {
  return async (context, next) => {
    const downstream = new Downstream(context, next);
    try {
      const response = await answer(settings, context.req.raw, (request) => downstream.run(request));
      return downstream.answer(response);
    } catch (error) {
      await downstream.settled();
      if (error !== context.error) throw error; // else the app's `onError` has answered it already
    }
  };
}

/** What comes after the middleware. */
class Downstream {
  #context;
  #next;
  #running;
  #isAnswered = false;

  constructor(context, next) {
    this.#context = context;
    this.#next = next;
  }

  run(request) {
    this.#running = this.#response(request);
    return this.#running;
  }

  /** Others may wait for its response, although this request is over. */
  async settled() {
    await this.#running?.catch(() => {});
  }

  answer(response) {
    const context = this.#context;
    this.#isAnswered = true;
    if (!context.finalized) return response;
    context.res = undefined; // its headers would be merged into those of the other
    context.res = response;
  }

  async #response(request) {
    const context = this.#context;
    const { raw } = context.req;
    this.#requireOpen(); // a runner may be late
    context.req.raw = request;
    try {
      await this.#next();
    } finally {
      context.req.raw = raw;
    }
    this.#requireOpen(); // a successor may have taken over
    const { error } = context;
    // An HTTPException is a response too, of one user perhaps.
    if (error !== undefined && typeof error.getResponse !== "function") throw error;
    return context.res;
  }

  /** What the context has afterwards is the response that is being sent. */
  #requireOpen() {
    if (this.#isAnswered) throw new Error("The request has been answered");
  }
}
