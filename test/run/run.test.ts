// `mimecast-udm run`: from a simulated Mimecast to each of its outputs, in one process.

import assert from "node:assert/strict";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { MimecastModule } from "../../host/module.ts";
import { publish, simulated } from "../fetcher/harness.ts";
import type { SimulatedMimecast } from "../mimecast/server.ts";
import { recordEvents } from "../support/events.ts";
import { Receiver } from "../support/receiver.ts";

const COMMAND = resolve("build/mimecast-udm.mjs");
const module = await MimecastModule.load("build/mimecast.wasm");

interface Scene {
  readonly server: SimulatedMimecast;
  readonly folder: string;
  readonly env: Record<string, string>;
  /** The events of all that is published so far. */
  due(): string[];
  publish(answers?: number): void;
  start(...args: string[]): Running;
}

interface Running {
  readonly child: ChildProcess;
  stdout: string;
  log: string;
  ended: Promise<number | null>;
}

async function scene(t: TestContext): Promise<Scene> {
  const server = await simulated(t);
  const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-run-"));
  t.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  const ca = join(folder, "ca.pem");
  writeFileSync(ca, server.ca);
  const { clientId, clientSecret } = server.credentials;
  const env: Record<string, string> = {
    MIMECAST_SPOOL: join(folder, "spool"),
    MIMECAST_BASE_URL: server.url,
    MIMECAST_CA_FILE: ca,
    MIMECAST_CLIENT_ID: clientId,
    MIMECAST_CLIENT_SECRET: clientSecret,
  };
  const published: string[] = [];
  return {
    server,
    folder,
    env,
    due: () => published.map((line) => module.map(Buffer.from(line), "udm", { sec: 0, nsec: 0 })).sort(),
    publish: (answers) => {
      published.push(...publish(server, 2, answers));
    },
    start: (...args) => {
      const child = spawn(process.execPath, [COMMAND, "run", ...args], { env, cwd: folder });
      t.after(() => child.kill("SIGKILL"));
      const running: Running = {
        child,
        stdout: "",
        log: "",
        ended: new Promise((done) => child.once("close", done)),
      };
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        running.stdout += text;
      });
      child.stderr.setEncoding("utf8").on("data", (text: string) => {
        running.log += text;
      });
      return running;
    },
  };
}

const sorted = (text: string): string[] => text.split("\n").slice(0, -1).sort();

async function until(what: string, isSo: () => boolean, running: Running): Promise<void> {
  for (let waited = 0; !isSo(); waited += 50) {
    if (waited > 30_000) throw new Error(`no ${what}\n${running.log}`);
    await sleep(50);
  }
}

describe("run", { timeout: 120_000 }, () => {
  it("prints the event of everything that is published, and ends", async (t) => {
    const it = await scene(t);
    it.publish();
    const running = it.start("--once");
    assert.equal(await running.ended, 0, running.log);
    assert.deepEqual(sorted(running.stdout), it.due());
    recordEvents(sorted(running.stdout));
    const again = it.start("--once");
    assert.equal(await again.ended, 0);
    assert.equal(again.stdout, "", "what was printed is not printed again");
  });

  it("fills a file, goes on after it was killed, and turns the file over", async (t) => {
    const it = await scene(t);
    it.publish();
    const path = join(it.folder, "out", "events.ndjson");
    const args = ["--output", path, "--interval", "5s", "--rotate-size", "2k", "--rotate-keep", "100"];
    const lines = (): string[] => {
      try {
        return readdirSync(join(it.folder, "out")).flatMap((name) =>
          sorted(readFileSync(join(it.folder, "out", name), "utf8")),
        );
      } catch {
        return []; // nothing has come yet
      }
    };
    let running = it.start(...args);
    await until("first events", () => lines().length >= it.due().length, running);
    running.child.kill("SIGKILL");
    await running.ended;
    it.publish();
    running = it.start(...args);
    await until("all events", () => new Set(lines()).size >= it.due().length, running);
    running.child.kill("SIGTERM");
    assert.equal(await running.ended, 0, running.log);
    assert.deepEqual([...new Set(lines())].sort(), it.due());
    assert.ok(readdirSync(join(it.folder, "out")).length > 1, "it was turned over");
  });

  it("posts to a receiver that is down at first, and serves the metrics of both halves", async (t) => {
    const it = await scene(t);
    it.publish();
    const receiver = new Receiver();
    t.after(() => receiver.close());
    const port = await receiver.reserve();
    const running = it.start("--output", `http://127.0.0.1:${port}/`, "--listen", "0", "--interval", "5s");
    await until(
      "a first try",
      () => running.log.includes('"retry') || /ECONNREFUSED/.test(running.log),
      running,
    );
    const served = /"port":(\d+)/.exec(running.log)?.[1];
    const metrics = await (await fetch(`http://127.0.0.1:${served}/metrics`)).text();
    assert.match(metrics, /^mimecast_udm_polls_total\{/m);
    assert.match(metrics, /^mimecast_udm_push_pending_files [1-9]/m);
    await receiver.listen();
    await until("all events", () => receiver.taken.length >= it.due().length, running);
    running.child.kill("SIGTERM");
    assert.equal(await running.ended, 0, running.log);
    assert.deepEqual([...receiver.taken].sort(), it.due());
  });

  it("says by its status that something was published and is not delivered", async (t) => {
    const it = await scene(t);
    it.publish(1);
    it.server.pages.get("receipt")?.push([{ content: '{"no":"mimecast"}\n' }]);
    const running = it.start("--once");
    assert.equal(await running.ended, 3, running.log);
    assert.ok(running.stdout.includes("not_mimecast"));
    it.server.faults.batch.push({ kind: "status", status: 403 });
    const refused = it.start("--once");
    assert.equal(await refused.ended, 1);
  });

  it("tells the problems of all its settings at once", async (t) => {
    const it = await scene(t);
    const running = it.start(
      "--interval",
      "1ms",
      "--rotate-size",
      "x",
      "--output",
      "http://user@example.com/",
    );
    assert.equal(await running.ended, 2);
    for (const problem of [/interval: must be a time/, /rotateSize: must be a size/])
      assert.match(running.log, problem);
    assert.doesNotMatch(running.log, /user@/);
  });

  it("takes no pipe and no device for a file, and an empty MIMECAST_CONFIG for none", async (t) => {
    const it = await scene(t);
    execFileSync("mkfifo", [join(it.folder, "pipe")]);
    for (const path of ["/dev/stdout", "/dev/null", "pipe"]) {
      const running = it.start("--once", "--output", path);
      assert.equal(await running.ended, 2, running.log);
      assert.ok(
        running.log.includes(`  output: ${path} is no regular file; use - for standard output\n`),
        running.log,
      );
    }
    it.env.MIMECAST_CONFIG = "";
    const running = it.start("--once");
    assert.equal(await running.ended, 0, running.log);
  });

  it("ends when the reader of its output has left, once with 0", async (t) => {
    const it = await scene(t);
    it.publish();
    const running = it.start("--once");
    running.child.stdout?.destroy();
    assert.equal(await running.ended, 0, running.log);
    assert.match(running.log, /"level":"info".*the reader of standard output has left/);
  });

  it("fails when the reader of its output has left a service", async (t) => {
    const it = await scene(t);
    it.publish();
    const running = it.start("--interval", "5s");
    running.child.stdout?.destroy();
    assert.equal(await running.ended, 1, running.log);
    assert.match(running.log, /"level":"error".*"output_closed".*"remedy":"start it again with a reader/);
  });
});
