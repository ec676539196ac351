// A program that requires the package, while another part of it imports it.
const required = require("dogpile");

import("dogpile").then((imported) => {
  const names = Object.keys(required).filter((name) => name !== "default");
  globalThis.outcome = { apart: names.filter((name) => imported[name] !== required[name]), count: names.length };
  if (typeof document === "undefined") console.log(JSON.stringify(globalThis.outcome));
});
