// The checkpoint as a file: what it says after a crash, and what it does where it cannot be written or read.

import assert from "node:assert/strict";
import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import fc from "fast-check";
import { Checkpoint } from "../../delivery/checkpoint.ts";
import { decodeLine, type Entry, encodeLine, encodeVersion } from "../../delivery/checkpoint-line.ts";
import { Metrics } from "../../delivery/metrics.ts";
import { systemClock } from "../../runtime/clock.ts";
import { type Files, nodeFiles } from "../../runtime/files.ts";
import { createLog } from "../../runtime/log.ts";
import { temporaryFolder } from "../vector/harness.ts";

const entry = (offset: number, complete = false): Entry => ({
  offset,
  flags: 3,
  complete,
  inode: 7,
  mtimeMs: 1,
});

interface Place {
  readonly path: string;
  readonly logs: string[];
  readonly metrics: Metrics;
  open(files?: Files): Promise<Checkpoint>;
}

async function place(t: TestContext): Promise<Place> {
  const folder = await temporaryFolder(t);
  const logs: string[] = [];
  const log = createLog("debug", (line) => logs.push(line));
  const metrics = new Metrics();
  return {
    path: join(folder, "push.checkpoint"),
    logs,
    metrics,
    open: (files = nodeFiles) => Checkpoint.open({ files, clock: systemClock, log, metrics, folder }),
  };
}

describe("a line of the checkpoint", () => {
  it("holds any name, in one line, and any place", () => {
    const any = fc.tuple(
      fc.oneof(
        fc.string({ unit: "binary", minLength: 1 }),
        fc.constantFrom("a\nb.siem", ' "\\\r.siem', "\u2028ü.siem"),
      ),
      fc.record({
        offset: fc.maxSafeNat(),
        flags: fc.nat(),
        complete: fc.boolean(),
        inode: fc.bigInt(0n, 2n ** 64n - 1n).map(Number),
        mtimeMs: fc.maxSafeInteger(),
      }),
    );
    fc.assert(
      fc.property(any, ([name, given]) => {
        const line = encodeLine(name, given);
        assert.equal(line.indexOf("\n"), line.length - 1);
        assert.deepEqual(decodeLine(line.slice(0, -1)), [name, { ...given }]);
      }),
    );
  });

  it("is not read if one bit of it is another", () => {
    const line = Buffer.from(encodeLine("a.siem", entry(123_456, true)).slice(0, -1));
    for (let bit = 0; bit < line.length * 8; bit++) {
      const flipped = Buffer.from(line);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      assert.equal(decodeLine(flipped.toString("utf8")), undefined, flipped.toString());
    }
  });
});

