// What a log line looks like to whoever reads it on a terminal.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createLog } from "../../runtime/log.ts";

describe("a log line", () => {
  it("is one line, and shows what a terminal would act upon, of whoever's making", () => {
    const lines: string[] = [];
    const log = createLog("info", (line) => lines.push(line));
    // An escape sequence in either form, a line's end in each, text turned around, and \u0000.
    const hostile =
      "a\u001b[2J\u009b2J\u007f\n\r\u0085\u2028\u2029\u202egnp.exe\u2066\u200b\ufeff\u0000\ud800\\";
    const error = new Error(`503: ${hostile}`, { cause: new Error(hostile) });
    log.error({ file: `${hostile}.siem`, error }, "a file cannot be read");
    const [line = "", ...others] = lines;
    assert.equal(others.length, 0);
    assert.doesNotMatch(line.slice(0, -1), /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
    assert.equal(line.at(-1), "\n");
    const told = JSON.parse(line);
    assert.equal(told.file, `${hostile}.siem`);
    assert.equal(told.error.cause.message, hostile);
  });
});
