// The shipped configuration in a real Fluent Bit: what goes into the spool comes out once, and is what the module gives by
// its filter door under Node. Nothing but environment variables is set. The other outputs are in fluent-bit-outputs.test.ts.

import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import fc from "fast-check";
import { line } from "./oracle/lines.ts";
import { validateEvent } from "./schema/schema.ts";
import { recordEvents } from "./support/events.ts";
import { type FluentBit, Spool, withoutFluentBit as skip, until } from "./support/fluent-bit.ts";
import {
  ALL_LINES,
  answerFor,
  answersFor,
  assertEachOnce,
  assertSame,
  HEAD,
  isEvent,
  LINES,
  manyLines,
  short,
  timeIn,
  UNMAPPABLE,
} from "./support/fluent-bit-lines.ts";

interface Moment {
  seconds?: number;
  lines?: number;
}

const HOSTILE_LINES = 3000;
/** buffer_max_size of fluent-bit/mimecast.yaml: tail keeps one byte of it to itself. */
const LONGEST_LINE = 4_999_998;

describe("fluent-bit.yaml", { timeout: 85_000 }, () => {
  const spool = new Spool();
  const started = Date.now() / 1000;
  // tail passes over zero bytes at the start of what it has read.
  const hostile = fc
    .sample(line, { numRuns: HOSTILE_LINES, seed: 20_260_801 })
    .filter((bytes) => bytes.length > 0 && bytes[0] !== 0);
  let fluentBit: FluentBit;
  let all: string;
  let generated: string;
  let long: string;

  before(async () => {
    if (skip) return;
    spool.put("receipt_before.siem", manyLines(50, "before"));
    fluentBit = spool.start("fluent-bit.yaml");
    await until("a file from before", fluentBit, () => fluentBit.lineCount === 50);
    all = spool.put("receipt_all.siem", ALL_LINES);
    spool.put("process_crlf.siem", ["", ...LINES.slice(0, 4), "", ...LINES.slice(8)], "\r\n");
    generated = spool.put("generated.siem", hostile);
    long = spool.put("delivery_long.siem", [
      `${HEAD}|Subject=short`,
      `${HEAD}|Subject=`.padEnd(LONGEST_LINE, "\u0001"), // six times as long in JSON
      `${HEAD}|Subject=`.padEnd(LONGEST_LINE + 2, "y"),
      `${HEAD}|Subject=short again`,
    ]);
    const due = spool.lines.length - 2 - 1; // two are empty, and one is too long
    await until(`${due} lines`, fluentBit, () => fluentBit.lineCount >= due);
    await fluentBit.end("SIGTERM");
  });
  after(() => spool.remove());

  const cameFrom = (path: string) => fluentBit.lines.filter((event) => event.includes(`"${path}"`));

  it("gives each line of each file once, as the module gives it", { skip }, () => {
    const due = spool.lines.filter(
      ([path, { length }]) => path !== generated && length > 0 && length <= LONGEST_LINE,
    );
    assertEachOnce(
      fluentBit.lines.filter((event) => !event.includes(`"${generated}"`)),
      due.map(([path, bytes]) => answerFor(path, bytes)),
    );
  });

  it("gives what the module gives for thousands of hostile lines, in their order", { skip }, () => {
    const events = cameFrom(generated);
    assert.equal(events.length, hostile.length);
    for (const [index, bytes] of hostile.entries()) {
      const event = events[index] ?? "{}";
      assertSame(event, answerFor(generated, bytes, timeIn(event)));
    }
  });

  it("gives nothing but events, and records that say why they are none", { skip }, () => {
    for (const event of fluentBit.lines) {
      const { mimecast_error: error, ...members } = JSON.parse(event);
      if (error === undefined) assert.deepEqual(validateEvent(members), [], short(event));
      else assert.deepEqual(Object.keys(error), ["code", "message"]);
      assert.equal("date" in members, false);
    }
    recordEvents(fluentBit.lines.filter((event) => event.length < 100_000));
  });

  it("gives a line that cannot be mapped back, with the reason", { skip }, () => {
    const records = cameFrom(all)
      .filter((event) => !isEvent(event))
      .map((event) => JSON.parse(event));
    assert.deepEqual(
      records.map(({ log, mimecast_error: { code } }) => [code, log]),
      UNMAPPABLE,
    );
  });

  it("replaces each byte that is no UTF-8 by one U+FFFD", { skip }, () => {
    const subjects = cameFrom(all).flatMap((event) => JSON.parse(event).network?.email?.subject ?? []);
    const [a, b, c, d] = ["\ufffd".repeat(2), "\ufffd".repeat(5), "\ufffd", "\ufffd".repeat(3)];
    assert.ok(subjects.includes(`A${a}B${b}B${c}${d}C`), subjects.map(short).join("\n"));
  });

  it("gives a line without a time the time at which it was read", { skip }, () => {
    const now = cameFrom(generated).filter((event) => Math.abs(timeIn(event).sec - started) < 120);
    assert.ok(now.length > 100, `${now.length} lines`);
  });

  it("leaves out a line longer than buffer_max_size, says so, and reads on", { skip }, () => {
    const subjects = cameFrom(long).map((event) => JSON.parse(event).network.email.subject[0]);
    assert.deepEqual(
      subjects.map((subject) => subject.length),
      [5, LONGEST_LINE - HEAD.length - 9, 11],
    );
    assert.match(fluentBit.log, /\[ warn\] .*delivery_long\.siem have long lines\. Skipping long lines\./);
  });
});

describe("Fluent Bit that is killed", { timeout: 85_000 }, () => {
  const spool = new Spool();
  after(() => spool.remove());

  it("while it works: loses nothing, and repeats only what it gave before", { skip }, async () => {
    for (const name of ["one", "two", "three"]) {
      spool.put(`receipt_${name}.siem`, [...manyLines(4000, name), "|"]);
    }
    const due = new Set(answersFor(spool));
    const seen = new Set<string>();
    // Killed before its first output, right behind it, and in the middle; then left alone.
    for (const moment of [
      { seconds: 0.4 },
      { lines: 1 },
      { seconds: 0.8 },
      { lines: 2500 },
      {},
    ] as Moment[]) {
      const fluentBit = spool.start("fluent-bit.yaml");
      const enough = moment.lines ?? Number.POSITIVE_INFINITY;
      const isAll = () => new Set([...seen, ...fluentBit.lines]).size === due.size;
      if (moment.seconds !== undefined) await sleep(1000 * moment.seconds);
      else await until("lines", fluentBit, () => fluentBit.lineCount >= enough || isAll());
      await fluentBit.end("SIGKILL");
      for (const event of fluentBit.lines) {
        assert.ok(due.has(event), `the module never gave ${short(event)}`);
        seen.add(event);
      }
    }
    assert.equal(seen.size, due.size);
  });

  it("while it waits: repeats nothing", { skip }, async () => {
    const state = join(spool.folder, ".fluent-bit", "stdout");
    const chunks = () =>
      readdirSync(state, { recursive: true }).filter((name) => String(name).endsWith(".flb"));
    const first = spool.start("fluent-bit.yaml");
    await until("end of its work", first, () => first.log.includes("[engine]") && chunks().length === 0);
    await first.end("SIGKILL");
    const second = spool.start("fluent-bit.yaml");
    const path = spool.put("receipt_four.siem", ["|"]);
    await until("new line", second, () => second.lineCount > 0);
    await second.end("SIGTERM");
    assert.deepEqual(second.lines, [answerFor(path, Buffer.from("|"))]);
  });
});
