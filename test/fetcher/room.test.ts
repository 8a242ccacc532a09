// Retention: by age, by size, and never a young file.

import assert from "node:assert/strict";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { Elapsed } from "../../fetcher/elapsed.ts";
import { checkFree, sweep } from "../../fetcher/room.ts";
import { DAY, HOUR, MINUTE } from "../../runtime/clock.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { AGES, TestClock, temporaryFolder } from "./harness.ts";

const LIMITS = {
  maxAgeMs: 7 * DAY,
  maxBytes: 1e9,
  minAgeMs: DAY,
  quarantineAgeMs: 30 * DAY,
  minFreeBytes: 100,
};
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A spool with one file of 100 bytes for each age in hours, named by it. */
async function spool(t: TestContext, ages: readonly number[]): Promise<string> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, "quarantine"));
  for (const age of ages) {
    const time = new Date(Date.now() - age * HOUR);
    for (const path of [`${age}.siem`, `quarantine/${age}.zip`]) {
      await writeFile(join(folder, path), Buffer.alloc(100));
      await utimes(join(folder, path), time, time);
    }
  }
  await writeFile(join(folder, "someone-elses.txt"), "x");
  return folder;
}

const left = async (folder: string) =>
  (await readdir(folder))
    .filter((name) => name.endsWith(".siem"))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);

describe("retention", () => {
  it("deletes what is older than the age, and nothing that is not ours", async (t) => {
    const folder = await spool(t, [1, 48, 160, 169, 1000]);
    const report = await sweep(nodeFiles, new TestClock(), AGES, folder, LIMITS, silent);
    assert.deepEqual(await left(folder), [1, 48, 160]);
    assert.deepEqual(report, { files: 3, bytes: 300, deleted: 2, overBytes: 0 });
    assert.ok((await readdir(folder)).includes("someone-elses.txt"));
    assert.deepEqual((await readdir(join(folder, "quarantine"))).sort(), [
      "1.zip",
      "160.zip",
      "169.zip",
      "48.zip",
    ]);
  });

  it("deletes the oldest beyond the size, but none that is younger than the least age", async (t) => {
    const folder = await spool(t, [1, 2, 3, 30, 40, 50]);
    const report = await sweep(
      nodeFiles,
      new TestClock(),
      AGES,
      folder,
      { ...LIMITS, maxBytes: 400 },
      silent,
    );
    assert.deepEqual(await left(folder), [1, 2, 3, 30]);
    assert.equal(report.overBytes, 0);
    const young = await sweep(
      nodeFiles,
      new TestClock(),
      AGES,
      folder,
      { ...LIMITS, maxBytes: 0, maxAgeMs: 0 },
      silent,
    );
    assert.deepEqual(await left(folder), [1, 2, 3]);
    assert.equal(young.overBytes, 300, "it says that it is over its size");
  });

  it("dates a file of the future today, so that it does not stay for ever", async (t) => {
    const folder = await spool(t, [-1000, 30]);
    const clock = new TestClock();
    await sweep(nodeFiles, clock, AGES, folder, LIMITS, silent);
    clock.offset = 8 * DAY;
    await sweep(nodeFiles, clock, { since: (time) => clock.now() - time }, folder, LIMITS, silent);
    assert.deepEqual(await left(folder), []);
  });

  it("goes on where a file cannot be dated", async (t) => {
    const folder = await spool(t, [-1000, 1000]);
    const touch = () => Promise.reject(Object.assign(new Error("EPERM"), { code: "EPERM" }));
    await sweep({ ...nodeFiles, touch }, new TestClock(), AGES, folder, LIMITS, silent);
    assert.deepEqual(await left(folder), [-1000]);
  });

  it("stops below the floor with what to do", async () => {
    const files = { ...nodeFiles, free: () => Promise.resolve(99) };
    await assert.rejects(checkFree(files, "/spool", LIMITS), {
      code: "spool_full",
      message: /only 99 bytes are free/,
    });
  });
});

