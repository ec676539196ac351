import { answer } from "./http/answer.js";
import { middleware } from "./http/hono.js";
import { refused, settingsOf } from "./http/settings.js";

export function cached(region, handler, options) {
  const settings = settingsOf(region, options);
  if (typeof handler !== "function") throw refused("handler", "a function", handler);
  return async (request, ...rest) => answer(settings, request, (own) => handler(own, ...rest));
}

export function cacheMiddleware(region, options) {
  return middleware(settingsOf(region, options));
}
