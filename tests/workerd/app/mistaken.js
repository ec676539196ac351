// The Worker of packaging/adapters/mistaken.test.js.
import { createRegion } from "dogpile";

export default {
  fetch: (_request, env) => Response.json([messageOf(caches.default), messageOf(env.KV)]),
};

function messageOf(backend) {
  try {
    createRegion({ backend });
  } catch ({ message }) {
    return message;
  }
}
