// Clients on sockets of their own, straight to workerd: miniflare's proxy would keep a request alive whose client is gone.
import { get } from "node:http";

const PATIENCE = 20_000;

/** One request. `answer`: `{ status, body }`; "reset" and "hung" are statuses, too. */
export class Client {
  #request;

  constructor(url) {
    this.answer = new Promise((resolve) => {
      const timer = setTimeout(() => this.#end(resolve, "hung"), PATIENCE);
      this.answered = false;
      const done = (answer) => {
        clearTimeout(timer);
        this.answered = true;
        resolve(answer);
      };
      this.#request = get(url, { agent: false }, (response) =>
        collect(response).then(
          (body) => done({ status: response.statusCode, body }),
          () => done({ status: "reset" }),
        ),
      );
      this.#request.on("error", () => done({ status: "reset" }));
    });
  }

  /** As a client that has crashed: workerd does not notice a FIN. */
  reset() {
    if (this.#request.socket === null) this.#request.destroy();
    else this.#request.socket.resetAndDestroy();
  }

  #end(resolve, status) {
    resolve({ status });
    this.reset();
  }
}

async function collect(response) {
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  return response.headers["content-type"]?.includes("json") ? JSON.parse(text) : text;
}
