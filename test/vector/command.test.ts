// `mimecast-udm push` as a process: exit statuses, signals, its parent, its lock, what it says and where, and its memory.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { appendFile, mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Delivery } from "../../delivery/delivery.ts";
import { Metrics } from "../../delivery/metrics.ts";
import { systemClock } from "../../runtime/clock.ts";
import { MemoryOutput } from "../delivery/harness.ts";
import { bundleEntry } from "../support/bundle.ts";
import { deliveryConfig, loadModule, record, records, temporaryFolder, until } from "./harness.ts";
import { assertDelivered } from "./order.ts";
import { VectorDouble } from "./receiver.ts";

const COMMAND = "build/test/vector/mimecast-udm.mjs";
const SECRET = "Bearer t0p-s3cret-value";
const MEGABYTE = 1_000_000;

interface Ended {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

interface Started {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  err(): string;
}

interface Scene {
  readonly spool: string;
  readonly receiver: VectorDouble;
  readonly env: Record<string, string>;
  drop(name: string, lines: readonly string[]): Promise<void>;
  run(...args: string[]): Started;
}

async function scene(t: TestContext): Promise<Scene> {
  const folder = await temporaryFolder(t);
  const receiver = await VectorDouble.start(t);
  const spool = join(folder, "spool");
  await mkdir(spool);
  await writeFile(join(folder, "authorization"), SECRET);
  const env = {
    MIMECAST_SPOOL: spool,
    MIMECAST_PUSH_URL: receiver.url,
    MIMECAST_PUSH_AUTHORIZATION_FILE: join(folder, "authorization"),
    MIMECAST_PUSH_SCAN: "50ms",
  };
  const run = (...args: string[]): Started => {
    const child = spawn(process.execPath, [COMMAND, "push", ...args], {
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    t.after(() => child.kill("SIGKILL"));
    return watched(child);
  };
  const drop = async (name: string, lines: readonly string[]): Promise<void> => {
    await writeFile(join(spool, `${name}.part`), lines.map((line) => `${line}\n`).join(""));
    await rename(join(spool, `${name}.part`), join(spool, name));
  };
  return { spool, receiver, env, drop, run };
}

function watched(child: ChildProcess): Started {
  let [out, err] = ["", ""];
  child.stdout?.on("data", (part) => {
    out += part;
  });
  child.stderr?.on("data", (part) => {
    err += part;
  });
  const ended = new Promise<Ended>((resolve) => child.on("close", (status) => resolve({ status, out, err })));
  return { child, ended, err: () => err };
}

describe("mimecast-udm push", { timeout: 120_000, concurrency: 2 }, () => {
  before(async () => {
    await bundleEntry("cli/main.ts", COMMAND);
    await writeFile("build/test/vector/mimecast.wasm", await readFile("build/mimecast.wasm"));
  });

  it("delivers once and exits 0, with nothing on standard output", async (t) => {
    const it = await scene(t);
    await it.drop("a.siem", records("a.siem", 1000));
    const { status, out, err } = await it.run("--once").ended;
    assert.deepEqual([status, out], [0, ""], err);
    assert.equal(assertDelivered(it.receiver.requests, { files: new Map([["a.siem", 1000]]) }), 0);
    assert.ok(it.receiver.requests.every(({ headers }) => headers.authorization === SECRET));
    for (const line of err.trimEnd().split("\n")) assert.equal(typeof JSON.parse(line).msg, "string");
    assert.doesNotMatch(err, /s3cret/);
  });

  it("exits 3 where records could not be mapped or were refused, 1 where the receiver is not there, 2 for bad settings", async (t) => {
    const it = await scene(t);
    await it.drop("a.siem", [record("a.siem", 0), "no record"]);
    assert.equal((await it.run("--once").ended).status, 3);
    await it.drop("b.siem", [record("b.siem", 0), record("b.siem", 1, "refuse-me")]);
    it.receiver.fault = (lines) =>
      lines.join("").includes("refuse-me") ? { kind: "answer", status: 400, text: SECRET } : undefined;
    const refused = await it.run("--once").ended;
    assert.equal(refused.status, 3);
    const folder = join(it.spool, "rejected");
    const kept = await Promise.all(
      (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
    );
    assert.doesNotMatch(refused.err + kept.join(""), /s3cret/);
    await it.receiver.close();
    await it.drop("c.siem", records("c.siem", 1));
    const { status, err } = await it.run("--once").ended;
    assert.equal(status, 1);
    assert.match(err, /receiver_unreachable/);
    const wrong = await it.run("--once", "--lanes", "0", "--url", "http://a:b@c/").ended;
    assert.equal(wrong.status, 2);
    assert.match(wrong.err, /^mimecast-udm: the configuration has 2 problems; /);
  });

  it("exits 1 where the spool is not there, or a file has no readable name", async (t) => {
    const it = await scene(t);
    const spool = join(it.spool, "wrong");
    const { status, err } = await it.run("--once", "--spool", spool).ended;
    assert.equal(status, 1);
    assert.match(err, /"spool_unreadable".*"remedy":"name the folder/);
    assert.equal(existsSync(spool), false);
    await writeFile(
      Buffer.concat([Buffer.from(`${it.spool}/`), Buffer.of(0xff), Buffer.from(".siem")]),
      "x\n",
    );
    assert.equal((await it.run("--once").ended).status, 1);
  });

  it("exits 1 where delivered files cannot be moved to another file system", {
    skip: existsSync("/dev/shm") && existsSync("/tmp") ? false : "there is one file system alone",
  }, async (t) => {
    const it = await scene(t);
    await it.drop("a.siem", records("a.siem", 3));
    const elsewhere = await mkdtemp("/tmp/mimecast-udm-elsewhere-");
    t.after(() => rm(elsewhere, { recursive: true }));
    if ((await stat(elsewhere)).dev === (await stat(it.spool)).dev) return t.skip("it is one file system");
    const { status, err } = await it.run("--once", "--done", "move", "--done-folder", elsewhere).ended;
    assert.equal(status, 1);
    assert.match(err, /EXDEV/);
  });

  it("ends on SIGTERM with 0, and soon, though its log is a pipe that nobody reads", async (t) => {
    const it = await scene(t);
    // Each of these names is a line in the log: more than a pipe takes.
    for (let number = 0; number < 3000; number++) {
      const name = [
        Buffer.from(`${it.spool}/${"n".repeat(200)}${number}`),
        Buffer.of(0xff),
        Buffer.from(".siem"),
      ];
      await writeFile(Buffer.concat(name), "x\n");
    }
    await it.drop("a.siem", records("a.siem", 1));
    const child = spawn(process.execPath, [COMMAND, "push", "--grace", "0"], {
      env: it.env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    t.after(() => child.kill("SIGKILL"));
    const ended = once(child, "exit");
    await until(() => it.receiver.lines.length === 1);
    const start = performance.now();
    child.kill("SIGTERM");
    assert.deepEqual(await ended, [0, null]);
    assert.ok(performance.now() - start < 4000, `${performance.now() - start} ms`);
    child.stderr.destroy();
  });

  it("serves metrics and health, and ends on SIGTERM with 0 when what was on its way has arrived", async (t) => {
    const it = await scene(t);
    await it.drop("a.siem", records("a.siem", 100));
    const { child, ended, err } = it.run("--listen", "127.0.0.1:0", "--batch", "8k");
    await until(() => it.receiver.lines.length === 100);
    const port = /"port":(\d+)/.exec(err())?.[1];
    const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    assert.match(metrics, /^mimecast_udm_push_events_total 100$/m);
    assert.match(metrics, /^mimecast_udm_push_requests_total\{code="200"\} [1-9]/m);
    assert.match(metrics, /^mimecast_udm_push_pending_files 0$/m);
    for (const line of metrics.split("\n"))
      assert.ok(line === "" || /^(# |mimecast_udm_push_)/.test(line), line);
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    assert.deepEqual([health.status, ((await health.json()) as { ok: boolean }).ok], [200, true]);
    it.receiver.fault = () => ({ kind: "late", ms: 400 });
    await it.drop("b.siem", records("b.siem", 2000));
    await until(() => it.receiver.atOnce > 0);
    child.kill("SIGTERM");
    const { status, out, err: log } = await ended;
    assert.deepEqual([status, out], [0, ""], log);
    it.receiver.fault = () => undefined;
    it.receiver.life++;
    assert.equal((await it.run("--once").ended).status, 0);
    const files = new Map([
      ["a.siem", 100],
      ["b.siem", 2000],
    ]);
    assert.equal(assertDelivered(it.receiver.requests, { files }), 0);
  });

  it("ends within the grace though the receiver does not answer", async (t) => {
    const it = await scene(t);
    await it.drop("a.siem", records("a.siem", 10));
    it.receiver.fault = () => ({ kind: "hang" });
    const { child, ended } = it.run("--grace", "300ms");
    await until(() => it.receiver.requests.length === 1);
    const start = performance.now();
    child.kill("SIGINT");
    const { status, err } = await ended;
    assert.equal(status, 0, err);
    const took = performance.now() - start;
    assert.ok(took > 250 && took < 3000, `${took} ms`);
    it.receiver.fault = () => undefined;
    assert.equal((await it.run("--once").ended).status, 0);
    assert.equal(it.receiver.lines.length, 10);
  });

  it("ends with the process that started it, and has noted what is delivered though nobody reads its log", async (t) => {
    const it = await scene(t);
    await it.drop("a.siem", records("a.siem", 100));
    // A shell that stays for as long as its child does.
    const shell = spawn(
      "sh",
      [
        "-c",
        `"$0" "$@" & echo $!; wait`,
        process.execPath,
        COMMAND,
        "push",
        "--stop-with-parent",
        "--log-level",
        "debug",
      ],
      {
        env: it.env,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const [pid] = (await once(shell.stdout, "data")) as [Buffer];
    t.after(() => {
      try {
        process.kill(Number(pid), "SIGKILL");
      } catch {
        // It has ended, as it should.
      }
    });
    await until(() => it.receiver.lines.length === 100);
    shell.stdout.destroy();
    shell.stderr.destroy();
    shell.kill("SIGKILL");
    await until(
      () =>
        !existsSync(`/proc/${Number(pid)}`) ||
        readFileSync(`/proc/${Number(pid)}/stat`, "utf8").includes(") Z "),
    );
    assert.deepEqual(await readdir(join(it.spool, ".push")), ["push.checkpoint"]);
    assert.equal((await it.run("--once").ended).status, 0);
    assert.equal(it.receiver.lines.length, 100);
  });

  it("waits for one that has the lock and ends soon", async (t) => {
    const it = await scene(t);
    const first = it.run();
    await until(() => first.err().includes("delivering"));
    const second = it.run();
    await until(() => second.err().includes("waiting for another process to end"));
    first.child.kill("SIGTERM");
    await until(() => second.err().includes("delivering"));
    await it.drop("a.siem", records("a.siem", 10));
    await until(() => it.receiver.lines.length === 10);
    second.child.kill("SIGTERM");
    assert.equal((await second.ended).status, 0);
  });

  it("fails with what to do where another one keeps the lock", async (t) => {
    const it = await scene(t);
    const first = it.run();
    await until(() => first.err().includes("delivering"));
    const waits: number[] = [];
    const clock = {
      ...systemClock,
      sleep: (milliseconds: number) => {
        waits.push(milliseconds);
        return Promise.resolve();
      },
      // To ask the other one takes as long again.
      uptime: () => 2 * waits.reduce((sum, ms) => sum + ms, 0),
    };
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    const config = { ...deliveryConfig(it.spool), spool: it.spool, state: join(it.spool, ".push") };
    const module = await loadModule();
    const common = { config, module, output: new MemoryOutput(), metrics: new Metrics(), once: true };
    const opened = Delivery.open({ ...common, clock, log }, new AbortController().signal);
    await assert.rejects(opened, { code: "already_running", remedy: /^stop that one/ });
    const waited = waits.reduce((sum, ms) => sum + ms, 0);
    assert.ok(2 * waited >= 15_000 && 2 * waited < 20_000, `${2 * waited} ms`);
  });

  it("stays under 250 MB while a backlog of 300 MB passes", {
    skip: existsSync("/proc/self/status") ? false : "there is no /proc",
  }, async (t) => {
    const it = await scene(t);
    const block = records("a.siem", 10_000, "x".repeat(200))
      .map((line) => `${line}\n`)
      .join("");
    const size = 300 * MEGABYTE;
    for (const name of ["a.siem", "b.siem", "c.siem", "d.siem", "e.siem", "f.siem"]) {
      for (let written = 0; written < size / 6; written += block.length)
        await appendFile(join(it.spool, name), block);
    }
    const url = await swallow(t);
    it.env.MIMECAST_PUSH_URL = url;
    const { child, ended } = it.run("--once");
    let peak = 0;
    const timer = setInterval(() => {
      const status = existsSync(`/proc/${child.pid}/status`)
        ? readFileSync(`/proc/${child.pid}/status`, "utf8")
        : "";
      peak = Math.max(peak, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024);
    }, 20);
    const { status, err } = await ended;
    clearInterval(timer);
    assert.equal(status, 0, err);
    t.diagnostic(`peak ${Math.round(peak / MEGABYTE)} MB`);
    assert.ok(peak < 250 * MEGABYTE, `${peak} bytes`);
  });
});

/** A receiver that takes everything, slowly enough for a backlog, and keeps nothing. */
async function swallow(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      void delay(2).then(() => response.writeHead(200).end());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}
