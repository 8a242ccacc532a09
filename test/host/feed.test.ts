// Feeds that share one module: whatever the order in which they come to it, each gives what it would give alone.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { type Feed, type MappingFunction, MimecastModule, type Position } from "../../host/module.ts";
import { input } from "../oracle/lines.ts";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 400);
const TIME = { sec: 1_767_323_045, nsec: 5 };
const MEGABYTE = 1 << 20;
const shared = await MimecastModule.load("build/mimecast.wasm");
const own = await MimecastModule.load("build/mimecast.wasm");

interface Stream {
  readonly bytes: Uint8Array;
  readonly wanted: MappingFunction;
  readonly pieceSize: number;
}

interface Given {
  readonly output: Buffer;
  readonly records: number;
  readonly position: Position;
}

/** A step for each batch and for each piece: in between, others have the module. */
function* steps(
  feed: Feed,
  { bytes, pieceSize }: Stream,
  take: (given: Uint8Array, records: number) => void,
) {
  const batches = function* (answers: Iterable<{ output: Uint8Array; records: number }>) {
    for (const { output, records } of answers) {
      take(output, records);
      yield;
    }
  };
  for (let at = 0; at < bytes.length; at += pieceSize) {
    // As a reader's: bytes that are there until the feed is done with them, and no longer.
    const buffer = Buffer.from(bytes.subarray(at, at + pieceSize));
    yield* batches(feed.push(buffer));
    buffer.fill("#");
    yield;
  }
  yield* batches(feed.end());
}

/** Maps the stream; between two steps `rests` decides who comes next. */
async function mapped(
  module: MimecastModule,
  stream: Stream,
  rests: () => Promise<void> | void,
): Promise<Given> {
  const feed = module.feed(stream.wanted, TIME);
  const parts: Uint8Array[] = [];
  let total = 0;
  const take = (output: Uint8Array, records: number): void => {
    parts.push(output.slice());
    total += records;
  };
  for (const _ of steps(feed, stream, take)) await rests();
  return { output: Buffer.concat(parts), records: total, position: feed.position };
}

const alone = (stream: Stream): Promise<Given> => mapped(own, stream, () => undefined);

/** An event without what rules added to it. */
function withoutRules(text: string): unknown {
  const event = JSON.parse(text) as { security_result?: { rule_id?: string }[] };
  if ("mimecast_error" in event || !event.security_result) return event;
  return { ...event, security_result: event.security_result.filter(({ rule_id: id }) => id === undefined) };
}

const eventsOf = (output: Buffer): unknown[] => output.toString().split("\n").slice(0, -1).map(withoutRules);

const streams = (wanted: fc.Arbitrary<MappingFunction>): fc.Arbitrary<Stream[]> =>
  fc.array(
    fc
      .record({ bytes: input, wanted, pieces: fc.integer({ min: 1, max: 12 }) })
      .map(({ bytes, wanted, pieces }) => ({
        bytes,
        wanted,
        pieceSize: Math.ceil(bytes.length / pieces) || 1,
      })),
    { minLength: 2, maxLength: 5 },
  );

async function inTurns(scheduler: fc.Scheduler, all: readonly Stream[]): Promise<Given[]> {
  const rests = (): Promise<void> => scheduler.schedule(Promise.resolve());
  return await scheduler.waitFor(Promise.all(all.map((stream) => mapped(shared, stream, rests))));
}

describe("feeds that share a module", () => {
  it("give, in any order of their pieces, the bytes and the places that each gives alone", async () => {
    const wanted = fc.constantFrom<MappingFunction>("plain", "fields");
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), streams(wanted), async (scheduler, all) => {
        const given = await inTurns(scheduler, all);
        assert.deepEqual(given, await Promise.all(all.map(alone)));
      }),
      { numRuns: RUNS },
    );
  });

  it("give, with rules, the same events but for what rules that count add to them", async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), streams(fc.constant("udm")), async (scheduler, all) => {
        const given = await inTurns(scheduler, all);
        for (const [index, stream] of all.entries()) {
          const { output } = await alone({ ...stream, wanted: "plain" });
          assert.deepEqual(eventsOf(given[index]?.output ?? assert.fail()), eventsOf(output));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it("do so where one piece gives several batches, and where records are long", async () => {
    const line = "datetime=2026-01-02T03:04:05+0000|aCode=a|acc=C0A0|Subject=";
    const long = (letter: string): Buffer =>
      Buffer.from(`${line}${letter.repeat(5 * MEGABYTE)}\n${line}${letter}\n`);
    const many = (letter: string): Buffer => Buffer.from(`${line}${letter}\n`.repeat(60_000));
    const all: Stream[] = [
      { bytes: many("a"), wanted: "plain", pieceSize: 64 * MEGABYTE },
      { bytes: many("b"), wanted: "plain", pieceSize: 64 * MEGABYTE },
      { bytes: long("c"), wanted: "plain", pieceSize: 65_536 },
      { bytes: long("d"), wanted: "fields", pieceSize: 65_536 },
    ];
    let steps = 0;
    const given = await Promise.all(
      all.map((stream) =>
        mapped(shared, stream, () => {
          steps++;
          return Promise.resolve();
        }),
      ),
    );
    assert.ok(steps > 2 * 80 + 2 * 2, `${steps} steps`);
    for (const [index, stream] of all.entries()) {
      const { output, records } = await alone(stream);
      assert.ok(given[index]?.output.equals(output), `stream ${index}`);
      assert.equal(given[index]?.records, records);
    }
  });

  it("take no more of its memory however often they alternate, and however many are given up half-way", () => {
    const record = Buffer.from(
      `datetime=2026-01-02T03:04:05+0000|aCode=a|acc=C0A0|Subject=${"x".repeat(900)}`,
    );
    const turn = (): void => {
      const feeds = Array.from({ length: 8 }, () => shared.feed("udm", TIME));
      for (let piece = 0; piece < 4; piece++)
        for (const feed of feeds)
          for (const _ of feed.push(Buffer.concat([record, Buffer.from("\n"), record]))) break;
      for (const feed of feeds.slice(4)) for (const _ of feed.end());
      shared.filter(record, "plain", TIME);
    };
    turn();
    const before = shared.memorySize;
    for (let turns = 0; turns < 2000; turns++) turn();
    assert.equal(shared.memorySize, before);
  });
});
