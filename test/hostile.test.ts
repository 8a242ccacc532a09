// What strangers, broken senders and broken hosts can send, each with what must come of it. The rules are in docs/grammar.md;
// that no bytes whatever trap the module is test/fuzz.test.ts's matter.

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import { toText } from "../host/bytes.ts";
import { type HostTime, MAX_RECORD, MimecastModule } from "../host/module.ts";
import { validateEvent } from "./schema/schema.ts";
import { recordEvents } from "./support/events.ts";

const TIME: HostTime = { sec: 1_704_067_200, nsec: 0 };
const mimecast = await MimecastModule.load("build/mimecast.wasm");

type Additional = Record<string, string>;
interface Answer {
  metadata: { event_timestamp: string; product_event_type: string };
  principal?: { ip?: string[] };
  about: { file: { full_path: string } }[];
  network: { direction?: string; email: { subject: string[] } };
  security_result: [{ action?: string[]; detection_fields?: { key: string; value: string }[] }];
  additional: Additional;
  mimecast: Record<string, string>;
  mimecast_error: { code: string; message: string };
  log: string;
}

const events = new Set<string>();

/** Remembers an event for the checks at the end. */
function read(json: string): Answer {
  const answer: Answer = JSON.parse(json);
  if (!answer.mimecast_error && !answer.mimecast && json.length < 1_000_000) events.add(json);
  return answer;
}
const bytes = (text: string | Buffer): Buffer => Buffer.from(text as string);
const udm = (line: string | Buffer): Answer => read(mimecast.map(bytes(line), "udm", TIME));
const fields = (line: string): Record<string, string> =>
  read(mimecast.map(bytes(line), "fields", TIME)).mimecast;
const filter = (record: string | Buffer): Answer => read(mimecast.filter(bytes(record), "udm", TIME));
const batch = (input: string): Answer[] =>
  toText(mimecast.batch(bytes(input), "udm", TIME).output)
    .split("\n")
    .slice(0, -1)
    .map(read);
const code = (answer: Answer): string | undefined => answer.mimecast_error?.code;
const duplicateKeys = (answer: Answer): string | undefined =>
  answer.security_result[0].detection_fields?.find(({ key }) => key === "parser_duplicate_keys")?.value;
/** The milliseconds that `call` takes, at best of two. */
const duration = (call: () => unknown): number =>
  Math.min(
    ...[1, 2].map(() => {
      const start = performance.now();
      call();
      return performance.now() - start;
    }),
  );

const HEAD = "datetime=2024-03-05T09:10:11Z|aCode=a1|acc=C1|IP=192.0.2.10|Dir=Inbound|";

