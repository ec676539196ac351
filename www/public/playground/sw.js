// What the editor holds is served as a module of this origin: so it runs under script-src 'self', without eval and without blob addresses.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("fetch", (event) => {
  if (!event.request.url.startsWith(new URL("run/", registration.scope).href)) return;
  event.respondWith(caches.match(event.request).then((found) => found ?? Response.error()));
});
