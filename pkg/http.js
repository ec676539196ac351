import { answer } from "./http/answer.js";
import { middleware } from "./http/hono.js";
import { requireThat, settingsOf } from "./http/settings.js";

export function cached(region, handler, options) {
  const settings = settingsOf(region, options);
  requireThat(typeof handler === "function", "handler", "a function", handler);
  return async (request, ...rest) => answer(settings, request, (own) => handler(own, ...rest));
}

export function cacheMiddleware(region, options) {
  return middleware({ ...settingsOf(region, options), waits: true });
}
