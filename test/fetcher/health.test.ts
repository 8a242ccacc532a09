// What /healthz says, and to whom.

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { Service } from "../../fetcher/service.ts";
import { DAY, MINUTE } from "../../runtime/clock.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { Secret } from "../../runtime/secret.ts";
import { serve } from "../../runtime/server.ts";
import { bench, publish, simulated } from "./harness.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const signal = new AbortController().signal;

/** A service whose every rename takes a minute, and what its health was at each. */
async function slow(t: TestContext) {
  const server = await simulated(t);
  const it = await bench(t, server, [1]);
  publish(server, 1, 20);
  const seen: boolean[] = [];
  const rename = async (from: string, to: string): Promise<void> => {
    it.clock.passes(MINUTE);
    seen.push(service.health().ok);
    await nodeFiles.rename(from, to);
  };
  const service: Service = await Service.open({
    config: it.config,
    clock: it.clock,
    log: silent,
    version: "0",
    files: { ...nodeFiles, rename },
  });
  t.after(() => service.close());
  return { server, service, seen };
}

describe("a service whose state another one took over", () => {
  it("ends, polls no more, and leaves alone what the other one has on its way", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    publish(server, 1);
    const wait = it.clock.sleep.bind(it.clock);
    it.clock.sleep = async (milliseconds, signal) => {
      await wait(milliseconds, signal);
      await delay(5, undefined, signal ? { signal } : {});
    };
    const service = await Service.open({ config: it.config, clock: it.clock, log: silent, version: "0" });
    t.after(() => service.close());
    const stop = new AbortController();
    const ended = service.forever(stop.signal);
    for (const name of await readdir(it.config.state)) {
      if (name.startsWith("fetcher.lock.")) await rm(join(it.config.state, name));
    }
    await assert.rejects(ended, { code: "already_running" });
    const theirs = join(it.spool, ".incoming", "acme", "1.download");
    await mkdir(dirname(theirs), { recursive: true });
    await writeFile(theirs, "on its way");
    const asked = server.count("logs");
    await delay(100);
    stop.abort();
    assert.equal(server.count("logs"), asked);
    assert.equal(await readFile(theirs, "utf8"), "on its way");
  });
});

describe("health", () => {
  it("is good during a long catch-up, as long as it moves on", async (t) => {
    const { service, seen } = await slow(t);
    await service.once(signal);
    assert.ok(seen.length > 40, String(seen.length));
    assert.ok(!seen.includes(false));
  });

  it("is bad after a failure until all is caught up, however much moves on meanwhile", async (t) => {
    const { server, service, seen } = await slow(t);
    server.faults.logs.push({ kind: "status", status: 403 });
    await service.once(signal);
    seen.length = 0;
    await service.once(signal);
    assert.ok(seen.slice(10, 40).every((ok) => !ok));
    assert.ok(service.health().ok);
  });

  it("is not good for long because the clock was set back", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    publish(server, 1);
    it.clock.offset = 365 * DAY;
    server.clockOffset = -365 * DAY;
    const service = await Service.open({ config: it.config, clock: it.clock, log: silent, version: "0" });
    t.after(() => service.close());
    await service.once(signal);
    assert.ok(service.health().ok);
    it.clock.offset = 0;
    server.faults.logs.push({ kind: "status", status: 403 });
    it.clock.passes(20 * MINUTE);
    await service.once(signal);
    assert.equal(service.health().ok, false);
  });

  it("shows no secret, should one have got into it", async (t) => {
    const secret = new Secret("a secret in a message");
    const it = await bench(t, await simulated(t), [1]);
    const service = await Service.open({ config: it.config, clock: it.clock, log: silent, version: "0" });
    const health = () => ({ ok: true, accounts: { acme: { failure: { message: secret.reveal() } } } });
    const server = await serve({ host: "127.0.0.1", port: 0 }, service.metrics.registry, health);
    t.after(async () => {
      await server.close();
      await service.close();
    });
    const text = await (await fetch(`http://127.0.0.1:${server.port}/healthz`)).text();
    assert.match(text, /"message":"\[secret\]"/);
  });
});
