import * as dogpile from "dogpile";
import { stampede } from "./stampede.js";

export default {
  async fetch(request) {
    if (request.url.endsWith("/exports")) return Response.json(Object.keys(dogpile));
    return Response.json(await stampede(dogpile));
  },
};
