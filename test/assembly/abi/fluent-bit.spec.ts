import { mimecast_fields, mimecast_udm } from "../../../assembly/abi/fluent-bit";
import { free, MAX_RECORD, malloc } from "../../../assembly/abi/memory";
import { member, part } from "../events";
import { give, isObject, misanswered, placedEnd, textAt } from "../support";

/** Calls the function as filter_wasm does: the tag and the record with their NULs in blocks, freed after the answer. */
function answerTo(record: string, fields: bool): string {
  const tag = give("mimecast");
  const tagLength = <u32>(placedEnd() - tag);
  const at = give(record);
  const length = <u32>(placedEnd() - at);
  const answer = fields
    ? mimecast_fields(tag, tagLength, 1622044061, 5000000, at, length)
    : mimecast_udm(tag, tagLength, 1622044061, 5000000, at, length);
  const text = textAt(answer);
  assert(isObject(answer, answer + String.UTF8.byteLength(text)), `no JSON object: ${text}`);
  free(tag);
  free(at);
  return text;
}

function udmOf(record: string): string {
  return answerTo(record, false);
}

function fieldsOf(record: string): string {
  return answerTo(record, true);
}

/** The error's code of an answer, or nothing. */
function codeOf(record: string): string {
  return part(udmOf(record), "mimecast_error.code").split('"').join("");
}

/** What an answer holds before the error. */
function keptOf(record: string): string {
  const text = udmOf(record);
  return text.slice(0, text.lastIndexOf('"mimecast_error":{"code":"'));
}

describe("a record", () => {
  it("becomes an event", () => {
    const event = udmOf('{"log":"datetime=2021-05-26T16:47:41+0100|Act=Acc"}');
    expect(part(event, "metadata.event_timestamp")).toBe('"2021-05-26T16:47:41+01:00"');
    expect(part(event, "security_result.0.action")).toBe('["ALLOW"]');
  });

  it("lends its time to a line without one", () => {
    expect(part(udmOf('{"log":"Act=Acc"}'), "metadata.event_timestamp")).toBe('"2021-05-26T15:47:41.005Z"');
  });

  it("becomes the decoded line", () => {
    expect(fieldsOf('{"log":"subject=x|foo=1"}')).toBe('{"mimecast":{"Subject":"x|foo=1"}}');
  });

  it("brings the keys beside its line", () => {
    expect(fieldsOf('{"filename_for_malachite":"/a/delivery_1","log":"Act=Acc","host":{"a":1}}')).toBe(
      '{"mimecast":{"Act":"Acc","filename_for_malachite":"/a/delivery_1","host":"{\\"a\\":1}"}}',
    );
  });

  it("may be as it comes with `json.escape_unicode` on or off", () => {
    expect(fieldsOf('{"log":"Subject=\\u00e9\\ud83d\\ude00"}')).toBe('{"mimecast":{"Subject":"é😀"}}');
    expect(fieldsOf('{"log":"Subject=é😀"}')).toBe('{"mimecast":{"Subject":"é😀"}}');
  });

  it("has each invalid byte repaired", () => {
    const tag = give("t");
    const record = give('{"log":"Subject=abcd"}');
    store<u8>(record + 17, 0xff);
    store<u16>(record + 18, 0x82e2);
    const answer = mimecast_fields(tag, 1, 0, 0, record, 22);
    expect(textAt(answer)).toBe('{"mimecast":{"Subject":"a\ufffd\ufffd\ufffd"}}');
    free(tag);
    free(record);
  });

  it("may hold \\u0000, and the answer has one NUL, at its end", () => {
    expect(fieldsOf('{"log":"Subject=a\\u0000b"}')).toBe('{"mimecast":{"Subject":"a\\u0000b"}}');
  });

  it("ends at its length, not at its NUL", () => {
    const tag = give("t");
    const record = give('{"log":"Act=Acc"} and more');
    const answer = mimecast_fields(tag, 1, 0, 0, record, 17);
    expect(textAt(answer)).toBe('{"mimecast":{"Act":"Acc"}}');
    free(tag);
    free(record);
  });

  it("leaves nothing behind for the next one", () => {
    fieldsOf('{"log":"Act=Acc|foo=1|foo=2","Hld":"Spm"}');
    expect(fieldsOf('{"log":"acc=C"}')).toBe('{"mimecast":{"acc":"C"}}');
  });
});

