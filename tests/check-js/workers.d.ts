// What only Workers have to import. The types of @cloudflare/workers-types contradict those of browsers.
declare module "cloudflare:workers" {
  export const waitUntil: ((promise: Promise<unknown>) => void) | undefined;
}

declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
