// The WASI command in a real Fluent Bit, as its input exec_wasi, with the configuration that docs/wasi.md shows.

import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { MimecastModule } from "../../host/module.ts";
import { MEMBER, WITHOUT_TIME } from "../cli/lines.ts";
import { input } from "../oracle/lines.ts";
import { fluentBit, withoutFluentBit as skip, wholeLines } from "../support/fluent-bit.ts";
import { ALL_LINES, assertSame, timeIn } from "../support/fluent-bit-lines.ts";
import { shown } from "./hosts.ts";

const INPUTS = 1000;
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 0x7fffffff);

/** First a record that has the time of the command's start, then what a filter could not take: members, glued records. */
const bytes = Buffer.concat(
  [WITHOUT_TIME, ...ALL_LINES, MEMBER, ...fc.sample(input, { seed: SEED, numRuns: INPUTS })].flatMap(
    (each) => [Buffer.from(each), Buffer.from("\n")],
  ),
);

describe("the WASI command in Fluent Bit's exec_wasi", { skip, timeout: 85_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-"));
  let child: ChildProcess;
  let out = "";
  let log = "";

  before(async () => {
    if (skip) return;
    const configuration = join(folder, "archive.yaml");
    writeFileSync(configuration, shown("yaml"));
    child = spawn(fluentBit ?? "", ["-c", configuration], { env: {}, stdio: ["pipe", "pipe", "pipe"] });
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      log += text;
    });
    child.stdin?.write(bytes);
    await sleep(2000);
    assert.equal(out, "", "it gives nothing before its input has ended");
    child.stdin?.end();
  });
  after(async () => {
    if (!skip && child.exitCode === null && child.kill("SIGKILL")) await once(child, "close");
    rmSync(folder, { recursive: true });
  });

  it("brings the answers of the module through, in their order, and nothing else", { skip }, async () => {
    const mimecast = await MimecastModule.load("build/mimecast.wasm");
    const { records } = mimecast.batch(bytes, "udm", { sec: 0, nsec: 0 });
    while (wholeLines(out).length < records && child.exitCode === null) await sleep(50);
    const events = wholeLines(out);
    // As new as the command: rules that count remember what came before.
    const fresh = await MimecastModule.load("build/mimecast.wasm");
    const { output, unmapped } = fresh.batch(bytes, "udm", timeIn(events[0] ?? "{}"));
    const due = wholeLines(Buffer.from(output).toString());
    for (const [index, answer] of due.entries()) assertSame(events[index], answer);
    assert.equal(events.length, due.length, `PROPERTY_SEED=${SEED}`);
    assert.ok(
      log.includes(`mimecast-udm: ${unmapped} of ${records} records could not be mapped; each was`),
      log,
    );
    assert.doesNotMatch(log, /\[error\]/);
  });
});
