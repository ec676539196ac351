// What Upstash's service is to its client: a server of HTTP that passes the commands on to Redis.
import { once } from "node:events";
import { createServer } from "node:http";
import { createClient } from "redis";

export async function startUpstash(port) {
  const redis = createClient({ url: `redis://127.0.0.1:${port}` });
  redis.on("error", () => {});
  await redis.connect();
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = JSON.parse(Buffer.concat(chunks));
    const encode = request.headers["upstash-encoding"] === "base64" ? inBase64 : (result) => result;
    const run = (command) =>
      redis.sendCommand(command.map(String)).then(
        (result) => ({ result: encode(result) }),
        ({ message }) => ({ error: message }),
      );
    const answer = request.url === "/pipeline" ? await Promise.all(body.map(run)) : await run(body);
    response.writeHead(answer.error === undefined ? 200 : 400, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    redis.destroy();
  };
  return { url: `http://127.0.0.1:${server.address().port}`, stop };
}

function inBase64(result) {
  if (Array.isArray(result)) return result.map(inBase64);
  return typeof result === "string" && result !== "OK" ? Buffer.from(result).toString("base64") : result;
}
