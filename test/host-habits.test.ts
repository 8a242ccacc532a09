// What the module may rely on in Fluent Bit, and Fluent Bit in the module, at length: a million calls made the way
// filter_wasm makes them. The real one is in fluent-bit.test.ts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import fc from "fast-check";
import { record } from "./oracle/lines.ts";
import { validateEvent } from "./schema/schema.ts";
import { recordEvents } from "./support/events.ts";
import { type FilterFunction, HostDouble } from "./support/host-double.ts";

const WASM = "build/mimecast.wasm";
const CALLS = 1_000_000;
const DIFFERENT_RECORDS = 1000;
const MAX_RECORD = 32 * 1024 * 1024;
const TAG = Buffer.from("mimecast");
const FUNCTIONS: readonly FilterFunction[] = ["mimecast_udm", "mimecast_fields"];

const LINE = "datetime=2026-08-01T10:00:00Z|acc=C0A0|Subject=ünï 😀|Act=Acc";
const RECORD = Buffer.from(JSON.stringify({ log: LINE }));

interface Call {
  readonly name: FilterFunction;
  readonly bytes: Buffer;
}

/** `text` as JSON with an escape for each character beyond ASCII: what Fluent Bit writes unless json.escape_unicode is off. */
function escaped(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Records of every dialect and form, with siblings, sound and broken; raw, and the same ones with \u escapes. */
function records(): Buffer[] {
  const raw = fc.sample(record, { numRuns: DIFFERENT_RECORDS / 2, seed: 20_260_802 });
  return raw.flatMap((bytes) => {
    const sound = Buffer.from(bytes);
    return [sound, Buffer.from(escaped(sound.toString("utf8")))];
  });
}

describe("a million calls", () => {
  it("need no more memory than the first thousand, and are answered the same each time", async () => {
    const host = await HostDouble.start(WASM);
    const pool: Call[] = records().map((bytes, index) => ({
      name: index % 3 === 0 ? "mimecast_fields" : "mimecast_udm_plain",
      bytes,
    }));
    assert.equal(pool.length, DIFFERENT_RECORDS);
    const first = pool.map(({ name, bytes }) => host.filter(name, TAG, bytes));
    const { byteLength } = host.exports.memory.buffer;

    let random = 1;
    for (let call = pool.length; call < CALLS; call++) {
      random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fff_ffff; // any order, and the same one each time
      const which: number = (random >>> 8) % pool.length;
      const { name, bytes } = pool[which] as Call;
      const answer: Buffer = host.filter(name, TAG, bytes);
      if (!answer.equals(first[which] as Buffer)) assert.fail(`${bytes}\n${answer}\nwas ${first[which]}`);
    }
    assert.equal(host.exports.memory.buffer.byteLength, byteLength);
    assert.ok(byteLength < 3 * 2 ** 20, `${byteLength} bytes`);

    const answers = first.map(String);
    const kinds = { event: 0, fields: 0, error: 0 };
    for (const answer of answers) {
      const members = JSON.parse(answer);
      if (members.mimecast_error?.code) kinds.error++;
      else if (members.mimecast) kinds.fields++;
      else {
        kinds.event++;
        assert.deepEqual(validateEvent(members), [], answer);
      }
    }
    for (const [kind, count] of Object.entries(kinds)) assert.ok(count > 50, `${count} of ${kind}`);
    recordEvents(answers.filter((answer) => answer.startsWith('{"metadata":')));
  });
});

describe("the module", () => {
  it("imports nothing and exports what is documented", () => {
    const module = new WebAssembly.Module(readFileSync(WASM));
    assert.deepEqual(WebAssembly.Module.imports(module), []);
    assert.deepEqual(
      WebAssembly.Module.exports(module)
        .map(({ name, kind }) => `${name} ${kind}`)
        .sort(),
      [
        "free function",
        "malloc function",
        "memory memory",
        "mimecast_alerts function",
        "mimecast_batch function",
        "mimecast_fields function",
        "mimecast_rule_evictions function",
        "mimecast_udm function",
        "mimecast_udm_msgpack function",
        "mimecast_udm_plain function",
      ],
    );
  });

  it("gives the same whichever block is freed first", async () => {
    const host = await HostDouble.start(WASM);
    const expected = host.filter("mimecast_udm", TAG, RECORD);
    const { byteLength } = host.exports.memory.buffer;
    for (let call = 0; call < 10_000; call++) {
      const answer = host.filter("mimecast_udm", TAG, RECORD, call % 2 === 0 ? "record" : "tag");
      assert.ok(answer.equals(expected));
    }
    assert.equal(host.exports.memory.buffer.byteLength, byteLength);
  });

  it("has room for a record of 32 MiB with its NUL, and not for a byte more", async () => {
    const { exports } = await HostDouble.start(WASM);
    const tag = exports.malloc(TAG.length + 1);
    const record = exports.malloc(MAX_RECORD + 1);
    assert.ok(tag > 0 && record >= tag + TAG.length + 1);
    assert.ok(exports.memory.buffer.byteLength >= record + MAX_RECORD + 1);
    exports.free(tag);
    exports.free(record);
    assert.equal(exports.malloc(MAX_RECORD + 2), 0);
    assert.equal(exports.malloc(0xffff_ffff), 0);
    const again = exports.malloc(RECORD.length + 1);
    assert.equal(again, tag, "what is refused holds nothing");
    exports.free(again);
  });

  for (const name of FUNCTIONS) {
    it(`answers a record it had no room for with its size: ${name}`, async () => {
      const host = await HostDouble.start(WASM);
      const expected = host.filter(name, TAG, RECORD);
      const size = MAX_RECORD + 1;

      const tag = host.exports.malloc(TAG.length + 1);
      host.memory.set(Buffer.from("mimecast\0"), tag);
      assert.equal(host.exports.malloc(size + 1), 0);
      const { mimecast_error: error, ...rest } = JSON.parse(
        host.call(name, tag, TAG.length, 0, size).toString(),
      );
      host.exports.free(tag);
      assert.deepEqual(rest, {});
      assert.equal(error.code, "record_too_large");
      assert.match(error.message, new RegExp(`^${size} bytes .*tag.* mimecast$`));

      for (const [tagLength, recordLength] of [
        [0, size],
        [0xffff_ffff, 0xffff_ffff],
      ] as const) {
        const answer = JSON.parse(host.call(name, 0, tagLength, 0, recordLength).toString());
        assert.equal(answer.mimecast_error.code, "record_too_large");
        assert.match(answer.mimecast_error.message, new RegExp(`^${recordLength} bytes`));
      }
      assert.ok(host.filter(name, TAG, RECORD).equals(expected), "and goes on as before");
    });
  }

  it("keeps what a long record took, and takes no more for the next one", async () => {
    const host = await HostDouble.start(WASM);
    const long = Buffer.from(JSON.stringify({ log: `${LINE}|x=${"y".repeat(4_000_000)}` }));
    const short = host.filter("mimecast_udm", TAG, RECORD);
    const first = host.filter("mimecast_udm", TAG, long);
    const { byteLength } = host.exports.memory.buffer;
    for (let call = 0; call < 20; call++) {
      assert.ok(host.filter("mimecast_udm", TAG, long).equals(first));
      assert.ok(host.filter("mimecast_udm", TAG, RECORD).equals(short));
    }
    assert.equal(host.exports.memory.buffer.byteLength, byteLength);
  });

  it("ends its answer with NUL however the tag and the record look", async () => {
    const host = await HostDouble.start(WASM);
    const odd = ["", "\u0000", "{", '"', '{"log":', '{"log":"\u0000"}', "null", "[]", '{"log":"x"}\u0000'];
    for (const text of odd) {
      for (const tag of ["", "a\u0000b", "\ud800", "x".repeat(5000)]) {
        const answer = host.filter("mimecast_udm", Buffer.from(tag), Buffer.from(text)).toString("utf8");
        assert.equal(JSON.parse(answer).mimecast_error.code.length > 0, true, answer);
      }
    }
  });
});
