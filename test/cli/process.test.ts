// The command as a process, as it ships: how it starts, and what pipes do to it.

import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { utimes, writeFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { describe, it } from "node:test";
import { COMMAND, folder, parsed } from "./harness.ts";
import { DELIVERY, NOT_MIMECAST, RECEIPT, WITHOUT_TIME } from "./lines.ts";

const start = (args: readonly string[], input = "") =>
  spawnSync(process.execPath, [COMMAND, ...args], { input, encoding: "utf8" });

describe("the bundled command", () => {
  it("converts standard input", () => {
    const { status, stdout, stderr } = start(["convert"], `${RECEIPT}\r\n${DELIVERY}`);
    assert.equal(parsed(stdout).length, 2);
    assert.deepEqual([status, stderr], [0, ""]);
  });

  it("converts a file, with its time", async (context) => {
    const path = await folder(context);
    await writeFile(path("a.siem"), WITHOUT_TIME);
    await utimes(path("a.siem"), 1_600_000_000, 1_600_000_000);
    const { status, stdout } = start(["convert", path("a.siem")]);
    assert.equal(parsed(stdout)[0]?.metadata?.event_timestamp, "2020-09-13T12:26:40Z");
    assert.equal(status, 0);
  });

  it("takes its own start as the time of standard input", () => {
    const before = Date.now();
    const [event] = parsed(start(["convert"], WITHOUT_TIME).stdout);
    const time = Date.parse(event?.metadata?.event_timestamp ?? "");
    // The process may have taken its time from another clock, rounded down.
    assert.ok(time >= before - 1000 && time <= Date.now(), `${time}`);
  });

  it("exits 3 for a record that cannot be mapped", () => {
    const { status, stdout, stderr } = start(["convert"], NOT_MIMECAST);
    assert.equal(parsed(stdout)[0]?.mimecast_error?.code, "not_mimecast");
    assert.match(stderr, /^mimecast-udm: 1 of 1 records /);
    assert.equal(status, 3);
  });

  it("exits 2 for bad usage and 1 for a missing file", () => {
    assert.equal(start(["convert", "--bogus"]).status, 2);
    assert.equal(start(["convert", "missing.siem"]).status, 1);
  });

  it("explains without colours where there is no terminal", () => {
    const { status, stdout } = start(["explain", RECEIPT]);
    assert.match(stdout, /^log type {2}receipt\n/);
    assert.ok(!stdout.includes("\x1b"));
    assert.equal(status, 0);
  });

  it("ends quietly when the reader of its output leaves, as head does", async () => {
    const child = spawn(process.execPath, [COMMAND, "convert"], { stdio: ["pipe", "pipe", "pipe"] });
    const said = text(child.stderr);
    const block = `${RECEIPT}\n`.repeat(1000);
    let ended = false;
    child.stdin.on("error", () => {
      ended = true;
    });
    const feed = (): void => {
      while (!ended && child.stdin.write(block));
    };
    child.stdin.on("drain", feed);
    feed();
    await once(child.stdout, "data");
    child.stdout.destroy();
    const [status, signal] = await once(child, "exit");
    assert.deepEqual([status, signal, await said], [0, null, ""]);
  });
});
