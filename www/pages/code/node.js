import { createServer } from "node:http";
import { createRegion, MemoryBackend } from "dogpile";
import { loadReport } from "./reports.js"; // a query, anything slow

const backend = new MemoryBackend({ maxEntries: 10_000 });
const region = createRegion({ backend, expirationTime: "1m", staleIfError: "1h" });

createServer(async (request, response) => {
  const report = await region.getOrCreate(request.url, () => loadReport(request.url));
  response.end(report);
}).listen(3000);
