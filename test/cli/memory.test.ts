// Memory of `convert` on a long stream: its peak, as Linux counts it, while 300 MB pass, and while nobody reads the output.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { COMMAND } from "./harness.ts";
import { RECEIPT } from "./lines.ts";

const MEGABYTE = 1_000_000;
const LIMIT = 200 * MEGABYTE;
const skip = existsSync("/proc/self/status")
  ? false
  : "the peak of a process's memory is known only where /proc is";

/** Resident memory at its highest, in bytes. */
function peak(child: ChildProcess): number {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

/** About a megabyte of records. */
const block = Buffer.from(
  Array.from({ length: MEGABYTE / RECEIPT.length }, (_, index) => `${RECEIPT}|Attempt=${index}\r\n`).join(""),
);

describe("the memory of convert", { skip }, () => {
  it("stays under 200 MB while 300 MB pass", { timeout: 60_000 }, async (context) => {
    const child = spawn(process.execPath, [COMMAND, "convert"], { stdio: ["pipe", "ignore", "inherit"] });
    const exit = once(child, "exit");
    for (let sent = 0; sent < 300 * MEGABYTE; sent += block.length) {
      if (!child.stdin.write(block)) await once(child.stdin, "drain");
    }
    const highest = peak(child);
    child.stdin.end();
    assert.deepEqual(await exit, [0, null]);
    context.diagnostic(`peak ${Math.round(highest / MEGABYTE)} MB`);
    assert.ok(highest < LIMIT, `peak was ${highest} bytes`);
  });

  it("stays under 200 MB while nobody reads what it writes", { timeout: 60_000 }, async (context) => {
    const child = spawn(process.execPath, [COMMAND, "convert"], { stdio: ["pipe", "pipe", "inherit"] });
    const exit = once(child, "exit");
    child.stdin.on("error", () => undefined); // it is stopped with input left
    for (let sent = 0; sent < 100 * MEGABYTE; sent += block.length) child.stdin.write(block);
    await delay(1000);
    const highest = peak(child);
    const left = child.stdin.writableLength;
    child.kill("SIGKILL");
    await exit;
    context.diagnostic(
      `peak ${Math.round(highest / MEGABYTE)} MB, ${Math.round(left / MEGABYTE)} MB not read`,
    );
    assert.ok(left > 90 * MEGABYTE, `it read all but ${left} bytes, though nobody took its output`);
    assert.ok(highest < LIMIT, `peak was ${highest} bytes`);
  });
});
