// What a line costs is what was recorded, or somebody has said that more is meant.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import {
  type Counts,
  complaints,
  countInstructions,
  RECORD_FILE,
  readRecord,
  table,
  writeRecord,
} from "../../bench/instruction-counts.ts";
import { INSTRUCTION_LINES } from "../../bench/instruction-lines.ts";
import { MimecastModule } from "../../host/module.ts";

const TIME = { sec: 1_767_225_600, nsec: 0 };
const one = (mimecast_udm: number, batch: number): Counts => new Map([["av", { mimecast_udm, batch }]]);

describe("instructions for each line", () => {
  it(`are at most 3 % more than ${RECORD_FILE} has`, async () => {
    const found = complaints(await countInstructions(), readRecord(readFileSync(RECORD_FILE, "utf8")));
    assert.deepEqual(found, [], found.join("\n"));
  });

  it("are counted of lines that are what their names say", async () => {
    const module = await MimecastModule.load("build/mimecast.wasm");
    assert.equal(INSTRUCTION_LINES.length, 10);
    for (const { name, line } of INSTRUCTION_LINES) {
      const event = JSON.parse(module.map(Buffer.from(line), "udm", TIME));
      assert.ok(
        name.includes(event.additional.mimecast_log_type),
        `${name}: ${event.additional.mimecast_log_type}`,
      );
      const received = JSON.parse(module.filter(Buffer.from(JSON.stringify({ log: line })), "plain", TIME));
      assert.deepEqual(received, JSON.parse(module.map(Buffer.from(line), "plain", TIME)));
    }
  });
});

describe("the record of instructions", () => {
  it("is read as it was written", () => {
    const counts = new Map([...one(12_345, 9), ["API 2.0, receipt", { mimecast_udm: 1, batch: 2 }] as const]);
    assert.deepEqual(readRecord(writeRecord(counts)), counts);
  });

  it("allows 3 % more, and any less", () => {
    assert.deepEqual(complaints(one(10_300, 10_300), one(10_000, 10_000)), []);
    assert.deepEqual(complaints(one(100, 100), one(10_000, 10_000)), []);
  });

  it("complains of what costs more, by its name, and tells how to record it", () => {
    const [complaint, ...others] = complaints(one(10_301, 10_300), one(10_000, 10_000));
    assert.match(
      complaint ?? "",
      /^av, mimecast_udm: 10301 instructions, \+3\.0 % on the recorded 10000; .*--record$/,
    );
    assert.deepEqual(others, []);
  });

  it("complains of a line of which nothing is recorded", () => {
    assert.deepEqual(complaints(one(1, 1), new Map()).length, 2);
  });

  it("is shown beside the count, with the difference", () => {
    assert.match(table(one(110, 90), one(100, 100))[1] ?? "", /^av +110 +100 +\+10\.0 % +90 +100 +-10\.0 %$/);
    assert.match(table(one(110, 90), new Map())[1] ?? "", /^av +110 +- +- +90 +- +-$/);
  });
});
