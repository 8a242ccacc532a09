// The module compiled ahead of time by WAMR's compiler (WAMRC), in a real Fluent Bit: the same events as the module's own.

import { join } from "node:path";
import { after, describe, it } from "node:test";
import { Spool, until, withoutFluentBit } from "./support/fluent-bit.ts";
import { ALL_LINES, answersFor, assertEachOnce, manyLines } from "./support/fluent-bit-lines.ts";
import { compileNative, withoutNative } from "./support/native.ts";

const skip = withoutFluentBit || withoutNative;

describe("the module as native code", { timeout: 85_000 }, () => {
  const spool = new Spool();
  after(() => spool.remove());

  it("gives in Fluent Bit what the module gives", { skip }, async () => {
    const compiled = join(spool.folder, "mimecast.aot");
    compileNative("build/mimecast.wasm", compiled);
    spool.put("receipt_1.siem", ALL_LINES);
    spool.put("receipt_2.siem", manyLines(2_000, "two"));
    const fluentBit = spool.start("fluent-bit.yaml", { MIMECAST_UDM_WASM: compiled });
    await until("all lines", fluentBit, () => fluentBit.lineCount >= spool.lines.length);
    await fluentBit.end("SIGTERM");
    assertEachOnce(fluentBit.lines, answersFor(spool));
  });
});
