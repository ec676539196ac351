// Runs a module's text in a worker. It is put where the service worker finds it, and imported from there.
const CACHE = "dogpile-playground";

let registered;

/** The service worker is there, and serves this page's workers. */
async function serviceWorker() {
  if (!navigator.serviceWorker) throw new Error("your code runs through a service worker, which this browser does not offer here");
  registered ??= navigator.serviceWorker.register("./sw.js");
  await registered;
  const { active } = await navigator.serviceWorker.ready;
  while (active.state !== "activated") await new Promise((resolve) => active.addEventListener("statechange", resolve, { once: true }));
}

/** `onMessage` gets everything that the worker tells; whoever runs it ends it with `stop`. */
export async function run(code, onMessage) {
  await serviceWorker();
  const address = new URL(`./run/${crypto.randomUUID()}.js`, location.href).href;
  const cache = await caches.open(CACHE);
  await cache.put(address, new Response(addressed(code), { headers: { "content-type": "text/javascript" } }));
  const worker = new Worker(new URL("./runner.js", location.href), { type: "module" });
  worker.onerror = ({ message }) => onMessage({ kind: "failure", text: message ?? "the worker did not start", time: 0 });
  worker.onmessage = ({ data }) => {
    if (data.kind === "end" || data.kind === "failure") cache.delete(address);
    onMessage(data);
  };
  worker.postMessage(address);
  return { stop: () => worker.terminate() };
}

/** A worker has no import map: the package's name becomes its address. */
function addressed(code) {
  return code.replace(/(\bfrom\s*|\bimport\s*\(?\s*)(["'])dogpile\2/g, "$1$2../dogpile.js$2");
}
