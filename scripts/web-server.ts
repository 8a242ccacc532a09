/** A web server for build/site/ on this machine alone: for `npm run site`, the pictures and the tests. */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export interface Options {
  /** The path under which the folder stands. */
  readonly prefix?: string;
  readonly port?: number;
  /** Sent with every file. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Site {
  /** Of its first page. */
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the files of a folder, but none of folders in it. */
export async function serve(
  folder: string,
  { prefix = "/", port = 0, headers = {} }: Options = {},
): Promise<Site> {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const name = path === prefix ? "index.html" : path.slice(prefix.length);
    if (!path.startsWith(prefix) || !/^[\w-]+\.\w+$/.test(name)) {
      response.writeHead(404).end();
      return;
    }
    readFile(join(folder, name)).then(
      (bytes) => {
        const type = TYPES[extname(name)] ?? "application/octet-stream";
        response.writeHead(200, { "content-type": type, "cache-control": "no-store", ...headers }).end(bytes);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((done, fail) => server.once("error", fail).listen(port, "127.0.0.1", done));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${prefix}`,
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}

/** The headers of a `_headers` file, as Netlify and Cloudflare Pages read it: those for every path. */
export async function headersIn(path: string): Promise<Record<string, string>> {
  const lines = (await readFile(path, "utf8")).split("\n").slice(1).filter(Boolean);
  return Object.fromEntries(lines.map((line) => line.trim().split(/: (.*)/, 2) as [string, string]));
}
