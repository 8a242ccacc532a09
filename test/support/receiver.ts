// An HTTP receiver as a webhook feed is one: keeps what it was sent, and answers what it is told to.

import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

interface Request {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingHttpHeaders;
  status: number;
}

export class Receiver {
  readonly requests: Request[] = [];
  /** The lines of all bodies that were answered with 200. */
  readonly taken: string[] = [];
  /** Status of the next answers; 200 when there are no more. */
  answers: number[] = [];
  #port = 0;
  readonly #server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      const status = this.answers.shift() ?? 200;
      this.requests.push({ method, url, headers, status });
      if (status === 200) this.taken.push(...Buffer.concat(chunks).toString("utf8").trimEnd().split("\n"));
      response.writeHead(status).end(status === 200 ? "{}" : "refused");
    });
  });

  /** A port on which nothing listens until `listen`. */
  async reserve(): Promise<number> {
    await this.listen();
    this.#port = (this.#server.address() as AddressInfo).port;
    await this.close();
    return this.#port;
  }

  listen(): Promise<void> {
    return new Promise((done, fail) => {
      this.#server.once("error", fail);
      this.#server.listen(this.#port, "127.0.0.1", done);
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((done) => this.#server.close(() => done()));
  }
}
