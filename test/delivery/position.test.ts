// Where a feed says it stands, and that its input can be continued there: what comes out is the same as without a break.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MAX_RECORD, type MappingFunction, MimecastModule, type Position, START } from "../../host/module.ts";
import { input } from "../oracle/lines.ts";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 1500);
const TIME = { sec: 1_767_323_045, nsec: 5 };
const module = await MimecastModule.load("build/mimecast.wasm");
const other = await module.another();

interface Life {
  readonly output: Buffer;
  /** Behind each batch, and behind all. */
  readonly places: readonly { readonly position: Position; readonly written: number }[];
}

/** Maps the rest of `bytes` from `start` on, handed over in pieces that are as long as `sizes` say, over and over. */
function live(
  bytes: Uint8Array,
  wanted: MappingFunction,
  start: Position,
  sizes: readonly number[],
  by = module,
): Life {
  const feed = by.feed(wanted, TIME, start);
  const parts: Uint8Array[] = [];
  const places: { position: Position; written: number }[] = [];
  let written = 0;
  const take = (batches: Iterable<{ output: Uint8Array }>): void => {
    for (const { output } of batches) {
      parts.push(output.slice());
      written += output.length;
      places.push({ position: feed.position, written });
    }
  };
  let at = start.offset;
  for (let turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] as number;
    take(feed.push(bytes.subarray(at, at + size)));
    at += size;
  }
  take(feed.end());
  places.push({ position: feed.position, written });
  return { output: Buffer.concat(parts), places };
}

function continues(bytes: Uint8Array, wanted: MappingFunction, sizes: readonly number[]): void {
  const whole = live(bytes, wanted, START, [bytes.length || 1]);
  const cut = live(bytes, wanted, START, sizes);
  assert.ok(cut.output.equals(whole.output), "pieces do not matter");
  for (const { position, written } of [...whole.places, ...cut.places]) {
    const rest = live(bytes, wanted, position, sizes, other);
    assert.ok(
      rest.output.equals(whole.output.subarray(written)),
      `the rest from ${JSON.stringify(position)} is not what a whole run gives`,
    );
  }
  assert.equal(cut.places.at(-1)?.position.offset, bytes.length, "at its end all of it is behind");
}

const member = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.constant('{"aCode":"x","Subject":"a } b"}'),
        fc.constant('{\n"aCode":\r\n"y"}'),
        fc.constant('{"a":"cut\n'),
      ),
      {
        maxLength: 6,
      },
    ),
    fc.constantFrom(",", ",\n", "\r\n,", " , "),
    fc.constantFrom("]}", "\n]\n}", "]", ""),
  )
  .map(([objects, comma, end]) => `{"type":"MTA","data":[${objects.join(comma)}${end}`);
const line = fc.oneof(
  fc.constant("datetime=2026-01-02T03:04:05+0000|aCode=a|acc=C0A0"),
  fc.constant("aCode=without-a-time|acc=C0A0|Subject=\\a|b\\"),
  fc.constant('{"type":"receipt","processingId":"p","timestamp":1767323045000}'),
  fc.constant("   "),
  fc.constant("\ufeffno key"),
  member,
);
const mixed = fc
  .array(fc.tuple(line, fc.constantFrom("\n", "\r\n", "\r", "\n\n", "\r\r\n", "")), { maxLength: 12 })
  .map((parts) => Buffer.from(parts.flat().join("")));
const sizes = fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 1, maxLength: 5 });
const wanted = fc.constantFrom<MappingFunction>("plain", "fields");

describe("a feed's position", () => {
  it("is a place from which the rest gives the same events", () => {
    fc.assert(fc.property(mixed, wanted, sizes, continues), { numRuns: RUNS });
  });

  it("is so for inputs as hostile as those of the property tests", () => {
    fc.assert(fc.property(input, wanted, sizes, continues), { numRuns: RUNS });
  });

  it("lies behind a record that was passed over as too long", () => {
    const long = Buffer.alloc(MAX_RECORD + 77, "x");
    const bytes = Buffer.concat([Buffer.from("aCode=1|acc=C\n"), long, Buffer.from("\naCode=2|acc=C\n")]);
    const { output, places } = live(bytes, "fields", START, [1 << 20]);
    assert.match(output.toString(), /^.*"1".*\n.*record_too_large.*\n.*"2".*\n$/);
    const behind = places.map(({ position }) => position.offset);
    assert.deepEqual(behind, [14, 14 + long.length, bytes.length, bytes.length]);
    for (const { position, written } of places) {
      assert.ok(live(bytes, "fields", position, [1 << 20], other).output.equals(output.subarray(written)));
    }
  });

  it("lies behind a record that is too long and has no end", () => {
    const bytes = Buffer.alloc(MAX_RECORD + 1, "x");
    const { places } = live(bytes, "plain", START, [1 << 20]);
    assert.deepEqual(
      places.map(({ position }) => position.offset),
      [bytes.length, bytes.length],
    );
  });

  it("does not move for bytes that are held", () => {
    const feed = module.feed("plain", TIME);
    assert.deepEqual([...feed.push(Buffer.alloc(1 << 20, "x"))], []);
    assert.deepEqual(feed.position, START);
  });

  it("is counted on behind 4 GiB as before", () => {
    const far = 2 ** 33 + 5;
    fc.assert(
      fc.property(mixed, wanted, (bytes, wanted) => {
        const near = live(bytes, wanted, START, [bytes.length || 1]);
        const feed = module.feed(wanted, TIME, { offset: far, flags: 0 });
        const answers = [...feed.push(bytes), ...feed.end()].length;
        assert.equal(feed.position.offset, far + (near.places.at(-1)?.position.offset ?? 0));
        assert.equal(answers, near.places.length - 1);
      }),
    );
  });

  it("does not depend on the pieces where rules count, either, nor do the events", async () => {
    const held = fc.constantFrom("Act=Hld|MsgId=<a@example.com>", "Virus=x|Subject=s|Sender=a@example.com");
    const counted = held.map((text) => Buffer.from(`datetime=2026-01-02T03:04:05+0000|acc=C0A0|${text}\r\n`));
    const bytes = fc.array(fc.oneof(mixed, counted), { maxLength: 12 }).map((parts) => Buffer.concat(parts));
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom<MappingFunction>("udm", "alerts"),
        sizes,
        async (bytes, wanted, sizes) => {
          const whole = live(bytes, wanted, START, [bytes.length || 1], await module.another());
          const cut = live(bytes, wanted, START, sizes, await module.another());
          assert.ok(cut.output.equals(whole.output));
          assert.equal(cut.places.at(-1)?.position.offset, bytes.length);
        },
      ),
      { numRuns: 60 },
    );
  });
});
