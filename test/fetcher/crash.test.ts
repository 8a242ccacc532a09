// Kills the fetcher at every step of its work, restarts it, and looks whether every published record is in the spool once.
// In every other case a shipper empties the spool between the two.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, readFile, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import { bundleEntry } from "../support/bundle.ts";
import type { CrashOrder } from "./crash-entry.ts";
import { type Bench, bench, publish, simulated } from "./harness.ts";

const ENTRY = resolve("build/test/fetcher/crash-entry.mjs");
/** Fewer in all would mean that steps are not reached any more. */
const LEAST_KILLS = 200;

let kills = 0;

describe("killed at any step, and started again", { concurrency: 3 }, () => {
  before(() => bundleEntry("test/fetcher/crash-entry.ts", ENTRY));

  after(() => {
    console.log(`${kills} kills`);
    assert.ok(kills >= LEAST_KILLS, `${kills} kills are fewer than ${LEAST_KILLS}`);
  });

  for (const version of [1, 2] as const) {
    it(`has every record of API ${version}.0 in the spool, once`, async (t) => {
      await killEverywhere(t, version, 1, false);
    });
  }

  it("has every record in the merged file, too, once", async (t) => {
    await killEverywhere(t, 1, 4, true);
  });
});

/** One life at a time: `killAt` grows by `stride` until a life comes to its end. */
async function killEverywhere(
  t: TestContext,
  version: 1 | 2,
  stride: number,
  merges: boolean,
): Promise<void> {
  const server = await simulated(t);
  const published = publish(server, version, version === 1 ? 2 : 1);
  for (let killAt = 1; ; killAt += stride) {
    const it = await bench(t, server, [version]);
    const mergeTo = merges ? join(it.folder, "merged.log") : undefined;
    it.config = { ...it.config, mergeTo };
    const { limits: _limits, accounts: _accounts, ...config } = it.config;
    const order: CrashOrder = { killAt, version, url: server.url, credentials: server.credentials, config };
    const survived = await live(order);
    if (!survived) kills++;
    const read: string[] = killAt % 2 === 0 ? await ship(it) : [];
    // Sometimes it dies once more, while it recovers.
    if (killAt % 10 === 0 && !(await live({ ...order, killAt: 1 + (killAt % 23) }))) kills++;
    const round = await it.run();
    const place = `killed at step ${killAt}`;
    assert.deepEqual(round, { failed: 0, missing: 0 }, `${place}: ${it.logText()}`);
    assert.deepEqual([...(await it.lines()), ...read].sort(), published, place);
    if (mergeTo) {
      const merged = (await readFile(mergeTo, "utf8")).trimEnd().split("\n").sort();
      assert.deepEqual(merged, published, `${place}, merged`);
    }
    assert.deepEqual(
      await readdir(join(it.spool, ".incoming", "acme")),
      [],
      `${place}: nothing is left over`,
    );
    await rm(it.folder, { recursive: true });
    if (survived) return t.diagnostic(`${killAt} steps`);
  }
}

/** What a shipper does: reads, and clears up. */
async function ship(it: Bench): Promise<string[]> {
  const files = await it.files().catch(() => []);
  const lines = files.length > 0 ? await it.lines() : [];
  for (const name of files) await rm(join(it.spool, name));
  return lines;
}

/** A process's life. Answers whether it came to its own end. */
function live(order: CrashOrder): Promise<boolean> {
  return new Promise((done, failed) => {
    // Trusts the server by the authority in `order`, like the product.
    const child = spawn(process.execPath, [ENTRY], { stdio: ["pipe", "inherit", "inherit"] });
    child.on("error", failed);
    child.on("exit", (status, signal) => {
      if (signal === "SIGKILL") done(false);
      else if (status === 0) done(true);
      else
        failed(new Error(`the fetcher ended with status ${status} before it was killed at ${order.killAt}`));
    });
    child.stdin.end(JSON.stringify(order));
  });
}
