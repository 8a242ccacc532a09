// Retention: by age, by size, and never a young file.

import assert from "node:assert/strict";
import { mkdir, readdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { checkFree, sweep } from "../../fetcher/room.ts";
import { DAY, HOUR } from "../../runtime/clock.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { TestClock, temporaryFolder } from "./harness.ts";

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
    const report = await sweep(nodeFiles, new TestClock(), folder, LIMITS, silent);
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
    const report = await sweep(nodeFiles, new TestClock(), folder, { ...LIMITS, maxBytes: 400 }, silent);
    assert.deepEqual(await left(folder), [1, 2, 3, 30]);
    assert.equal(report.overBytes, 0);
    const young = await sweep(
      nodeFiles,
      new TestClock(),
      folder,
      { ...LIMITS, maxBytes: 0, maxAgeMs: 0 },
      silent,
    );
    assert.deepEqual(await left(folder), [1, 2, 3]);
    assert.equal(young.overBytes, 300, "it says that it is over its size");
  });

  it("stops below the floor with what to do", async () => {
    const files = { ...nodeFiles, free: () => Promise.resolve(99) };
    await assert.rejects(checkFree(files, "/spool", LIMITS), {
      code: "spool_full",
      message: /only 99 bytes are free/,
    });
  });
});
