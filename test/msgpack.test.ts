// `mimecast_udm_msgpack`, the function for Fluent Bit's `event_format msgpack`: the text in its answer is that of `mimecast_udm`, and
// no answer has a zero byte, at which the host would cut it. MSGPACK_LINES sets how many lines are generated.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { MimecastModule } from "../host/module.ts";
import { line } from "./oracle/lines.ts";
import { type FilterFunction, HostDouble } from "./support/host-double.ts";
import { type Packable, packed, unpackedMember } from "./support/msgpack.ts";

const LINES = Number(process.env.MSGPACK_LINES ?? 20_000);
const TIME = { sec: 1767225600, nsec: 0 };
const HEAD = "datetime=2026-08-01T10:00:00+0000|acc=C0A0|Sender=a@example.com|Subject=";

// One for each door, so that rules which count have seen the same.
const asText = await MimecastModule.load("build/mimecast.wasm");
const asJson = await MimecastModule.load("build/mimecast.wasm");

const spaces = (text: string): number => text.length - text.trimEnd().length;

function answer(record: Packable): { name: string; text: string; parts: number } {
  return answerTo(packed(record));
}

function answerTo(bytes: Uint8Array): { name: string; text: string; parts: number } {
  const came = asText.filterMsgpack(bytes, TIME);
  assert.equal(came.indexOf(0), -1);
  return unpackedMember(came);
}

/** The same record as JSON. As Latin-1 each byte is one character, and JSON escapes none beyond ASCII: bytes stay what they are. */
function jsonOf(members: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const texts = [...members].map(([name, value]) => [name, Buffer.from(value).toString("latin1")]);
  return Buffer.from(JSON.stringify(Object.fromEntries(texts)), "latin1");
}

function assertSameEvent(members: ReadonlyMap<string, Uint8Array>): void {
  const due = asJson.filter(jsonOf(members), "udm", TIME);
  const { name, text } = answer(members);
  assert.equal(text.trimEnd(), due);
  assert.equal(name, due.startsWith('{"metadata":') ? "udm" : "mimecast_error");
}