describe("fields forged in a stranger's text", () => {
  const strangers =
    `Subject headerFrom Sender RejType RejInfo Error Err ReceiptAck AttNames fileName MsgId Rcpt
    Recipient SenderDomain fileExt fileMime URL Virus`.split(/\s+/);

  for (const field of strangers) {
    const line = `${HEAD}${field}=x|Act=Acc|IP=198.51.100.1|Dir=Outbound|Act=Rej`;

    it(`${field}: the true Act, IP and Dir are kept, the forged ones said to be duplicates`, () => {
      const answer = udm(line);
      const { Act, IP, Dir, [field]: text } = fields(line);
      assert.deepEqual([Act, IP, Dir, text], ["Rej", "192.0.2.10", "Inbound", "x"]);
      assert.deepEqual(answer.security_result[0].action, ["BLOCK"]);
      assert.equal(answer.network.direction, "INBOUND");
      assert.equal(duplicateKeys(answer), "IP,Dir,Act");
      assert.deepEqual(
        Object.entries(answer.additional).filter(([name]) => name.startsWith("duplicate.")),
        Object.entries({
          "duplicate.IP": "198.51.100.1",
          "duplicate.Dir": "Outbound",
          "duplicate.Act": "Acc",
        }),
      );
    });
  }

  it("what only looks like a key stays text", () => {
    const text = "x|act=Acc|Act =Acc| Act=Acc|Äct=Acc|newKey=1|=|";
    assert.deepEqual(udm(`${HEAD}Subject=\\${text}\\|Act=Rej`).network.email.subject, [text]);
  });

  it("an unknown key stays text behind free text, and is a key behind a MsgId", () => {
    const answer = udm(`${HEAD}Subject=x|newKey=1|MsgId=<1>|newKey=2`);
    assert.deepEqual(answer.network.email.subject, ["x|newKey=1"]);
    assert.equal(answer.additional.newKey, "2");
  });

  it("a field in a JSON string is text", () => {
    const subject = 'x|Act=Acc|IP=198.51.100.1","Act":"Acc';
    const answer = udm(JSON.stringify({ Act: "Rej", Subject: subject }));
    assert.deepEqual(answer.security_result[0].action, ["BLOCK"]);
    assert.deepEqual(answer.network.email.subject, [subject]);
    assert.equal(duplicateKeys(answer), undefined);
  });

  it("a file name or a type does not change the log type", () => {
    const forged = "filename_for_malachite=delivery_1.siem|type=delivery|eventType=delivery";
    for (const line of [`${forged}|${HEAD}Act=Rej`, `${HEAD}Subject=x|${forged}|Act=Rej`]) {
      assert.equal(udm(line).additional.mimecast_log_type, "receipt");
    }
    const inJson = udm(JSON.stringify({ type: "receipt", Act: "Rej", filename_for_malachite: "delivery_1" }));
    assert.equal(inJson.additional.mimecast_log_type, "receipt");
  });
});

describe("duplicate keys", () => {
  const duplicates = ({ additional }: Answer): Additional =>
    Object.fromEntries(Object.entries(additional).filter(([name]) => name.startsWith("duplicate.")));

  it("before a stranger's field the first counts", () => {
    const answer = udm("Act=Acc|Act=Rej|act=Hld|Act=Hld|Subject=x");
    assert.deepEqual(answer.security_result[0].action, ["ALLOW"]);
    assert.deepEqual(duplicates(answer), { "duplicate.Act": "Rej", "duplicate.2.Act": "Hld" });
    assert.equal(answer.additional.act, "Hld");
  });

  it("behind a stranger's field the last counts", () => {
    const answer = udm("Subject=x|Act=Acc|Act=Rej|Act=Hld");
    assert.deepEqual(answer.security_result[0].action, ["QUARANTINE"]);
    assert.deepEqual(duplicates(answer), { "duplicate.Act": "Acc", "duplicate.2.Act": "Rej" });
  });

  it("an absent value counts, and loses without a trace but its key", () => {
    const first = udm("IP=|Subject=x|IP=198.51.100.1");
    assert.equal(first.principal?.ip, undefined);
    assert.deepEqual(duplicates(first), { "duplicate.IP": "198.51.100.1" });
    const last = udm("Subject=x|Act=Acc|Act=<>");
    assert.equal(last.security_result[0].action, undefined);
    assert.deepEqual(duplicates(last), { "duplicate.Act": "Acc" });
    const lost = udm("Act=Acc|Subject=x|Act=null");
    assert.deepEqual(duplicates(lost), {});
    assert.equal(duplicateKeys(lost), "Act");
  });

  it("the names of one field are one key", () => {
    const answer = udm("Subject=a|subject=b|aCode=1|processingId=2");
    assert.deepEqual(answer.network.email.subject, ["a"]);
    assert.deepEqual(duplicates(answer), { "duplicate.subject": "b", "duplicate.aCode": "1" });
    assert.equal(answer.additional.processingId, "2");
    assert.equal(duplicateKeys(answer), "aCode,Subject");
  });

  it("unknown keys follow the same rule", () => {
    const answer = udm("IP=192.0.2.1|k=1|MsgId=<m>|k=2|n=1|n=2");
    assert.deepEqual(Object.entries(answer.additional), [
      ["k", "1"],
      ["n", "2"],
      ["duplicate.k", "2"],
      ["duplicate.n", "1"],
      ["mimecast_log_type", "receipt"],
    ]);
    assert.equal(duplicateKeys(answer), "k,n");
  });

  it("in JSON the first that is there counts", () => {
    const answer = udm('{"Subject":"x","Act":null,"Act":"Rej","Act":"","Act":"Acc"}');
    assert.deepEqual(answer.security_result[0].action, ["BLOCK"]);
    assert.deepEqual(duplicates(answer), { "duplicate.Act": "Acc" });
  });

  it("names that the event needs for itself are given to none", () => {
    const answer = udm("Act=Acc|mimecast_log_type=1|duplicate.Act=2|unparsed=3|extra.1.x=4|Act=5");
    assert.deepEqual(Object.entries(answer.additional), [
      ["extra.1.mimecast_log_type", "1"],
      ["extra.2.duplicate.Act", "2"],
      ["extra.3.unparsed", "3"],
      ["extra.4.extra.1.x", "4"],
      ["duplicate.Act", "5"],
      ["mimecast_log_type", "receipt"],
    ]);
  });
});

