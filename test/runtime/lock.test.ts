/** runtime/lock.ts, also between real processes. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readlinkSync } from "node:fs";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { before, describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { systemClock } from "../../runtime/clock.ts";
import { ServiceError } from "../../runtime/errors.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { lock } from "../../runtime/lock.ts";
import { bundleEntry } from "../support/bundle.ts";

const ENTRY = resolve("build/test/runtime/lock-entry.mjs");
const run = promisify(execFile);
const AT_ONCE = 5;
const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const host = createHash("sha256")
  .update(`${hostname()}\0${readlinkSync("/proc/self/ns/pid")}`)
  .digest("hex")
  .slice(0, 12);

describe("a folder for a lock", () => {
  it("is made where there is none", async (t) => {
    const folder = join(await temporary(t), "state", "of", "push");
    await (await lock(nodeFiles, systemClock, folder, "race", SILENT)).release();
    assert.deepEqual(await readdir(folder), []);
  });

  it("is told by its name, with what to do, where it cannot be written", async (t) => {
    const file = join(await temporary(t), "state");
    await writeFile(file, "");
    for (const folder of [file, join(file, "below")]) {
      const locked = lock(nodeFiles, systemClock, folder, "race", SILENT);
      await assert.rejects(locked, (error) => {
        assert.ok(error instanceof ServiceError);
        assert.equal(error.code, "state_unwritable");
        assert.ok(error.message.startsWith(`cannot write to the state folder ${folder}: E`), error.message);
        assert.match(error.remedy, /let the user write there, or name another folder/);
        return true;
      });
    }
  });
});

describe("a file system that says no to a lock", () => {
  for (const [code, remedy] of [
    ["EDQUOT", /^make room/],
    ["EMFILE", /^raise the limit of open files/],
    ["EIO", /^see what the host's own log says of this disk/],
    ["EROFS", /^let the user write there/],
  ] as const) {
    it(`is told with what to do about ${code}`, async (t) => {
      const create = () => Promise.reject(Object.assign(new Error(code), { code }));
      const locked = lock({ ...nodeFiles, create }, systemClock, await temporary(t), "race", SILENT);
      await assert.rejects(locked, { code: "state_unwritable", remedy });
    });
  }
});

describe("a lock that several processes want at the same moment", () => {
  before(() => bundleEntry("test/runtime/lock-entry.ts", ENTRY));

  for (const [state, claim] of [
    ["is not there", undefined],
    ["belongs to a process that is gone", `race.lock.${host}.4190000.1`],
    ["belongs to another host", "race.lock.0123456789ab.1.1"],
  ] as const) {
    it(`goes to one of them if it ${state}`, async (t) => {
      const folder = await temporary(t);
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

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mimecast-udm-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}
