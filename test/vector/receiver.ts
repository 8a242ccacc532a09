// A double of Vector's http_server source with acknowledgements, and of what can go wrong with it. A body is taken, that is,
// safe in the sinks, or it is not; what the other side is told of that is another matter.

import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { gunzipSync } from "node:zlib";

/** What the receiver does with a request instead of taking it and saying so. */
export type Fault =
  /** Takes nothing, and answers with this status. */
  | {
      readonly kind: "answer";
      readonly status: number;
      readonly text?: string;
      readonly headers?: Record<string, string>;
    }
  /** Takes nothing, and cuts the connection before it has read the body. */
  | { readonly kind: "reset_before" }
  /** Takes it, and cuts the connection without an answer. */
  | { readonly kind: "reset_after" }
  /** Takes nothing, and never answers. */
  | { readonly kind: "hang" }
  /** Takes it, and never comes to the end of its answer. */
  | { readonly kind: "endless" }
  /** Takes it, and says so after a while. */
  | { readonly kind: "late"; readonly ms: number }
  /** Reads the body with pauses, then takes it. */
  | { readonly kind: "slow" };

export interface Received {
  /** The events, without their LF. */
  readonly lines: readonly string[];
  readonly headers: IncomingHttpHeaders;
  readonly url: string;
  readonly method: string;
  /** Which process sent it: see `life`. */
  readonly life: number;
  readonly taken: boolean;
}

export class VectorDouble {
  readonly requests: Received[] = [];
  /** Says what goes wrong with a request; called with its events, or without where the body is not read. */
  fault: (lines: readonly string[], number: number) => Fault | undefined = () => undefined;
  /** Connections that are made from now on belong to this life of the other side. */
  life = 0;
  /** How many requests are being handled, and the most that ever were. */
  atOnce = 0;
  mostAtOnce = 0;
  #port = 0;
  #number = 0;
  #server: Server | undefined;
  readonly #lives = new WeakMap<Socket, number>();

  static async start(t: TestContext): Promise<VectorDouble> {
    const receiver = new VectorDouble();
    await receiver.listen();
    t.after(() => receiver.close());
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/`;
  }

  /** The events that are safe, in the order in which they came. */
  get lines(): string[] {
    return this.requests.filter(({ taken }) => taken).flatMap(({ lines }) => lines);
  }

  async listen(): Promise<void> {
    const server = createServer((request, response) => {
      this.atOnce++;
      this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
      this.#handle(request, response)
        .catch(() => response.destroy())
        .finally(() => {
          this.atOnce--;
        });
    });
    server.on("connection", (socket) => {
      this.#lives.set(socket, this.life);
      socket.on("error", () => undefined);
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (server.address() as AddressInfo).port;
  }

  /** Nothing listens any more, and what was on its way is cut off. */
  async close(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const number = this.#number++;
    const { socket, headers, url = "", method = "" } = request;
    const life = this.#lives.get(socket) ?? -1;
    if (this.fault([], number)?.kind === "reset_before") {
      socket.resetAndDestroy();
      return;
    }
    const parts: Buffer[] = [];
    for await (const part of request) {
      parts.push(part as Buffer);
      if (this.fault([], number)?.kind === "slow") await delay(1);
    }
    const sent = Buffer.concat(parts);
    const body = headers["content-encoding"] === "gzip" ? gunzipSync(sent) : sent;
    const text = body.toString("utf8");
    if (!text.endsWith("\n")) throw new Error("the last event has no end");
    const lines = text.slice(0, -1).split("\n");
    const fault = this.fault(lines, number);
    const taken = fault === undefined || ["late", "slow", "endless", "reset_after"].includes(fault.kind);
    this.requests.push({ lines, headers, url, method, life, taken });
    if (fault?.kind === "hang") return;
    if (fault?.kind === "reset_after") {
      socket.resetAndDestroy();
      return;
    }
    if (fault?.kind === "late") await delay(fault.ms);
    if (fault?.kind === "endless") {
      response.writeHead(200).write("o");
      return;
    }
    if (fault?.kind === "answer") {
      response.writeHead(fault.status, fault.headers).end(fault.text ?? '{"message":"no","code":1}');
    } else {
      response.writeHead(200).end();
    }
  }
}
