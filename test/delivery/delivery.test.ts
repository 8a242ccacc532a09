// From the spool to an output: which files are delivered, from where, in which batches, and what becomes of them.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  appendFile,
  chmod,
  copyFile,
  mkdir,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Outcome } from "../../delivery/delivery.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { originOf, records, until } from "../vector/harness.ts";
import { Gate, MovedClock, type Scene, scene } from "./harness.ts";

async function drop(it: Scene, name: string, count: number, extra = ""): Promise<string> {
  await mkdir(it.config.spool, { recursive: true });
  const path = join(it.config.spool, name);
  await writeFile(
    `${path}.part`,
    records(name, count, extra)
      .map((line) => `${line}\n`)
      .join(""),
  );
  await rename(`${path}.part`, path);
  return path;
}

const numbers = (it: Scene, file: string): number[] =>
  it.output.lines
    .map(originOf)
    .filter((origin) => origin.file === file)
    .map(({ number }) => number);
const upTo = (count: number, from = 0): number[] =>
  Array.from({ length: count - from }, (_, index) => from + index);

describe("a delivery", { timeout: 60_000 }, () => {
  it("takes complete .siem files, and leaves everything else alone", async (t) => {
    const it = await scene(t);
    const { spool } = it.config;
    const path = await drop(it, "a.siem", 3);
    await drop(it, "sp ace\n\u00fc.siem", 2);
    await drop(it, ".hidden.siem", 2);
    await drop(it, "b.siem.part2", 2);
    await mkdir(join(spool, "folder.siem"));
    await writeFile(join(spool, "empty.siem"), "");
    await symlink(path, join(spool, "z-link.siem"));
    await symlink("/nowhere", join(spool, "dangling.siem"));
    execFileSync("mkfifo", [join(spool, "pipe.siem")]);
    await writeFile(
      Buffer.concat([Buffer.from(`${spool}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".siem")]),
      "x\n",
    );
    const outcome = await it.once();
    assert.equal(outcome.files, 3);
    assert.equal(outcome.unreadable, 1, "the one without a readable name");
    assert.deepEqual(
      it.output.taken.flatMap(({ segments }) => segments.map((text) => text.replace(/ \d+-\d+/, ""))).sort(),
      ["a.siem.", "sp ace\n\u00fc.siem.", "z-link.siem."],
    );
    assert.match(it.logText(), /a file's name is no UTF-8/);
    assert.equal((await it.once()).files, 0);
  });

  it("takes files in the order of their names", async (t) => {
    const it = await scene(t, { lanes: 1 });
    for (const name of ["c.siem", "a.siem", "d.siem", "b.siem"]) await drop(it, name, 20);
    await it.once();
    assert.deepEqual(
      [...new Set(it.output.lines.map((line) => originOf(line).file))],
      ["a.siem", "b.siem", "c.siem", "d.siem"],
    );
  });

  it("goes on in the midst of a file, where the last life ended, with the same bytes", async (t) => {
    const it = await scene(t, { lanes: 1, batchBytes: 4096 });
    const objects = upTo(1200).map((number) => `{"aCode":"m.siem#${number}",\n"Subject":"a } b"}`);
    await mkdir(it.config.spool, { recursive: true });
    await writeFile(
      join(it.config.spool, "m.siem"),
      `{"type":"MTA","data":[${objects.join(",\n")}]}\nno record\naCode=m.siem#1200|acc=C0A0\n`,
    );
    await it.once();
    const whole = it.output.lines;
    assert.equal(whole.length, 1202);
    await rm(it.config.state, { recursive: true });
    it.output.taken.length = 0;
    let lives = 0;
    it.output.hold = () =>
      it.output.taken.length > lives ? Promise.reject(new Error("enough")) : Promise.resolve();
    for (let ended: Outcome | undefined; ended === undefined; lives++) {
      assert.ok(lives < 1000, "it comes to an end");
      ended = await it.once().catch(() => undefined);
    }
    assert.ok(lives > 5, `${lives} lives`);
    assert.deepEqual(it.output.lines, whole);
  });

  it("lets what comes wait for the batch before it, and then go together", async (t) => {
    const it = await scene(t, { lanes: 1, batchBytes: 1_000_000 });
    const gate = new Gate();
    it.output.hold = () => gate.pass();
    const running = it.start();
    await drop(it, "a.siem", 1);
    await until(() => gate.waiting === 1);
    for (const name of ["b.siem", "c.siem", "d.siem"]) await drop(it, name, 1);
    await delay(100);
    assert.deepEqual([it.output.taken.length, gate.waiting], [0, 1]);
    gate.open();
    await until(() => it.output.lines.length === 4);
    await running.stop();
    assert.deepEqual(
      it.output.taken.map(({ events }) => events),
      [1, 3],
    );
  });

  it("gives new files to lanes that have nothing to do, rather than to one that waits", async (t) => {
    const it = await scene(t, { lanes: 3, batchBytes: 1_000_000 });
    let held = 0;
    it.output.hold = async () => {
      held++;
      await until(() => held === 3);
    };
    const running = it.start();
    for (const name of ["a.siem", "b.siem", "c.siem"]) {
      await drop(it, name, 1);
      await delay(60);
    }
    await until(() => it.output.taken.length === 3);
    await running.stop();
  });

  it("delivers what a file has grown by, and says that it should not have", async (t) => {
    const it = await scene(t);
    const path = await drop(it, "a.siem", 5);
    await it.once();
    await appendFile(
      path,
      records("a.siem", 8)
        .slice(5)
        .map((line) => `${line}\n`)
        .join(""),
    );
    await it.once();
    assert.deepEqual(numbers(it, "a.siem"), upTo(8));
    assert.match(it.logText(), /has grown since it was delivered/);
  });

  it("reads another file under an old name from its start", async (t) => {
    const it = await scene(t);
    await drop(it, "a.siem", 5);
    await drop(it, "b.siem", 5);
    await drop(it, "c.siem", 5);
    await it.once();
    it.output.taken.length = 0;
    // Shorter; as long; longer. What is only touched, or copied with its time, is the same file.
    await drop(it, "a.siem", 2);
    await delay(5);
    await drop(it, "b.siem", 5, "x");
    await utimes(join(it.config.spool, "c.siem"), 5, 5);
    await it.once();
    assert.deepEqual(numbers(it, "a.siem"), upTo(2));
    assert.deepEqual(numbers(it, "b.siem"), upTo(5));
    assert.deepEqual(numbers(it, "c.siem"), []);
    assert.match(it.logText(), /another file has come under the name/);
    const copy = join(it.config.spool, "c.copy");
    await copyFile(join(it.config.spool, "c.siem"), copy);
    await utimes(copy, 5, 5);
    await rename(copy, join(it.config.spool, "c.siem"));
    assert.equal((await it.once()).files, 0);
  });

  it("finds while it runs that a complete file has grown, within a minute or so", async (t) => {
    const it = await scene(t);
    const clock = new MovedClock();
    it.options.clock = clock;
    const path = await drop(it, "a.siem", 5);
    const running = it.start();
    await until(() => it.output.lines.length === 5);
    await appendFile(path, `${records("a.siem", 6)[5]}\n`);
    await delay(100);
    assert.equal(it.output.lines.length, 5);
    clock.offset += 61_000;
    await until(() => it.output.lines.length === 6);
    await running.stop();
    assert.deepEqual(numbers(it, "a.siem"), upTo(6));
  });

  it("tells of a file that was removed before it was delivered, once", async (t) => {
    const it = await scene(t, { lanes: 1, batchBytes: 4096 });
    let isHeld = true;
    it.output.hold = () => until(() => !isHeld);
    await drop(it, "a.siem", 100);
    const waiting = await drop(it, "b.siem", 1);
    const running = it.start();
    await delay(50);
    await rm(waiting);
    await until(() => it.logText().includes("file_vanished"));
    isHeld = false;
    await until(() => it.output.lines.length === 100);
    assert.equal((await running.stop()).vanished, 1);
    assert.match(it.logText(), /"file":"b\.siem","delivered":0/);
    assert.equal((await it.once()).vanished, 0);
  });

  it("tells at the start of a file that is gone though it was delivered in part", async (t) => {
    const it = await scene(t, { lanes: 1, batchBytes: 4096 });
    it.output.hold = () =>
      it.output.taken.length >= 2 ? Promise.reject(new Error("enough")) : Promise.resolve();
    const path = await drop(it, "a.siem", 100);
    await assert.rejects(it.once(), /enough/);
    await rm(path);
    assert.equal((await it.once()).vanished, 1);
    assert.equal(await it.metric("vanished_files_total"), 1);
    assert.match(it.logText(), /"file":"a\.siem","delivered":[1-9]\d+/);
    assert.equal((await it.once()).vanished, 0);
  });

  it("tells of a file that was cut off before it was delivered", async (t) => {
    const it = await scene(t, { lanes: 1, batchBytes: 4096 });
    const gate = new Gate();
    it.output.hold = () => gate.pass();
    await drop(it, "a.siem", 100);
    const cut = await drop(it, "b.siem", 1);
    const running = it.start();
    await until(() => gate.waiting > 0);
    await truncate(cut);
    gate.open();
    await until(() => it.output.lines.length === 100);
    await until(() => it.logText().includes("has become shorter"));
    await running.stop();
    assert.match(
      it.logText(),
      /"level":"error".*"file":"b\.siem","size":0,"was":\d+,"msg":"a file has become shorter/,
    );
    assert.equal(it.logText().split("has become shorter").length, 2);
  });

  it("reads a file to its end though its name is removed meanwhile", async (t) => {
    const it = await scene(t, { lanes: 1, batchBytes: 4096 });
    const path = await drop(it, "a.siem", 500);
    it.output.hold = () => rm(path, { force: true });
    assert.deepEqual(
      { ...(await it.once()) },
      { files: 1, events: 500, unmapped: 0, rejected: 0, vanished: 0, unreadable: 0, stuck: 0 },
    );
  });

  it("passes over a file that cannot be read, tells it, and comes back to it", async (t) => {
    if (process.getuid?.() === 0)
      return t.skip("root can read everything: the next test does the same otherwise");
    const it = await scene(t);
    const path = await drop(it, "a.siem", 5);
    await drop(it, "b.siem", 5);
    await chmod(path, 0);
    const running = it.start();
    await until(() => numbers(it, "b.siem").length === 5);
    await chmod(path, 0o600);
    await until(() => numbers(it, "a.siem").length === 5);
    await running.stop();
  });

  it("goes on behind what was delivered when reading breaks off", async (t) => {
    const it = await scene(t, { lanes: 2, batchBytes: 4096 });
    await drop(it, "a.siem", 2000);
    await drop(it, "b.siem", 5);
    let reads = 0;
    const failing = Object.assign(new Error("input/output error"), { code: "EIO" });
    it.options.files = {
      ...nodeFiles,
      openRead: async (path) => {
        const file = await nodeFiles.openRead(path);
        return {
          info: () => file.info(),
          close: () => file.close(),
          read: (bytes, from) =>
            path.endsWith("a.siem") && ++reads % 12 === 0 ? Promise.reject(failing) : file.read(bytes, from),
        };
      },
    };
    const outcome = await it.once();
    assert.deepEqual(numbers(it, "a.siem"), upTo(2000));
    assert.equal(outcome.unreadable, 0);
    assert.ok((await it.metric("unreadable_total")) >= 2);
    assert.match(it.logText(), /file_unreadable/);
  });

  it("gives a file up that cannot be read where it is to come to an end", async (t) => {
    const it = await scene(t);
    await drop(it, "a.siem", 5);
    await drop(it, "b.siem", 5);
    const denied = Object.assign(new Error("permission denied"), { code: "EACCES" });
    it.options.files = {
      ...nodeFiles,
      openRead: (path) => (path.endsWith("a.siem") ? Promise.reject(denied) : nodeFiles.openRead(path)),
    };
    const clock = new MovedClock();
    it.options.clock = clock;
    const timer = setInterval(() => {
      clock.offset += 10_000;
    }, 10);
    t.after(() => clearInterval(timer));
    const outcome = await it.once();
    assert.deepEqual([outcome.unreadable, outcome.files], [1, 1]);
    assert.ok(it.logs.filter((line) => line.includes("file_unreadable")).length <= 3, "not at each attempt");
  });

  it("delivers though the checkpoint cannot be written, and says so", async (t) => {
    const it = await scene(t);
    await drop(it, "a.siem", 50);
    let isFull = true;
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const unless =
      <T>(action: (path: string) => Promise<T>) =>
      (path: string): Promise<T> =>
        isFull && path.includes("push.checkpoint") ? Promise.reject(full) : action(path);
    it.options.files = { ...nodeFiles, append: unless(nodeFiles.append), create: unless(nodeFiles.create) };
    const running = it.start();
    await until(() => it.output.lines.length === 50);
    await until(() => it.logText().includes("checkpoint_unwritable"));
    assert.match(it.logText(), /make room; delivery goes on/);
    await drop(it, "b.siem", 50);
    await until(() => it.output.lines.length === 100);
    assert.ok((await it.metric("checkpoint_errors_total")) > 0);
    assert.ok((await it.metric("checkpoint_age_seconds")) > 0);
    isFull = false;
    await until(async () => (await it.metric("checkpoint_age_seconds")) === 0);
    await running.stop();
    assert.equal((await it.once()).events, 0);
    isFull = true;
    await drop(it, "c.siem", 1);
    await assert.rejects(it.once(), { code: "checkpoint_unwritable" });
    isFull = false;
    assert.equal((await it.once()).events, 1, "at least once");
  });

  it("is not well when nothing is acknowledged for five minutes though something is pending", async (t) => {
    const it = await scene(t);
    const clock = new MovedClock();
    it.options.clock = clock;
    const running = it.start();
    const delivery = await running.delivery();
    clock.offset += 3_600_000;
    assert.equal(delivery.health().ok, true, "there is nothing to do");
    const gate = new Gate();
    it.output.hold = () => gate.pass();
    await drop(it, "a.siem", 1);
    await until(() => gate.waiting === 1);
    assert.equal(delivery.health().ok, true);
    clock.offset += 299_000;
    assert.equal(delivery.health().ok, true);
    clock.offset += 2_000;
    assert.equal(delivery.health().ok, false);
    assert.equal(delivery.health().acknowledgedAt, null);
    assert.ok((await it.metric("oldest_pending_age_seconds")) > 300);
    assert.equal(await it.metric("pending_files"), 1);
    assert.ok((await it.metric("pending_bytes")) > 50);
    gate.open();
    await until(() => delivery.health().ok);
    await running.stop();
  });

  it("ends where another process has taken the lock from it", async (t) => {
    const it = await scene(t);
    const running = it.start();
    await running.delivery();
    for (const name of await readdir(it.config.state)) await rm(join(it.config.state, name));
    await assert.rejects(running.ended, { code: "already_running" });
  });
});

describe("a spool that is not there", () => {
  it("is an error, and is not made", async (t) => {
    const it = await scene(t);
    await rm(it.config.spool, { recursive: true });
    await assert.rejects(it.once(), { code: "spool_unreadable", remedy: /name the folder/ });
    await assert.rejects(it.start().ended, { code: "spool_unreadable" });
    assert.deepEqual(await readdir(it.folder), []);
  });
});

/**
 * A file whose inode and size are always the same, whoever drops it: as where inodes are used again at once. `tellsBirth`: it was born
 * when it was first seen to have changed; else the system does not know.
 */
const sameInode = (path: string, tellsBirth = false) => {
  const same = <T extends { readonly mtimeMs: number }>(found: T): T => ({
    ...found,
    inode: 4711,
    birthMs: tellsBirth ? found.mtimeMs : 0,
  });
  return {
    ...nodeFiles,
    info: async (asked: string) => {
      const found = await nodeFiles.info(asked);
      return found && asked === path ? same(found) : found;
    },
    openRead: async (asked: string) => {
      const file = await nodeFiles.openRead(asked);
      return {
        info: async () => (asked === path ? same(await file.info()) : file.info()),
        read: (bytes: Uint8Array, from: number) => file.read(bytes, from),
        close: () => file.close(),
      };
    },
  };
};

describe("a delivered file", { timeout: 60_000 }, () => {
  it("stays, is deleted or is moved, as the settings say", async (t) => {
    for (const done of ["keep", "delete", "move"] as const) {
      const it = await scene(t, { done });
      for (const name of ["a.siem", "b.siem"]) await drop(it, name, 3);
      await it.once();
      const left = (await readdir(it.config.spool)).filter((name) => name.endsWith(".siem"));
      const moved = await readdir(it.config.doneFolder).catch(() => []);
      assert.deepEqual(left, done === "keep" ? ["a.siem", "b.siem"] : []);
      assert.deepEqual(moved.sort(), done === "move" ? ["a.siem", "b.siem"] : []);
      assert.equal((await it.once()).vanished, 0, "it has not vanished");
    }
  });

  it("leaves its name to another one, even of its inode and its size", async (t) => {
    for (const done of ["delete", "move"] as const) {
      const it = await scene(t, { done });
      const path = join(it.config.spool, "a.siem");
      it.options.files = sameInode(path);
      const first = ["1", "2", "3"];
      for (const extra of first) {
        await drop(it, "a.siem", 3, extra);
        assert.equal((await it.once()).events, 3, `${done} ${extra}`);
      }
      const running = it.start();
      for (const [index, extra] of ["4", "5", "6"].entries()) {
        await drop(it, "a.siem", 3, extra);
        await until(() => it.output.lines.length === 9 + 3 * (index + 1));
        await until(async () => !(await readdir(it.config.spool)).includes("a.siem"));
      }
      assert.equal((await running.stop()).vanished, 0);
      assert.equal((await it.once()).events, 0);
    }
  });

  it("leaves its name to another one, even of its inode, where somebody else removes files, half delivered or not", async (t) => {
    const it = await scene(t, { lanes: 1, batchBytes: 1024 });
    const files = sameInode(join(it.config.spool, "a.siem"));
    let looks = 0;
    const list = (folder: string) => {
      if (folder === it.config.spool) looks++;
      return files.list(folder);
    };
    it.options.files = { ...files, list };
    const path = await drop(it, "a.siem", 3, "1");
    const running = it.start();
    await until(() => it.output.lines.length === 3);
    await rm(path);
    // Of two looks that begin from now on, the first has ended when the second begins.
    const before = looks;
    await until(() => looks >= before + 2);
    await drop(it, "a.siem", 3, "2");
    await until(() => it.output.lines.length === 6);
    await running.stop();
    // Gone and come between two lives, and in the midst of its delivery.
    await rm(path);
    await it.once();
    await drop(it, "a.siem", 200, "3");
    it.output.hold = () =>
      it.output.lines.length > 9 ? Promise.reject(new Error("enough")) : Promise.resolve();
    await assert.rejects(it.once(), /enough/);
    it.output.hold = () => Promise.resolve();
    await rm(path);
    assert.equal((await it.once()).vanished, 1);
    await drop(it, "a.siem", 200, "4");
    assert.equal((await it.once()).events, 200);
  });

  it("leaves its name to another one, even of its inode, though nobody has seen that it went", async (t) => {
    const it = await scene(t);
    it.options.files = sameInode(join(it.config.spool, "a.siem"), true);
    for (const count of [3, 3, 200]) {
      await drop(it, "a.siem", count);
      assert.equal((await it.once()).events, count);
      await delay(10);
    }
    assert.equal((await it.once()).events, 0);
  });

  it("is not delivered again when it is moved away and back, and goes on where it was", async (t) => {
    const it = await scene(t, { lanes: 1, batchBytes: 1024 });
    const path = await drop(it, "a.siem", 200);
    it.output.hold = () =>
      it.output.lines.length > 5 ? Promise.reject(new Error("enough")) : Promise.resolve();
    await assert.rejects(it.once(), /enough/);
    it.output.hold = () => Promise.resolve();
    for (const left of [200 - it.output.lines.length, 0]) {
      await rename(path, `${path}.away`);
      await it.once();
      await rename(`${path}.away`, path);
      assert.equal((await it.once()).events, left);
    }
    assert.deepEqual(numbers(it, "a.siem"), upTo(200));
  });

  it("leaves its name to another one though the process ended before it could note that", async (t) => {
    const it = await scene(t);
    it.options.files = sameInode(join(it.config.spool, "a.siem"));
    const path = await drop(it, "a.siem", 3, "1");
    await it.once();
    await rm(path);
    it.config = { ...it.config, done: "delete" };
    await it.once();
    await drop(it, "a.siem", 3, "2");
    assert.equal((await it.once()).events, 3);
  });

  it("is not tried again when only its folder could not be synced", async (t) => {
    const it = await scene(t, { done: "delete" });
    const files = sameInode(join(it.config.spool, "a.siem"));
    let isBroken = true;
    const failing = Object.assign(new Error("input/output error"), { code: "EIO" });
    it.options.files = {
      ...files,
      syncFolder: (path) =>
        isBroken && path === it.config.spool ? Promise.reject(failing) : nodeFiles.syncFolder(path),
    };
    await drop(it, "a.siem", 3, "1");
    const running = it.start();
    await until(() => it.logText().includes("done_failed"));
    await drop(it, "a.siem", 3, "2");
    isBroken = false;
    await until(() => it.output.lines.length === 6);
    await running.stop();
  });

  it("is moved at the next start, if the last life had no time to", async (t) => {
    const it = await scene(t);
    await drop(it, "a.siem", 3);
    await it.once();
    it.config = { ...it.config, done: "move" };
    assert.equal((await it.once()).events, 0);
    assert.deepEqual(await readdir(it.config.doneFolder), ["a.siem"]);
  });

  it("stays where the checkpoint does not hold it", async (t) => {
    const it = await scene(t, { done: "delete" });
    await drop(it, "a.siem", 3);
    const full = Object.assign(new Error("no space left on device"), { code: "ENOSPC" });
    const never = (path: string): boolean => path.includes("push.checkpoint");
    it.options.files = {
      ...nodeFiles,
      append: (path) => (never(path) ? Promise.reject(full) : nodeFiles.append(path)),
      create: (path) => (never(path) ? Promise.reject(full) : nodeFiles.create(path)),
    };
    await assert.rejects(it.once(), { code: "checkpoint_unwritable" });
    assert.ok((await readdir(it.config.spool)).includes("a.siem"));
  });

  it("does not take the place of another one where it is moved to", async (t) => {
    const it = await scene(t, { done: "move" });
    await drop(it, "a.siem", 3);
    await it.once();
    await drop(it, "a.siem", 4);
    await it.once();
    assert.deepEqual((await readdir(it.config.doneFolder)).sort(), ["a.siem", "a.siem.1"]);
    assert.equal(it.output.lines.length, 7);
  });

  it("stays, and is told, where it cannot be moved, until it can", async (t) => {
    const it = await scene(t, { done: "move" });
    let isOtherDevice = true;
    const other = Object.assign(new Error("cross-device link"), { code: "EXDEV" });
    it.options.files = {
      ...nodeFiles,
      rename: (from, to) =>
        isOtherDevice && to.includes("done") ? Promise.reject(other) : nodeFiles.rename(from, to),
    };
    await drop(it, "a.siem", 3);
    assert.equal((await it.once()).stuck, 1);
    it.logs.length = 0;
    const running = it.start();
    await until(() => it.logText().includes("done_failed"));
    assert.match(it.logText(), /on the spool's file system/);
    isOtherDevice = false;
    await drop(it, "b.siem", 3);
    await until(async () => (await readdir(it.config.doneFolder)).length === 2);
    await running.stop();
  });
});