describe("mimecast_udm_msgpack", () => {
  it(`answers ${LINES} lines as mimecast_udm does, without a zero byte`, () => {
    const record = fc.record({
      log: line,
      path: fc.option(fc.string({ maxLength: 40 }), { nil: undefined }),
    });
    fc.assert(
      fc.property(record, ({ log, path }) => {
        const members = new Map([["log", log]]);
        if (path !== undefined) members.set("filename_for_malachite", Buffer.from(path));
        assertSameEvent(members);
      }),
      { numRuns: LINES },
    );
  });

  it("fills a text up where a byte of its length would be zero, by one space at most", () => {
    let filled = 0;
    for (let length = 0; length < 66_000; length += length > 600 && length < 64_000 ? 251 : 1) {
      const { text, parts } = answer(new Map([["log", HEAD + "x".repeat(length)]]));
      if (parts > 1) continue;
      assert.ok(spaces(text) <= 1, `${spaces(text)} spaces behind a text of ${text.length} bytes`);
      filled += spaces(text);
      JSON.parse(text);
    }
    assert.ok(filled > 2);
  });

  for (const size of [
    65_535, 65_536, 131_070, 131_072, 983_025, 983_026, 1_000_000, 16_842_495, 16_842_496, 33_000_000,
  ]) {
    it(`gives an event of about ${size} bytes in parts, the text whole`, () => {
      const { length } = answer(new Map([["log", `${HEAD}x`]])).text.trimEnd();
      for (const more of [-1, 0, 1]) {
        // A subject stands in the event once.
        const subject = "x".repeat(Math.min(size - length + 1 + more, 32 * 1024 * 1024 - 200));
        const log = HEAD + subject;
        const { name, text, parts } = answer(new Map([["log", log]]));
        assert.equal(name, "udm");
        assert.equal(parts > 1, text.trimEnd().length > 65_535);
        assert.equal(JSON.parse(text).network.email.subject[0], subject);
        assert.ok(spaces(text) <= parts, `${spaces(text)} spaces in ${parts} parts`);
      }
    });
  }

  it("cuts a long event between characters, since the host writes half of one as another", () => {
    for (const character of ["é", "€", "😀"]) {
      for (let before = 0; before < 300; before++) {
        const subject = "x".repeat(before) + character.repeat(70_000 / Buffer.byteLength(character));
        const { text, parts } = answer(new Map([["log", HEAD + subject]]));
        assert.equal(parts, 2);
        assert.ok(JSON.parse(text).network.email.subject[0] === subject);
      }
    }
  });

  it("reads members of every kind beside the line, as JSON has them", () => {
    const log = `${HEAD}x`;
    const members: readonly (readonly [string, Packable])[] = [
      ...[0, 1, 127, 128, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296].map(
        (n) => [`n${n}`, n] as const,
      ),
      ...[-1, -32, -33, -128, -129, -32_768, -32_769, -2_147_483_648, -2_147_483_649].map(
        (n) => [`m${-n}`, n] as const,
      ),
      ["float", 1.5],
      ["small", 1.25e-7],
      ["large", 18_446_744_073_709_551_615n],
      ["least", -9_223_372_036_854_775_808n],
      ["true", true],
      ["false", false],
      ["nothing", null],
      ["list", [1, "two", [3.5], new Map([["four", null]])]],
      ["map", new Map<string, Packable>([["a\n", 'b"\\']])],
      ["long", "y".repeat(70_000)],
    ];
    const plain = (value: Packable): unknown =>
      value instanceof Map
        ? Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]))
        : Array.isArray(value)
          ? value.map(plain)
          : value;
    const big = (text: string): string => text.replace(/"(-?\d+)n"/g, "$1");
    const json = big(
      JSON.stringify(
        { log, ...Object.fromEntries(members.map(([name, value]) => [name, plain(value)])) },
        (_, value) => (typeof value === "bigint" ? `${value}n` : value),
      ),
    );
    const { name, text } = answer(new Map<string, Packable>([["log", log], ...members]));
    assert.equal(name, "udm");
    assert.deepEqual(JSON.parse(text), JSON.parse(asJson.filter(Buffer.from(json), "udm", TIME)));
  });

  it("has null for what JSON has no number for", () => {
    const record = new Map<string, Packable>([
      ["log", "hello"],
      ["x", Number.NaN],
      ["y", Number.POSITIVE_INFINITY],
    ]);
    const { x, y } = JSON.parse(answer(record).text);
    assert.deepEqual([x, y], [null, null]);
  });

  it("reads the line from message if there is no log, and from the first of two", () => {
    const [first, second] = [Buffer.from(`${HEAD}1`), Buffer.from(`${HEAD}2`)];
    assertSameEvent(new Map([["message", first]]));
    assertSameEvent(
      new Map([
        ["message", first],
        ["log", second],
      ]),
    );
    const twice = Buffer.concat([
      Buffer.of(0x82),
      packed("log"),
      packed(first),
      packed("log"),
      packed(second),
    ]);
    assert.deepEqual(JSON.parse(answerTo(twice).text).network.email.subject, ["1"]);
  });

  it("hands back what cannot be mapped as it came, with the reason", () => {
    const codes = (record: Packable): string => JSON.parse(answer(record).text).mimecast_error.code;
    assert.equal(codes(new Map([["log", "hello"]])), "not_mimecast");
    assert.equal(codes(new Map([["other", "hello"]])), "no_line");
    assert.equal(codes(new Map<string, Packable>([["log", 5]])), "no_line");
    assert.equal(codes(["log"]), "bad_record");
    assert.deepEqual(
      JSON.parse(
        answer(
          new Map<string, Packable>([
            ["log", "hello"],
            ["n", 5],
          ]),
        ).text,
      ),
      {
        log: "hello",
        n: 5,
        mimecast_error: JSON.parse(asJson.filter(Buffer.from('{"log":"hello"}'), "udm", TIME)).mimecast_error,
      },
    );
  });

  it("answers a record in JSON as JSON, which its host wants then, and says what the filter lacks", () => {
    const record = JSON.stringify({ log: `${HEAD}x` });
    const answer = JSON.parse(Buffer.from(asText.filterMsgpack(Buffer.from(record), TIME)).toString());
    assert.equal(answer.record, record);
    assert.equal(answer.mimecast_error.code, "bad_record");
    assert.match(answer.mimecast_error.message, /event_format msgpack for mimecast_udm_msgpack/);
  });

  it("takes members that are as deep as in JSON, and says so of deeper ones", () => {
    const nested = (depth: number): Packable =>
      depth === 0 ? 1 : depth % 2 === 0 ? [nested(depth - 1)] : new Map([["a", nested(depth - 1)]]);
    // The record itself is one level.
    const record = (depth: number): Packable =>
      new Map<string, Packable>([
        ["log", `${HEAD}x`],
        ["deep", nested(depth - 1)],
      ]);
    assert.equal(answer(record(128)).name, "udm");
    assert.equal(JSON.parse(answer(record(129)).text).mimecast_error.code, "deep_json");
  });

  it("takes no text that is cut off for a number", () => {
    for (const head of [0xd9, 0xda, 0xdb]) {
      const cut = Buffer.concat([
        Buffer.of(0x82),
        packed("log"),
        packed(`${HEAD}x`),
        packed("n"),
        Buffer.of(head),
      ]);
      assert.equal(JSON.parse(answerTo(cut).text).mimecast_error?.code, "bad_record");
    }
  });

  it("is total: any bytes have an answer without a zero byte", () => {
    const cut = fc.tuple(line, fc.nat()).map(([log, at]) => {
      const bytes = packed(
        new Map<string, Packable>([
          ["log", log],
          ["n", 1],
        ]),
      );
      return bytes.subarray(0, at % (bytes.length + 1));
    });
    const changed = fc.tuple(line, fc.nat(), fc.nat(255)).map(([log, at, value]) => {
      const bytes = packed(
        new Map<string, Packable>([
          ["log", log],
          ["list", [1, 2.5, null, "x"]],
        ]),
      );
      bytes[at % bytes.length] = value;
      return bytes;
    });
    // What begins as JSON does has an answer in JSON.
    const bytes = fc
      .oneof(fc.uint8Array({ maxLength: 200 }), cut, changed)
      .filter(([first]) => first !== 0x7b);
    fc.assert(
      fc.property(bytes, (record) => {
        const { name, text } = answerTo(record);
        assert.equal("mimecast_error" in JSON.parse(text), name === "mimecast_error");
      }),
      { numRuns: LINES },
    );
  });

  it("says what was lost where the host could not hand the record over", () => {
    const { name, text } = answerTo(new Uint8Array(33 * 1024 * 1024));
    assert.equal(name, "mimecast_error");
    assert.equal(JSON.parse(text).mimecast_error.code, "record_too_large");
  });

  it("keeps memory as it is over a hundred thousand records", () => {
    const record = packed(new Map([["log", `${HEAD}x`]]));
    asText.filterMsgpack(record, TIME);
    const before = asText.memorySize;
    for (let i = 0; i < 100_000; i++) asText.filterMsgpack(record, TIME);
    assert.equal(asText.memorySize, before);
  });
});

