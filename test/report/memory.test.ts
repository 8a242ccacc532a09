// Memory of `report` while 300 MB pass, in which every sender, recipient and unknown key is another one.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { COMMAND, folder } from "../cli/harness.ts";
import { reportOf } from "./harness.ts";

const MEGABYTE = 1_000_000;
const LIMIT = 300 * MEGABYTE;
const skip = existsSync("/proc/self/status")
  ? false
  : "the peak of a process's memory is known only where /proc is";

const FILLER = "x".repeat(600);

/** About a megabyte of records, no two blocks alike. */
function block(number: number): Buffer {
  const lines = Array.from({ length: 1200 }, (_, index) => {
    const id = number * 1200 + index;
    const time = new Date(Date.UTC(2026, 10, 16) + (id % 604_800) * 1000)
      .toISOString()
      .replace(/\.000Z/, "+0000");
    return `datetime=${time}|aCode=a${id}|acc=C1A1|novel${id}=1|Act=Rej|RejType=reason ${id}|Sender=s${id}@example.com|Rcpt=r${id}@example.org|Subject=${FILLER}`;
  });
  return Buffer.from(`${lines.join("\n")}\n`);
}

describe("the memory of report", { skip }, () => {
  it("stays under 300 MB while 300 MB pass in which all values differ", {
    timeout: 120_000,
  }, async (context) => {
    const path = await folder(context);
    const child = spawn(process.execPath, [COMMAND, "report", "-o", path("r.html")], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    const exit = once(child, "exit");
    let sent = 0;
    let blocks = 0;
    for (; sent < 300 * MEGABYTE; blocks++) {
      const bytes = block(blocks);
      sent += bytes.length;
      if (!child.stdin.write(bytes)) await once(child.stdin, "drain");
    }
    const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
    const highest = Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
    child.stdin.end();
    assert.deepEqual(await exit, [0, null]);
    context.diagnostic(`peak ${Math.round(highest / MEGABYTE)} MB`);
    assert.ok(highest < LIMIT, `peak was ${highest} bytes`);
    const { figures } = reportOf(path("r.html"));
    assert.equal(figures.events, blocks * 1200);
    assert.deepEqual([figures.senders.total, figures.senders.exact], [blocks * 1200, false]);
    assert.ok(figures.senders.bound <= figures.senders.total / figures.senders.capacity);
  });
});