describe("how long ago something was", () => {
  /** A host with a clock and an uptime that a test sets. */
  class Host extends TestClock {
    wall = Date.UTC(2026, 0, 1);
    up = 100 * DAY;
    override now(): number {
      return this.wall;
    }
    override uptime(): number {
      return this.up;
    }
    runs(time: number): void {
      this.wall += time;
      this.up += time;
    }
    isOff(time: number): void {
      this.wall += time;
      this.up = 0;
    }
  }
  const host = async (t: TestContext) => {
    const clock = new Host();
    const folder = await temporaryFolder(t);
    const open = () => Elapsed.open(nodeFiles, clock, folder, silent);
    return { clock, folder, open, elapsed: await open() };
  };

  it("counts the time that the host was up, over restarts of the fetcher", async (t) => {
    const { clock, open } = await host(t);
    const written = clock.now();
    for (let day = 0; day < 10; day++) {
      clock.runs(DAY);
      await open();
    }
    assert.equal((await open()).since(written), 10 * DAY);
  });

  it("does not count the time that the host was off", async (t) => {
    const { clock, open } = await host(t);
    const written = clock.now();
    clock.runs(HOUR);
    await open();
    clock.isOff(30 * DAY);
    clock.runs(HOUR);
    const again = await open();
    assert.equal(again.since(written), 2 * HOUR);
    const later = clock.now();
    clock.runs(3 * HOUR);
    assert.equal(again.since(later), 3 * HOUR);
    assert.equal((await open()).since(written), 5 * HOUR, "it is kept");
  });

  it("does not count what a clock jumps ahead, from the moment of the jump on, until it is set back", async (t) => {
    const { clock, elapsed } = await host(t);
    const written = clock.now();
    clock.runs(HOUR);
    clock.wall += 3650 * DAY;
    assert.equal(elapsed.since(written), HOUR);
    await elapsed.observe();
    assert.equal(elapsed.since(written), HOUR);
    clock.wall -= 3650 * DAY;
    assert.equal(elapsed.since(written), HOUR);
    await elapsed.observe();
    clock.runs(20 * DAY);
    assert.equal(
      elapsed.since(written),
      20 * DAY + HOUR,
      "what the wrong clock had skipped passes, and counts",
    );
    clock.wall -= 365 * DAY;
    assert.equal(elapsed.since(written), 0);
  });

  it("counts from now on where nothing is known of the time before", async (t) => {
    const { clock, folder, open } = await host(t);
    const written = clock.now() - 100 * DAY;
    assert.equal((await open()).since(written), 0);
    clock.runs(DAY);
    await writeFile(join(folder, "fetcher.uptime"), '{"wall":');
    assert.equal((await open()).since(written), 0);
  });

  it("never makes a file older by having seen many pauses", async (t) => {
    const { clock, elapsed } = await host(t);
    const written = clock.now();
    const old = written - 30 * DAY;
    clock.wall += 6 * DAY;
    for (let pause = 0; pause < 200; pause++) {
      await elapsed.observe();
      clock.runs(5 * MINUTE);
      clock.wall += 3 * MINUTE;
    }
    await elapsed.observe();
    assert.ok(elapsed.since(written) <= 200 * 5 * MINUTE, String(elapsed.since(written)));
    assert.ok(elapsed.since(old) <= elapsed.since(written), "nothing is known of the time before");
  });

  it("does not count pauses though each is short", async (t) => {
    const { clock, elapsed } = await host(t);
    const written = clock.now();
    for (let pause = 0; pause < 500; pause++) {
      clock.runs(MINUTE);
      clock.wall += 1.9 * MINUTE;
      await elapsed.observe();
    }
    assert.ok(elapsed.since(written) <= 500 * MINUTE + 2 * MINUTE, String(elapsed.since(written) / MINUTE));
  });

  it("goes on where it cannot be kept", async (t) => {
    const { clock, folder } = await host(t);
    const full = Object.assign(new Error("full"), { code: "ENOSPC" });
    const files = { ...nodeFiles, create: () => Promise.reject(full) };
    const elapsed = await Elapsed.open(files, clock, folder, silent);
    clock.runs(DAY);
    await elapsed.observe();
    assert.equal(elapsed.since(clock.now() - HOUR), HOUR);
  });
});