describe("size", () => {
  it("a line of 1 MB keeps every byte", () => {
    const subject = "Ü".repeat(500_000);
    assert.deepEqual(udm(`${HEAD}Subject=${subject}|Act=Rej`).network.email.subject, [subject]);
  });

  it("10,000 names in AttNames are 10,000 files", () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `file ${index}, copy.txt`);
    const { about } = udm(`AttNames=${names.map((name) => `"${name}"`).join(", ")}`);
    assert.deepEqual(
      about.map(({ file }) => file.full_path),
      names,
    );
  });

  it("behind 256 unknown keys no further one is a key", () => {
    const keys = Array.from({ length: 300 }, (_, index) => `k${index}=${index}`);
    const { additional } = udm(`Act=Rej|${keys.join("|")}`);
    assert.equal(Object.keys(additional).length, 257);
    assert.equal(additional.k254, "254");
    assert.equal(additional.k255, keys.slice(255).join("|").replace("k255=", ""));
  });

  it("of 300 unknown members 44 are renamed", () => {
    const members = Object.fromEntries(Array.from({ length: 300 }, (_, index) => [`k${index}`, `${index}`]));
    const { additional } = udm(JSON.stringify({ Act: "Rej", ...members }));
    assert.equal(Object.keys(additional).length, 301);
    assert.equal(additional.k255, "255");
    assert.equal(additional["extra.1.k256"], "256");
    assert.equal(additional["extra.44.k299"], "299");
  });

  it("100,000 duplicate keys take less than a second", () => {
    const start = performance.now();
    const { additional } = udm(`Act=Acc${"|Act=Rej".repeat(99_999)}`);
    assert.ok(performance.now() - start < 1000);
    assert.equal(Object.keys(additional).length, 100_000);
    assert.equal(additional["duplicate.99999.Act"], "Rej");
  });
});

