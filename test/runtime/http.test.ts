/** runtime/http.ts against what answers out of order: proxies that hang up, servers that speak no HTTP. */
import assert from "node:assert/strict";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { describe, it, type TestContext } from "node:test";
import { createServer as createTlsServer } from "node:tls";
import { inspect } from "node:util";
import { createHttp } from "../../runtime/http.ts";
import { certificates } from "../mimecast/certificate.ts";

const timeouts = { connectMs: 2000, headersMs: 2000, idleMs: 2000, totalMs: 5000 };
const signal = new AbortController().signal;
const request = { method: "GET", headers: {}, signal } as const;

async function listening(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

describe("a proxy that ends the connection where it should open one", () => {
  const WAYS: readonly (readonly [string, (socket: Socket) => void])[] = [
    ["at once", (socket) => socket.destroy()],
    ["on CONNECT", (socket) => socket.once("data", () => socket.destroy())],
    ["in mid-answer", (socket) => socket.once("data", () => socket.end("HTTP/1.1 200 O"))],
  ];
  for (const [when, hangUp] of WAYS) {
    it(`is an error, told without the proxy's password, and no reason to try for ever: ${when}`, async (t) => {
      let connections = 0;
      const proxy = createServer((socket) => {
        connections++;
        hangUp(socket.on("error", () => undefined));
      });
      const before = process.env.HTTPS_PROXY;
      process.env.HTTPS_PROXY = `http://user:proxy-password@127.0.0.1:${await listening(t, proxy)}`;
      const http = createHttp({ userAgent: "test", timeouts });
      t.after(async () => {
        await http.close();
        if (before === undefined) delete process.env.HTTPS_PROXY;
        else process.env.HTTPS_PROXY = before;
      });
      const error: unknown = await Promise.race([
        http.send({ ...request, url: "https://mimecast.example.com/" }).catch((reason: unknown) => reason),
        new Promise((resolve) => setTimeout(resolve, 3000, "nothing").unref()),
      ]);
      assert.equal((error as { code?: unknown }).code, "network", `${connections} connections`);
      assert.ok(connections <= 2, `${connections} connections`);
      assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /proxy-password/);
    });
  }
});

describe("an answer that is no HTTP", () => {
  it("is an error that does not hold what came: there may be an access token in it", async (t) => {
    const { cert, key, ca } = certificates();
    const server = createTlsServer({ cert, key }, (socket) => {
      socket.on("error", () => undefined);
      socket.once("data", () => socket.end('{"access_token":"the-access-token"}'));
    });
    const http = createHttp({ ca, userAgent: "test", timeouts, direct: true });
    t.after(() => http.close());
    const url = `https://localhost:${await listening(t, server)}/`;
    await assert.rejects(http.send({ ...request, url }), (error) => {
      assert.doesNotMatch(inspect(error, { depth: 20, showHidden: true }), /the-access-token/);
      return (error as { code?: unknown }).code === "network";
    });
  });
});
