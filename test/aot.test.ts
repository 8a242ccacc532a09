// The module compiled ahead of time by WAMR's compiler (WAMRC), in a real Fluent Bit: the same events as the module's own.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { executable } from "./support/executable.ts";
import { Spool, until, withoutFluentBit } from "./support/fluent-bit.ts";
import { ALL_LINES, answersFor, assertEachOnce, manyLines } from "./support/fluent-bit-lines.ts";

const WAMRC = executable("wamrc", "WAMRC");
const skip = withoutFluentBit || (WAMRC === undefined ? "no wamrc on PATH, nor in WAMRC" : false);

describe("the module as native code", { timeout: 85_000 }, () => {
  const spool = new Spool();
  after(() => spool.remove());

  it("gives in Fluent Bit what the module gives", { skip }, async () => {
    assert.ok(WAMRC);
    const compiled = join(spool.folder, "mimecast.aot");
    const machine = process.arch === "arm64" ? ["--target=aarch64"] : ["--target=x86_64", "--cpu=x86-64"];
    execFileSync(WAMRC, [...machine, "-o", compiled, "build/mimecast.wasm"], { stdio: "ignore" });
    spool.put("receipt_1.siem", ALL_LINES);
    spool.put("receipt_2.siem", manyLines(2_000, "two"));
    const fluentBit = spool.start("fluent-bit.yaml", { MIMECAST_UDM_WASM: compiled });
    await until("all lines", fluentBit, () => fluentBit.lineCount >= spool.lines.length);
    await fluentBit.end("SIGTERM");
    assertEachOnce(fluentBit.lines, answersFor(spool));
  });
});
