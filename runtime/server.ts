/** `/metrics` for Prometheus and `/healthz` for whoever supervises. Says nothing that is not a number or one of our own words. */
import { createServer, type Server } from "node:http";
import type { Registry } from "prom-client";
import { ServiceError } from "./errors.ts";
import { scrub } from "./secret.ts";

export interface Health {
  readonly ok: boolean;
  /** What else there is to say of it. */
  readonly [detail: string]: unknown;
}

export interface MetricsServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Throws `listen_failed`. */
export async function serve(
  listen: { readonly host: string; readonly port: number },
  registry: Registry,
  health: () => Health,
): Promise<MetricsServer> {
  const server: Server = createServer((request, response) => {
    const path = request.url?.split("?")[0];
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.writeHead(405).end();
    } else if (path === "/healthz") {
      const { ok, ...others } = health();
      response.writeHead(ok ? 200 : 503, { "content-type": "application/json" });
      response.end(`${scrub(JSON.stringify({ ok, ...others }))}\n`);
    } else if (path === "/metrics") {
      registry.metrics().then(
        (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
        () => response.writeHead(500).end(),
      );
    } else {
      response.writeHead(404).end();
    }
  });
  server.requestTimeout = 10_000;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(listenError(error, listen)));
    server.listen(listen.port, listen.host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : listen.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listenError(cause: Error, { host, port }: { host: string; port: number }): ServiceError {
  return new ServiceError(`cannot serve metrics at ${host}:${port}: ${cause.message}`, {
    code: "listen_failed",
    remedy: "give it an address of this machine and a port that nobody else uses, as listen",
    cause,
  });
}