describe("a record that cannot be mapped", () => {
  it("has the code of the documentation", () => {
    const rows: string[][] = [
      ["", "bad_record"],
      ["[]", "bad_record"],
      ['{"log":"x"', "bad_record"],
      ["{}", "no_line"],
      ['{"log":1}', "no_line"],
      ['{"log":""}', "empty_line"],
      ['{"log":"{"}', "bad_json"],
      ['{"log":{"foo":1}}', "not_mimecast"],
      ['{"log":"hello","Act":"Acc"}', "not_mimecast"],
      ['{"log":"Act=Acc\\ndatetime=1"}', "several_records"],
      ['{"log":"{\\"Act\\":\\"Acc\\"}{}"}', "several_records"],
      [`{"a":${"[".repeat(200)}`, "deep_json"],
      [`{"log":"{\\"a\\":${"[".repeat(200)}"}`, "deep_json"],
    ];
    expect(misanswered(rows, codeOf)).toBe("");
  });

  it("has the same error from both functions", () => {
    const records = ["", "{}", '{"log":"hello"}', '{"log":""}'];
    for (let i = 0; i < records.length; i++) expect(fieldsOf(records[i])).toBe(udmOf(records[i]));
  });

  it("leaves as it came, with the error at its end", () => {
    const answer = udmOf('{"log":"hello","a":1}');
    expect(
      answer.startsWith('{"log":"hello","a":1,"mimecast_error":{"code":"not_mimecast","message":"'),
    ).toBe(true);
    expect(answer.endsWith('"}}')).toBe(true);
  });

  it("keeps every member and its order, but for white space and the form of escapes", () => {
    const rows: string[][] = [
      ["{}", "{"],
      ['{"log":"x"}', '{"log":"x",'],
      [' { "b" : [ 1 , "c d" ] , "log" : "x" } ', '{"b":[1,"c d"],"log":"x",'],
      [
        '{"log":"\\u0041\\/\\u00e9\\ud83d\\ude00\\u001f\\u000a","é":-1.5e3}',
        '{"log":"A/é😀\\u001f\\n","é":-1.5e3,',
      ],
      ['{"a":{"b":null,"c":[true,false,{}]},"log":""}', '{"a":{"b":null,"c":[true,false,{}]},"log":"",'],
      ['{"a":1,"a":2,"log":"x"}', '{"a":1,"a":2,"log":"x",'],
      ['{"\\"":"\\\\","":""}', '{"\\"":"\\\\","":"",'],
    ];
    expect(misanswered(rows, keptOf)).toBe("");
  });

  it("has an earlier error replaced, wherever it stood", () => {
    const rows: string[][] = [
      ['{"mimecast_error":{"code":"old"},"log":"x"}', '{"log":"x",'],
      ['{"log":"x","mimecast_error":"old"}', '{"log":"x",'],
      ['{"a":1,"mimecast_error":[1,{"b":2}],"log":"x","mimecast_error":null}', '{"a":1,"log":"x",'],
      ['{"mimecast_error":1}', "{"],
      // Its name in escapes: it was kept, and the answer had two members of that name.
      ['{"log":"x","\\u006dimecast\\u005ferror":1}', '{"log":"x",'],
      ['{"mimecast_errors":1,"a":{"mimecast_error":2}}', '{"mimecast_errors":1,"a":{"mimecast_error":2},'],
    ];
    expect(misanswered(rows, keptOf)).toBe("");
  });

  it("stands under `record` where it is no object", () => {
    const rows: string[][] = [
      ["", '{"record":"",'],
      ["hello", '{"record":"hello",'],
      ['{"log":"x', '{"record":"{\\"log\\":\\"x",'],
      ['["\n"]', '{"record":"[\\"\\n\\"]",'],
    ];
    expect(misanswered(rows, keptOf)).toBe("");
  });

  it("may be long", () => {
    const long = "x\\n".repeat(50000);
    expect(keptOf(`{"log":"${long}"}`) == `{"log":"${long}",`).toBe(true);
    expect(keptOf("\x01".repeat(50000)) == `{"record":"${"\\u0001".repeat(50000)}",`).toBe(true);
  });
});

/** The error's message for a record of 40 million bytes with this tag; 0 for one that was lost. */
function lossOf(tag: usize, tagLength: u32): string {
  const answer = textAt(mimecast_udm(tag, tagLength, 0, 0, 0, 40000000));
  expect(part(answer, "mimecast_error.code")).toBe('"record_too_large"');
  expect(member(answer, "mimecast_error").length + 19).toBe(
    answer.length,
    "nothing else stands in the answer",
  );
  free(tag);
  return part(answer, "mimecast_error.message");
}

describe("a record that the host could not hand over", () => {
  it("is told by its size, the limit and its tag", () => {
    expect(malloc(MAX_RECORD + 2) == 0).toBe(true);
    const tag = give('a"é.b');
    const message = lossOf(tag, 6);
    expect(message.includes("40000000 bytes")).toBe(true);
    expect(message.includes("33554432")).toBe(true);
    expect(message.includes('a\\"é.b')).toBe(true);
  });

  it("is told even if the tag was lost too", () => {
    expect(lossOf(0, 8).includes("40000000 bytes")).toBe(true);
  });

  it("is told even if the tag is no valid UTF-8", () => {
    const tag = give("abc");
    store<u8>(tag, 0xff, 1);
    expect(lossOf(tag, 3).includes("a\ufffdc")).toBe(true);
  });

  it("is told by both functions", () => {
    const answer = textAt(mimecast_fields(0, 0, 0, 0, 0, 40000000));
    expect(part(answer, "mimecast_error.code")).toBe('"record_too_large"');
  });
});

describe("the longest record", () => {
  it("becomes an event or an error, with the filter's own limits", () => {
    const tag = give("t");
    const record = malloc(MAX_RECORD + 1);
    memory.fill(record, 0x78, MAX_RECORD);
    memory.copy(record, changetype<usize>(String.UTF8.encode('{"log":"Act=Acc|Subject=')), 24);
    store<u16>(record + MAX_RECORD - 2, 0x7d22);
    const answer = mimecast_udm(tag, 1, 0, 0, record, <u32>MAX_RECORD);
    let end = answer;
    while (load<u8>(end) != 0) end++;
    expect(isObject(answer, end)).toBe(true);
    expect(end - answer).toBeGreaterThan(MAX_RECORD);
    free(tag);
    free(record);
  });
});
