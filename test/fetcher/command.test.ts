// `mimecast-udm fetch` and `check` as processes: exit statuses, certificates, proxies, signals, metrics.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import type { SimulatedMimecast } from "../mimecast/server.ts";
import { bundleEntry } from "../support/bundle.ts";
import { publish, simulated, spooledLines, temporaryFolder } from "./harness.ts";

const COMMAND = "build/test/fetcher/mimecast-udm.mjs";

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

function start(
  args: readonly string[],
  env: Record<string, string>,
): { child: ChildProcess; ended: Promise<Ended> } {
  const child = spawn(process.execPath, [COMMAND, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let [out, err] = ["", ""];
  child.stdout.on("data", (part) => {
    out += part;
  });
  child.stderr.on("data", (part) => {
    err += part;
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (status) => resolve({ status, out, err })));
  return { child, ended };
}

async function setting(
  t: TestContext,
  server: SimulatedMimecast,
): Promise<{ spool: string; env: Record<string, string> }> {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, "ca.pem"), server.ca);
  await writeFile(join(folder, "secret"), server.credentials.clientSecret);
  const spool = join(folder, "spool");
  const env = {
    MIMECAST_SPOOL: spool,
    MIMECAST_BASE_URL: server.url,
    MIMECAST_CA_FILE: join(folder, "ca.pem"),
    MIMECAST_CLIENT_ID: server.credentials.clientId,
    MIMECAST_CLIENT_SECRET_FILE: join(folder, "secret"),
  };
  return { spool, env };
}

describe("mimecast-udm fetch", () => {
  before(() => bundleEntry("cli/main.ts", COMMAND));

  it("fetches once, and exits 0", async (t) => {
    const server = await simulated(t);
    const published = publish(server, 2);
    const { spool, env } = await setting(t, server);
    const { status, out, err } = await start(["fetch", "--once"], env).ended;
    assert.deepEqual([status, out], [0, ""], err);
    assert.deepEqual(await spooledLines(spool), published);
    assert.match(err, /"msg":"caught up"/);
  });

  it("exits 3 where something went to quarantine, 1 where it could not go on", async (t) => {
    const server = await simulated(t);
    const { env } = await setting(t, server);
    server.pages.set("receipt", [[{ content: "", raw: Buffer.from("\x1f\x8bno gzip", "latin1") }]]);
    assert.equal((await start(["fetch", "--once"], env).ended).status, 3);
    server.credentials.clientSecret = "changed";
    const { status, err } = await start(["fetch", "--once"], env).ended;
    assert.equal(status, 1);
    assert.match(err, /check client id and client secret/);
  });

  it("exits 2 with all problems of the settings", async () => {
    for (const command of [["fetch", "--once"], ["fetch"], ["check"]]) {
      const { status, err } = await start(command, {}).ended;
      assert.equal(status, 2);
      assert.match(err, /^mimecast-udm: the configuration has .* problem/);
      assert.match(err, /^mimecast-udm: {3}spool: is missing$/m);
    }
  });

  it("checks certificates, whatever NODE_TLS_REJECT_UNAUTHORIZED says", async (t) => {
    const server = await simulated(t);
    const { env } = await setting(t, server);
    const { MIMECAST_CA_FILE: _ca, ...others } = env;
    const { child, ended } = start(["fetch", "--once"], { ...others, NODE_TLS_REJECT_UNAUTHORIZED: "0" });
    const deadline = setTimeout(() => child.kill("SIGTERM"), 4000);
    const { status, err } = await ended;
    clearTimeout(deadline);
    assert.equal(status, 1);
    assert.match(err, /name the certificate authority's file in caFile/);
    assert.equal(server.requests.length, 0);
  });

  it("goes through the proxy that HTTPS_PROXY names", async (t) => {
    const server = await simulated(t);
    const published = publish(server, 2);
    const { spool, env } = await setting(t, server);
    let tunnels = 0;
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      tunnels++;
      const [host = "", port] = (request.url ?? "").split(":");
      const onward = connect(Number(port), host === "localhost" ? "127.0.0.1" : host, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      onward.on("error", () => socket.destroy());
      socket.on("error", () => onward.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    t.after(() => proxy.close());
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const { status, err } = await start(["fetch", "--once"], { ...env, HTTPS_PROXY: url }).ended;
    assert.equal(status, 0, err);
    assert.ok(tunnels > 0);
    assert.deepEqual(await spooledLines(spool), published);
  });

  it("serves metrics and health while it runs, and ends on SIGTERM", async (t) => {
    const server = await simulated(t);
    publish(server, 2);
    const { env } = await setting(t, server);
    const { child, ended } = start(["fetch", "--listen", "127.0.0.1:0"], env);
    t.after(() => child.kill("SIGKILL"));
    const port = await new Promise<string>((resolve, reject) => {
      let [text, found] = ["", ""];
      child.stderr?.on("data", (part) => {
        text += part;
        found ||= /"port":(\d+)/.exec(text)?.[1] ?? "";
        if (found && text.includes("caught up")) resolve(found);
      });
      child.on("close", () => reject(new Error(text)));
    });
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.match(metrics, /^mimecast_udm_polls_total\{account="default",outcome="caught_up"\} 1$/m);
    assert.match(metrics, /^mimecast_udm_events_total\{account="default",type="url-protect"\} 18$/m);
    assert.match(metrics, /^mimecast_udm_newest_event_age_seconds\{account="default"\} \d/m);
    assert.match(metrics, /^mimecast_udm_token_age_seconds\{account="default",cursor="receipt"\} \d/m);
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    assert.deepEqual([health.status, ((await health.json()) as { ok: boolean }).ok], [200, true]);
    child.kill("SIGTERM");
    const { status, err } = await ended;
    assert.equal(status, 0, err);
    assert.ok(!err.includes(server.credentials.clientSecret));
  });

  it("tells by check what it would do, without secrets", async (t) => {
    const server = await simulated(t);
    const { env } = await setting(t, server);
    const { status, out } = await start(["check", "--interval", "10m"], env).ended;
    assert.equal(status, 0);
    assert.match(out, /^interval {2}600 s$/m);
    assert.match(out, /^account {3}default: API 2\.0 at https:\/\/localhost:\d+, 10 types$/m);
    assert.ok(!out.includes(server.credentials.clientSecret));
    assert.equal(server.requests.length, 0);
  });
});