describe("what is no line", () => {
  it("a line of only separators is not Mimecast's", () => {
    const answer = udm("|||||");
    assert.equal(code(answer), "not_mimecast");
    assert.equal(answer.log, "|||||");
  });

  it("empty lines are passed over when they are raw, and said to be empty when a record holds one", () => {
    assert.deepEqual(batch("\n\r\n \n").map(code), ["empty_line"]);
    for (const line of ["", " \t\r\n", "\ufeff"]) {
      assert.equal(code(filter(JSON.stringify({ log: line }))), "empty_line");
    }
  });

  it("a record without a line leaves as it came", () => {
    for (const record of [
      "{}",
      '{"a":1}',
      '{"log":5}',
      '{"log":null}',
      '{"log":["Act=Rej"]}',
      '{"Log":"Act=Rej"}',
    ]) {
      const { mimecast_error: error, ...rest } = filter(record);
      assert.equal(error.code, "no_line");
      assert.deepEqual(rest, JSON.parse(record));
    }
  });

  it("message stands in for a log that cannot be the line", () => {
    assert.equal(filter('{"message":"Act=Rej","log":1}').additional.log, "1");
    assert.equal(filter('{"message":"Act=Rej","log":"Act=Acc"}').additional.message, "Act=Rej");
  });

  it("a record that is no object becomes text", () => {
    for (const record of [
      "",
      " ",
      "[]",
      '"Act=Rej"',
      "null",
      "Act=Rej",
      '{"log":"Act=Rej"',
      '{"log":"Act=Rej"}x',
      "{}{}",
    ]) {
      assert.deepEqual(
        [code(filter(record)), (filter(record) as unknown as { record: string }).record],
        ["bad_record", record],
      );
    }
  });

  it("a call without a record says how long it was", () => {
    for (const size of [0, 1, MAX_RECORD + 1, 0xffff_ffff]) {
      const answer = read(toText(mimecast.tooLarge(size, "udm", TIME).output));
      assert.deepEqual([Object.keys(answer), code(answer)], [["mimecast_error"], "record_too_large"]);
      assert.match(answer.mimecast_error.message, new RegExp(`\\b${size}\\b`));
    }
    assert.equal(code(filter('{"log":"Act=Rej"}')), undefined, "the next record is read as ever");
  });

  it("an error that came with the record is replaced", () => {
    const text = mimecast.filter(
      bytes('{"mimecast_error":1,"a":2,"mimecast_error":{"code":"x"}}'),
      "udm",
      TIME,
    );
    assert.match(text, /^\{"a":2,"mimecast_error":\{"code":"no_line",/);
    assert.equal(text.split("mimecast_error").length, 2);
  });
});

describe("members beside the line", () => {
  it("cannot be overridden by the line", () => {
    const line = `${HEAD}Subject=x|Act=Acc|hostname=forged|filename_for_malachite=delivery_1`;
    const answer = filter(
      JSON.stringify({
        hostname: "relay",
        filename_for_malachite: "/spool/av_1.siem",
        Act: "Rej",
        log: line,
      }),
    );
    assert.deepEqual(answer.security_result[0].action, ["BLOCK"]);
    assert.equal(answer.additional.hostname, "relay");
    assert.equal(answer.additional["duplicate.Act"], "Acc");
    assert.equal(answer.additional["duplicate.filename_for_malachite"], "delivery_1");
    assert.equal(answer.additional.mimecast_log_type, "av");
  });

  it("cannot be overridden by a line of JSON", () => {
    const line = JSON.stringify({ Act: "Acc", hostname: "forged", type: "delivery" });
    for (const record of [
      JSON.stringify({ hostname: "relay", Act: "Rej", type: "receipt", log: line }),
      `{"log":${line},"hostname":"relay","Act":"Rej","type":"receipt"}`,
    ]) {
      const answer = filter(record);
      assert.deepEqual(answer.security_result[0].action, ["BLOCK"]);
      assert.equal(answer.additional.hostname, "relay");
      assert.equal(answer.additional.mimecast_log_type, "receipt");
      assert.equal(duplicateKeys(answer), "Act,type,hostname");
    }
  });

  it("make no key of the line one that comes behind a stranger's", () => {
    const answer = filter('{"Subject":"s","Act":"Rej","log":"IP=192.0.2.10|Act=Acc|IP=198.51.100.1"}');
    assert.deepEqual(answer.security_result[0].action, ["BLOCK"]);
    assert.deepEqual(answer.principal?.ip, ["192.0.2.10"]);
    assert.equal(duplicateKeys(answer), "IP,Act");
  });

  it("may have any name and any value", () => {
    const record =
      '{"a b":1,"":"x","__proto__":[1, {}],"7":true,"\\u0000":null,"message":"m","log":"Act=Rej"}';
    assert.deepEqual(Object.entries(filter(record).additional), [
      ["a b", "1"],
      ["extra.1.", "x"],
      ["__proto__", "[1,{}]"],
      ["extra.2.7", "true"],
      ["message", "m"],
      ["mimecast_log_type", "receipt"],
    ]);
  });
});

describe("bytes that are no text", () => {
  it("each byte that is no UTF-8 becomes one U+FFFD", () => {
    for (const [broken, count] of [
      [[0xff, 0xfe], 2],
      [[0xe2, 0x82], 2],
      [[0xf0, 0x9f, 0x98], 3],
      [[0xed, 0xa0, 0x80], 3],
      [[0xc0, 0xaf], 2],
      [[0xf4, 0x90, 0x80, 0x80], 4],
    ] as const) {
      const line = Buffer.concat([bytes("Act=Rej|Subject=a"), Buffer.from(broken), bytes("b|Dir=Inbound")]);
      const record = Buffer.concat([bytes('{"log":"'), line, bytes('"}')]);
      for (const answer of [udm(line), filter(record)]) {
        assert.deepEqual(answer.network.email.subject, [`a${"\ufffd".repeat(count)}b`]);
        assert.equal(answer.network.direction, "INBOUND");
      }
    }
  });

  it("a lone surrogate becomes U+FFFD, a pair its character", () => {
    const subject = (escapes: string): string | undefined =>
      filter(`{"log":"Act=Rej|Subject=a${escapes}b"}`).network.email.subject[0];
    assert.equal(subject("\\ud800"), "a\ufffdb");
    assert.equal(subject("\\udc00\\ud800"), "a\ufffd\ufffdb");
    assert.equal(subject("\\ud83d\\ud83d\\ude00"), "a\ufffd😀b");
    assert.equal(subject("\\ud83d\\n"), "a\ufffd\nb");
    assert.deepEqual(udm('{"Subject":"a\\ud800","Act":"Rej"}').network.email.subject, ["a\ufffd"]);
  });

  it("a broken escape makes a record or a line of JSON none", () => {
    for (const broken of ["\\", "\\q", "\\u", "\\u12", "\\u12g4", "\\U0041", "\\x41", "\n", "\t", "\u0000"]) {
      const shown = JSON.stringify(broken);
      assert.equal(code(filter(`{"log":"Act=Rej|Subject=${broken}"}`)), "bad_record", shown);
      assert.equal(code(filter(JSON.stringify({ log: `{"Act":"${broken}"}` }))), "bad_json", shown);
    }
  });

  it("U+0000 and ANSI escapes leave as escapes", () => {
    const line = "Act=Rej|Subject=\u001b[31mred\u001b[0m\u0000\u0007\u007f|k\u0000=1|Dir=Inbound";
    for (const text of [
      mimecast.map(bytes(line), "udm", TIME),
      mimecast.filter(bytes(JSON.stringify({ log: line })), "udm", TIME),
    ]) {
      assert.ok(!text.split("").some((unit) => unit < " "));
      assert.ok(text.includes('"subject":["\\u001b[31mred\\u001b[0m\\u0000\\u0007\u007f|k\\u0000=1"]'));
      assert.equal(read(text).network.direction, "INBOUND");
    }
  });

  it("U+0000 in a name is part of it", () => {
    assert.equal(udm('{"Act":"Rej","a\\u0000b":"c\\u0000d"}').additional["a\u0000b"], "c\u0000d");
  });
});

describe("deep JSON", () => {
  /** `levels` deep: an object around arrays. */
  const deep = (levels: number): string =>
    `{"Act":"Rej","x":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;

  it("a line of 128 levels is read, one of 129 is not", () => {
    assert.equal(udm(deep(128)).additional.x, "[".repeat(127) + "]".repeat(127));
    assert.equal(code(udm(deep(129))), "deep_json");
    assert.equal(code(filter(JSON.stringify({ log: deep(128) }))), undefined);
    assert.equal(code(filter(JSON.stringify({ log: deep(129) }))), "deep_json");
  });

  it("a record of 128 levels is read, one of 129 is not", () => {
    assert.equal(code(filter(`{"log":${deep(127)}}`)), undefined);
    assert.equal(code(filter(`{"log":${deep(128)}}`)), "deep_json");
    assert.equal(code(filter(`{"log":"Act=Rej","x":${deep(127)}}`)), undefined);
    assert.equal(code(filter(`{"log":"Act=Rej","x":${deep(128)}}`)), "deep_json");
  });

  it("a SpamProcessingDetail of 128 levels is read, one of 129 is not", () => {
    const detail = (levels: number): Answer =>
      udm(
        `SpamProcessingDetail={"spf":{"allow":true},"x":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`,
      );
    assert.deepEqual(detail(128).security_result[0].detection_fields, [{ key: "spf.allow", value: "true" }]);
    assert.equal(detail(129).security_result[0].detection_fields, undefined);
  });

  it("100,000 brackets break nothing, wherever they stand", () => {
    for (const brackets of ["[".repeat(100_000), '{"a":'.repeat(100_000), "[{}".repeat(100_000)]) {
      for (const answer of [
        udm(`{"Act":${brackets}`),
        filter(`{"log":${brackets}`),
        filter(`{"x":${brackets},"log":"Act=Rej"}`),
      ]) {
        assert.match(code(answer) ?? "", /^(deep_json|bad_json|bad_record)$/);
      }
      const { additional } = udm(`SpamProcessingDetail=${brackets}`);
      assert.equal(additional.SpamProcessingDetail, brackets);
    }
  });
});

describe("several records in one", () => {
  const one = "datetime=2024-03-05T09:10:11Z|Act=Acc";
  const two = "datetime=2024-03-05T09:10:12Z|Act=Rej";
  const json = ['{"Act":"Acc","Subject":"a\\n"}', '{"Act":"Rej"}'] as const;
  const actions = (answers: Answer[]): (string | undefined)[] =>
    answers.map((answer) => answer.security_result[0].action?.[0]);

  it("raw bytes are split at each kind of line end", () => {
    for (const glue of ["\n", "\r\n", "\r", "\n\r", "\r\r\n\n"]) {
      assert.deepEqual(actions(batch(one + glue + two)), ["ALLOW", "BLOCK"], JSON.stringify(glue));
      assert.deepEqual(actions(batch(json.join(glue))), ["ALLOW", "BLOCK"], JSON.stringify(glue));
    }
    assert.deepEqual(actions(batch(`${one}|Subject=a\rb|Act=c\r`)), ["ALLOW"]);
  });

  it("a shipper's record of several goes back as it came", () => {
    const member = `{"type":"MTA","data":[${json.join(",")}]}`;
    for (const log of [
      `${one}\r${two}`,
      `${one}\n${two}`,
      `${one}\r\n${two}\r\n`,
      json.join(""),
      json.join(" \r\n"),
    ]) {
      const answer = filter(JSON.stringify({ host: "relay", log }));
      assert.deepEqual([code(answer), answer.log], ["several_records", log]);
    }
    for (const record of [JSON.stringify({ log: member }), `{"log":${member}}`]) {
      assert.equal(code(filter(record)), "several_records");
    }
  });

  it("a member is unrolled, whatever stands between its records", () => {
    const member = `{"type":"MTA","n":1,"t":null,"data":[\n${json[0]} ,\r\n\n{"Act":\n"Rej"}]}\n${one}`;
    assert.deepEqual(actions(batch(member)), ["ALLOW", "BLOCK", "ALLOW"]);
    assert.deepEqual(batch('{"type":"MTA","data":[]}'), []);
  });

  it("a member that is cut off, or holds what is no object, gives what it has and lets the rest be read", () => {
    assert.deepEqual(batch(`{"type":"MTA","data":[${json[0]},{"Act":"Re`).map(code), [undefined, "bad_json"]);
    assert.deepEqual(batch(`{"type":"MTA","data":[${json[0]},5]}\n${two}`).map(code), [
      undefined,
      "not_mimecast",
      undefined,
    ]);
  });
});

describe("time grows with the length, and no faster", () => {
  const repeated = (text: string) => (size: number) => text.repeat(Math.ceil(size / text.length));
  const numbered = (text: (index: number) => string) => (size: number) => {
    let all = "";
    for (let index = 0; all.length < size; index++) all += text(index);
    return all;
  };
  const within = (front: string, middle: (size: number) => string, back: string) => (size: number) =>
    front + middle(size) + back;

  const corners: Readonly<Record<string, (size: number) => string>> = {
    "separators before a key": within("Act=", repeated("|"), "|IP=1"),
    "separators that end nothing": within("Act=", repeated("|"), "x"),
    "unknown keys in text": within("Subject=x", repeated("|x=1"), ""),
    "unknown keys": within(
      "Act=1",
      numbered((index) => `|k${index}=1`),
      "",
    ),
    "one unknown key": within("Act=1", repeated("|k=1"), ""),
    "names that miss their =": within("Act=1", repeated(`|${"k".repeat(64)}`), ""),
    "duplicates before text": repeated("Act=Acc|"),
    "duplicates behind text": within("Subject=x|", repeated("Act=Acc|IP=1|"), ""),
    "unknown members": within(
      '{"Act":"1"',
      numbered((index) => `,"k${index}":1`),
      "}",
    ),
    "members of 256 names": within(
      '{"Act":"1"',
      numbered((index) => `,"k${index % 256}":1`),
      "}",
    ),
    "absent members": within('{"Act":"1"', repeated(',"IP":null'), "}"),
    "a member's head": within(
      "{",
      numbered((index) => `"k${index}":1,`),
      '"data":[]}',
    ),
    "members in members": repeated('{"data":['),
    "members in members, a line each": repeated('{"data":[{"a":1,\n'),
    "members that end in text": repeated('{"a":1,"data":[{}x\n'),
    "empty records of a member": within('{"data":[', repeated("{},"), "{}]}"),
    "strings without end": repeated('{"a":"\n'),
    "nulls and escapes": within("Subject=", repeated("\u0000\\"), ""),
    quotes: within("AttNames=", repeated('"'), ""),
    "attachment names": within("AttNames=", repeated('"a",'), ""),
    "recipients of nobody": within("Rcpt=", repeated('<,"@",'), ""),
    "recipients with a name": within("Rcpt=", repeated("<a@b> <c@d>,"), ""),
    "spam details of one name": within('SpamProcessingDetail={"a":1', repeated(',"spf":{"allow":1}'), "}"),
    "JSON in JSON": within('SpamProcessingDetail="', repeated('\\"'), '"'),
    "carriage returns": repeated("\r"),
    "carriage returns that end nothing": within("Act=1", repeated("\rx"), ""),
    "carriage returns that end records": repeated("datetime=1\r"),
    "carriage returns that end objects": repeated('{"Act":1}\r'),
    "half of what a carriage return needs": within("Act=1", repeated("\rdatetime"), ""),
    spaces: within("Recipient=", repeated(" \t"), "a@b"),
    "white space in JSON": within('{"Act":1,"x":[', repeated(" \n"), "]}"),
    "byte order marks": repeated("\ufeff"),
    "digits of a time": within("datetime=", repeated("1"), ""),
    "colons of an address": within("IP=", repeated("1:"), ""),
    "slashes of a file name": within('{"Act":1,"filename_for_malachite":"', repeated("/"), '"}'),
  };

  for (const [name, corner] of Object.entries(corners)) {
    for (const door of ["raw", "record"] as const) {
      it(`${name}, ${door}`, () => {
        const time = (size: number): number => {
          const text = corner(size);
          const input = bytes(door === "raw" ? text : JSON.stringify({ log: text }));
          return duration(() =>
            door === "raw" ? mimecast.batch(input, "udm", TIME) : mimecast.filter(input, "udm", TIME),
          );
        };
        const [short, long] = [time(30_000), time(300_000)];
        assert.ok(long < 40 * Math.max(short, 1), `30 KB: ${short} ms, 300 KB: ${long} ms`);
        const longest = time(3_000_000);
        assert.ok(longest < 50 * Math.max(long, 1), `300 KB: ${long} ms, 3 MB: ${longest} ms`);
      });
    }
  }
});

describe("what was seen above", () => {
  after(() => recordEvents(events));

  it("fits the schema", () => {
    assert.ok(events.size > 0);
    for (const event of events) assert.deepEqual(validateEvent(JSON.parse(event)), []);
  });
});