describe("a function for JSON, called with MessagePack", () => {
  const FUNCTIONS: readonly FilterFunction[] = ["mimecast_udm", "mimecast_udm_plain", "mimecast_fields"];
  const askAll = async (record: Packable) => {
    const host = await HostDouble.start("build/mimecast.wasm");
    return FUNCTIONS.map((name) =>
      unpackedMember(host.filter(name, Buffer.from("mimecast"), packed(record))),
    );
  };

  it("hands the record back in MessagePack, bytes that are no UTF-8 replaced, and says what the filter lacks", async () => {
    const log = Buffer.from(`${HEAD}\xff\xc3|Act=Acc`, "latin1");
    for (const { name, text } of await askAll(
      new Map<string, Packable>([
        ["log", log],
        ["n", 5],
      ]),
    )) {
      const { mimecast_error: error, ...members } = JSON.parse(text);
      assert.deepEqual([name, members], ["mimecast_error", { log: log.toString(), n: 5 }]);
      assert.equal(error.code, "bad_record");
      assert.match(error.message, /event_format msgpack for mimecast_udm_msgpack/);
    }
  });

  it("hands one back whose containers stand too deep in each other, as bytes", async () => {
    let deep: Packable = [];
    for (let depth = 0; depth < 200; depth++) deep = [deep];
    for (const { name, text } of await askAll(
      new Map<string, Packable>([
        ["log", "kept"],
        ["deep", deep],
      ]),
    )) {
      const { record, mimecast_error: error } = JSON.parse(text);
      assert.deepEqual([name, error.code], ["mimecast_error", "deep_json"]);
      assert.match(record, /kept/);
    }
  });
});
