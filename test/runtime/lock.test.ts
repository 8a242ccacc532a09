/** runtime/lock.ts between real processes. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { before, describe, it } from "node:test";
import { promisify } from "node:util";
import { bundleEntry } from "../support/bundle.ts";

const ENTRY = resolve("build/test/runtime/lock-entry.mjs");
const run = promisify(execFile);
const AT_ONCE = 5;
const host = createHash("sha256")
  .update(`${hostname()}\0${readlinkSync("/proc/self/ns/pid")}`)
  .digest("hex")
  .slice(0, 12);

describe("a lock that several processes want at the same moment", () => {
  before(() => bundleEntry("test/runtime/lock-entry.ts", ENTRY));

  for (const [state, claim] of [
    ["is not there", undefined],
    ["belongs to a process that is gone", `race.lock.${host}.4190000.1`],
    ["belongs to another host", "race.lock.0123456789ab.1.1"],
  ] as const) {
    it(`goes to one of them if it ${state}`, async (t) => {
      const folder = await mkdtemp(join(tmpdir(), "mimecast-udm-"));
      t.after(() => rm(folder, { recursive: true }));
      if (claim !== undefined) await writeFile(join(folder, claim), "");
      const start = String(Date.now() + 1000);
      const ended = await Promise.all(
        Array.from({ length: AT_ONCE }, () => run(process.execPath, [ENTRY, folder, start])),
      );
      const said = ended.map(({ stdout }) => stdout).sort();
      assert.deepEqual(said, [...Array(AT_ONCE - 1).fill("already_running"), "held"]);
      assert.deepEqual(await readdir(folder), [], "it is given back, and nothing stays beside it");
    });
  }
});
