// Lets each thing that a delivery does to the file system fail once, the first, the second and so on; of a write one half is done
// before. Then a life follows in which nothing fails, and each event must have come, with the same bytes each time.

import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { DONE_MODES } from "../../delivery/done.ts";
import { type Files, nodeFiles, type OpenFile } from "../../runtime/files.ts";
import { records } from "../vector/harness.ts";
import { MovedClock, scene } from "./harness.ts";

const FILES = ["a.siem", "b.siem"] as const;
const LINES = 60;
/** Fewer would mean that the faults do not come where something is done. */
const LEAST_STEPS = 20;

interface Faulty {
  readonly files: Files;
  /** How many things were done. */
  steps(): number;
}

function failingAt(failAt: number): Faulty {
  let done = 0;
  const failed = (): Error => Object.assign(new Error("input/output error"), { code: "EIO" });
  const step =
    <A extends unknown[], R>(action: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      if (++done === failAt) throw failed();
      return await action(...args);
    };
  const written = (file: OpenFile): OpenFile => ({
    write: async (bytes) => {
      if (++done !== failAt) return await file.write(bytes);
      await file.write(bytes.subarray(0, bytes.length >> 1));
      throw failed();
    },
    sync: step(() => file.sync()),
    close: () => file.close(),
  });
  const { create, append, openRead, rename, remove, makeFolder, syncFolder, read, list, info } = nodeFiles;
  const files: Files = {
    ...nodeFiles,
    create: step(async (path) => written(await create(path))),
    append: step(async (path) => written(await append(path))),
    openRead: step(async (path) => {
      const file = await openRead(path);
      return {
        read: step((bytes: Uint8Array, from: number) => file.read(bytes, from)),
        info: step(() => file.info()),
        close: () => file.close(),
      };
    }),
    rename: step(rename),
    remove: step(remove),
    makeFolder: step(makeFolder),
    syncFolder: step(syncFolder),
    read: step(read),
    list: step(list),
    info: step(info),
  };
  return { files, steps: () => done };
}

/** What waits for seconds to pass waits for a hundredth of them. */
class HastyClock extends MovedClock {
  override uptime = (): number => 100 * performance.now();
}

describe("a delivery of which any step fails", { timeout: 120_000 }, () => {
  for (const done of DONE_MODES) {
    it(`loses nothing, and changes nothing, where delivered files are to ${done}`, async (t) => {
      let failAt = 1;
      for (let hasFailed = true; hasFailed; failAt++) {
        const it = await scene(t, { done, lanes: 1, batchBytes: 2048 });
        for (const name of FILES) {
          await writeFile(join(it.config.spool, name), `${records(name, LINES).join("\n")}\n`);
        }
        const faulty = failingAt(failAt);
        it.options = { files: faulty.files, clock: new HastyClock() };
        await it.once().catch(() => undefined); // it may end, and be started again
        hasFailed = faulty.steps() >= failAt;
        it.options = {};
        const { vanished, unreadable, stuck } = await it.once();
        assert.deepEqual([vanished, unreadable, stuck], [0, 0, 0], `step ${failAt}`);
        assert.equal(new Set(it.output.lines).size, FILES.length * LINES, `step ${failAt}`);
        const left = (await readdir(it.config.spool)).filter((name) => name.endsWith(".siem"));
        assert.deepEqual(left, done === "keep" ? FILES : [], `step ${failAt}`);
      }
      assert.ok(failAt > LEAST_STEPS, `${failAt} steps`);
    });
  }
});
