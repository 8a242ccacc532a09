// Bytes → one record a line, held against the project's oracle, cut anywhere.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { recordTime } from "../../fetcher/record-time.ts";
import { RecordLines } from "../../fetcher/records.ts";
import { oracleSplit } from "../oracle/split.ts";

function split(chunks: readonly Uint8Array[]): { text: string; records: number } {
  const lines = new RecordLines();
  const out = chunks.map((chunk) => Buffer.from(lines.push(chunk)));
  out.push(Buffer.from(lines.end()));
  return { text: Buffer.concat(out).toString("latin1"), records: lines.records };
}

const of = (text: string): string => split([Buffer.from(text, "latin1")]).text;

describe("records, one a line", () => {
  it("leaves lines as they are", () => {
    assert.equal(of("datetime=1|a=b\ndatetime=2|c=d\n"), "datetime=1|a=b\ndatetime=2|c=d\n");
  });

  it("ends the last line with a newline, and has none that is empty", () => {
    assert.equal(of("\n\na=1\n\n\r\nb=2"), "a=1\nb=2\n");
    assert.equal(of("\r\n\n"), "");
    assert.equal(of(""), "");
  });

  it("splits records that a CR glues together, and keeps a CR inside of text", () => {
    assert.equal(
      of("datetime=1|a=b\rdatetime=2\r\ndatetime=3\r"),
      "datetime=1|a=b\ndatetime=2\ndatetime=3\n",
    );
    assert.equal(of("datetime=1|Subject=\\a\rb\\\n"), "datetime=1|Subject=\\a\rb\\\n");
  });

  it("unrolls a member and touches no byte of its records", () => {
    const member = '{"type":"MTA","data":[{"a":1.50,"b":"x\\"}]"},\n  {"c":[{"d":null}]}]}';
    assert.equal(of(member), '{"a":1.50,"b":"x\\"}]"}\n{"c":[{"d":null}]}\n');
    assert.equal(of(`${member}\n${member}`), of(member).repeat(2));
    assert.equal(of('{"type":"MTA","data":[]}'), "");
  });

  it("leaves a record of API 2.0 as it is, though it has a key called data", () => {
    const line = '{"type":"receipt","data":"x","timestamp":1767323045000}\n';
    assert.equal(of(line), line);
  });

  it("says what the oracle says, wherever the bytes are cut", () => {
    const piece = fc.constantFrom(
      "datetime=2026-01-02T03:04:05+0000|a=b",
      "\n",
      "\r",
      "\r\n",
      "x",
      "Subject=\\da\rtetime\\",
      '{"a":"b"}',
    );
    const lines = fc.array(piece, { maxLength: 12 }).map((parts) => `datetime=1|k=v${parts.join("")}`);
    const object = fc.constantFrom('{"a":1}', '{"b":"]}\\"{"}', '{"c":[{},[]]}', '{ "d" : null }');
    const members = fc
      .array(fc.array(object, { maxLength: 4 }), { minLength: 1, maxLength: 3 })
      .map((all) => all.map((objects) => `{"type":"MTA","data":[${objects.join(", ")}]}\n`).join(""));
    const text = fc.oneof(lines, members);
    fc.assert(
      fc.property(text, fc.array(fc.nat(200), { maxLength: 6 }), (whole, cuts) => {
        const bytes = Buffer.from(whole, "latin1");
        const places = [0, ...cuts.filter((cut) => cut < bytes.length).sort((a, b) => a - b), bytes.length];
        const chunks = places.slice(1).map((end, index) => bytes.subarray(places[index] ?? 0, end));
        const wanted = oracleSplit(bytes).map((record) => Buffer.from(record).toString("latin1"));
        const { text: got, records } = split(chunks);
        assert.deepEqual(got.split("\n").filter(Boolean), wanted);
        assert.equal(records, wanted.length);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the time of a record", () => {
  it("is read from each dialect", () => {
    const time = Date.UTC(2026, 0, 2, 3, 4, 5);
    for (const line of [
      "datetime=2026-01-02T04:04:05+0100|a=b",
      "datetime=2026-01-02T03:04:05Z|a=b",
      "datetime=2026-01-02T03: 04:05|a=b",
      '{"aCode":"x","datetime":"2026-01-02T03:04:05+0000"}',
      `{"subject":"\\"timestamp\\":1111111111111","timestamp":${time}}`,
    ]) {
      assert.equal(recordTime(line), time, line);
    }
  });

  it("is not guessed", () => {
    for (const line of ["", "a=b|Subject=\\datetime=2026-01-02T03:04:05Z\\", "datetime=yesterday"]) {
      assert.equal(recordTime(line), undefined);
    }
  });
});