describe("the checkpoint", () => {
  it("says after a start what was committed, and not what was only noted", async (t) => {
    const it = await place(t);
    const first = await it.open();
    first.note("a", entry(10));
    first.note("b", entry(5));
    first.note("a", entry(20, true));
    await first.commit();
    first.note("b", entry(6));
    const second = await it.open();
    assert.deepEqual([second.find("a"), second.find("b")], [entry(20, true), entry(5)]);
    assert.equal((await readFile(it.path, "utf8")).split("\n").length, 4, "of each name the last alone");
    assert.ok(first.age >= 0 && second.age === 0);
  });

  it("passes over a torn last line, and does not glue the next one to it", async (t) => {
    const it = await place(t);
    const first = await it.open();
    first.note("a", entry(10));
    await first.commit();
    await appendFile(it.path, encodeLine("a", entry(99)).slice(0, -5));
    const second = await it.open();
    assert.deepEqual(second.find("a"), entry(10));
    assert.deepEqual(it.logs, [], "a torn end is what a crash leaves, and nothing to tell");
    second.note("b", entry(1));
    await second.commit();
    const third = await it.open();
    assert.deepEqual([third.find("a"), third.find("b")], [entry(10), entry(1)]);
    assert.deepEqual(it.logs, []);
  });

  it("forgets what it is told to, and knows that after a start", async (t) => {
    const it = await place(t);
    const first = await it.open();
    first.note("a", entry(10, true));
    first.note("b", entry(5));
    await first.commit();
    first.forget("a");
    first.forget("never there");
    assert.equal(first.find("a"), undefined);
    await first.commit();
    const second = await it.open();
    assert.deepEqual([...second.entries.keys()], ["b"]);
    second.note("a", entry(1));
    await second.commit();
    assert.deepEqual((await it.open()).find("a"), entry(1));
    assert.deepEqual(it.logs, []);
  });

  it("tells of broken lines, and forgets no other", async (t) => {
    const it = await place(t);
    const lines = ["a", "b", "c"].map((name) => encodeLine(name, entry(9)));
    await writeFile(
      it.path,
      [encodeVersion(1), lines[0], lines[1]?.replace("9", "8"), "\0\0\0garbage\n", "\n", lines[2]].join(""),
    );
    const checkpoint = await it.open();
    assert.deepEqual([...checkpoint.entries.keys()], ["a", "c"]);
    assert.match(it.logs.join(""), /"broken":3/);
    assert.equal((await it.metrics.checkpointBroken.get()).values[0]?.value, 3);
    checkpoint.note("d", entry(1));
    await checkpoint.commit();
    assert.equal((await readFile(it.path, "utf8")).split("\n").length, 5, "it is written anew");
  });

  it("starts anew where all of it is garbage, and not where it cannot be read, or is of another version", async (t) => {
    const it = await place(t);
    await writeFile(it.path, Buffer.from([0xff, 0xfe, 0, 10, 1, 2, 3]));
    assert.equal((await it.open()).entries.size, 0);
    const denied = Object.assign(new Error("permission denied"), { code: "EACCES" });
    const later = encodeVersion(2) + encodeLine("a", entry(1));
    await writeFile(it.path, later);
    await assert.rejects(it.open(), { code: "checkpoint_unreadable", message: /its version is 2/ });
    assert.equal(await readFile(it.path, "utf8"), later);
    await assert.rejects(it.open({ ...nodeFiles, read: () => Promise.reject(denied) }), {
      code: "checkpoint_unreadable",
    });
  });

  it("keeps what it could not write for the next time", async (t) => {
    const it = await place(t);
    let isFull = true;
    const full = Object.assign(new Error("no space left"), { code: "ENOSPC" });
    const files: Files = {
      ...nodeFiles,
      append: async (path) => {
        const file = await nodeFiles.append(path);
        return {
          ...file,
          write: async (bytes) => {
            if (!isFull) return await file.write(bytes);
            await file.write(bytes.subarray(0, 7));
            throw full;
          },
          sync: () => file.sync(),
          close: () => file.close(),
        };
      },
      create: (path) => (isFull ? Promise.reject(full) : nodeFiles.create(path)),
    };
    const checkpoint = await it.open(files);
    checkpoint.note("a", entry(10));
    for (let turn = 0; turn < 3; turn++) {
      await assert.rejects(checkpoint.commit(), {
        code: "checkpoint_unwritable",
        remedy: /^make room/,
      });
    }
    checkpoint.note("b", entry(1));
    isFull = false;
    await checkpoint.commit();
    assert.equal(checkpoint.age, 0);
    const next = await it.open();
    assert.deepEqual([next.find("a"), next.find("b")], [entry(10), entry(1)]);
    assert.deepEqual(it.logs, []);
  });

  it("is written anew when most of it is old, without names that are gone", async (t) => {
    const it = await place(t);
    const checkpoint = await it.open();
    checkpoint.note("gone", entry(1, true));
    checkpoint.gone("gone");
    checkpoint.note("back", entry(1, true));
    checkpoint.gone("back");
    checkpoint.note("back", entry(2, true));
    for (let turn = 0; turn < 1200; turn++) {
      checkpoint.note("a", entry(turn));
      await checkpoint.commit();
    }
    const lines = (await readFile(it.path, "utf8")).split("\n").length - 1;
    assert.ok(lines < 1010, `${lines} lines`);
    const next = await it.open();
    assert.deepEqual(
      [...next.entries],
      [
        ["back", entry(2, true)],
        ["a", entry(1199)],
      ],
    );
  });

  it("does not grow with files that come, are delivered at once, and go", async (t) => {
    const it = await place(t);
    let checkpoint = await it.open();
    for (let turn = 0; turn < 6000; turn++) {
      checkpoint.note(`${turn}`, entry(1, true));
      if (turn >= 10) checkpoint.gone(`${turn - 10}`);
      if (turn % 5 === 0) await checkpoint.commit();
      if (turn % 2000 === 1999) checkpoint = await it.open();
    }
    await checkpoint.commit();
    const lines = (await readFile(it.path, "utf8")).split("\n").length - 1;
    assert.ok(lines < 3000, `${lines} lines`);
    assert.ok(checkpoint.entries.size < 3000, `${checkpoint.entries.size} entries`);
  });
});
