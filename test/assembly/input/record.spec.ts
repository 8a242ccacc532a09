import { knownKeysSeen } from "../../../assembly/input/line";
import { readLine } from "../../../assembly/input/read";
import {
  BAD_RECORD,
  DEEP_RECORD,
  FOUND,
  lineStart,
  lineStop,
  NO_LINE,
  readRecord,
} from "../../../assembly/input/record";
import { beginFresh, decoded } from "../decoded";
import { misanswered, misjudged, place, placedEnd, textOf } from "../support";

function readText(record: string): u32 {
  const from = place(record, "}");
  const end = placedEnd();
  beginFresh();
  return readRecord(from, end);
}

/** The line of the record, or what is wrong with it. */
function lineOf(record: string): string {
  const result = readText(record);
  if (result == FOUND) return textOf(lineStart(), lineStop());
  return result == NO_LINE
    ? "no line"
    : result == BAD_RECORD
      ? "bad"
      : result == DEEP_RECORD
        ? "deep"
        : "no room";
}

/** What the record decodes to without its line. */
function siblingsOf(record: string): string {
  readText(record);
  return decoded();
}

/** What the record and its line decode to. */
function allOf(record: string): string {
  if (readText(record) != FOUND) return "none";
  readLine(lineStart(), lineStop());
  return decoded();
}

function isBad(record: string): bool {
  return readText(record) == BAD_RECORD;
}

describe("the line of a record", () => {
  it("is the text under `log`", () => {
    const rows: string[][] = [
      ['{"log":"Act=Acc"}', "Act=Acc"],
      ['{"log":""}', ""],
      [' { "log" : "Act=Acc" } ', "Act=Acc"],
      ['{"l\\u006fg":"Act=Acc"}', "Act=Acc"],
      ['{"log":"Act=Acc"}\n', "Act=Acc"],
      ['{"a":1,"log":"Act=Acc"}', "Act=Acc"],
      ['{"log":"Act=Acc","a":{"log":"x"}}', "Act=Acc"],
    ];
    expect(misanswered(rows, lineOf)).toBe("");
  });

  it("is the text under `message` where there is no `log`", () => {
    const rows: string[][] = [
      ['{"message":"Act=Acc"}', "Act=Acc"],
      ['{"message":"m","log":"l"}', "l"],
      ['{"log":"l","message":"m"}', "l"],
      ['{"Log":"x","message":"m"}', "m"],
    ];
    expect(misanswered(rows, lineOf)).toBe("");
  });

  it("is the first one where there are several, and the others are keys beside it", () => {
    expect(lineOf('{"log":"a","log":"b"}')).toBe("a");
    expect(siblingsOf('{"log":"a","log":"b"}')).toBe("?log=b");
    expect(lineOf('{"message":"a","message":"b"}')).toBe("a");
    expect(siblingsOf('{"message":"a","message":"b"}')).toBe("?message=b");
  });

  it("may be an object, whose compact text it is", () => {
    const rows: string[][] = [
      ['{"log":{ "Act" : "A c" , "n" : [ 1 , 2 ] }}', '{"Act":"A c","n":[1,2]}'],
      ['{"message":{"a":"\\u20ac"},"b":1}', '{"a":"\\u20ac"}'],
      ['{"log":{}}', "{}"],
    ];
    expect(misanswered(rows, lineOf)).toBe("");
  });

  it("has its escapes resolved", () => {
    const rows: string[][] = [
      ['{"log":"a\\"b\\\\c\\/d\\te\\u20ac\\ud83d\\ude00"}', 'a"b\\c/d\te€😀'],
      ['{"a":1,"log":"a\\"b\\\\c\\/d\\te\\u20ac\\ud83d\\ude00"}', 'a"b\\c/d\te€😀'],
      ['{"log":"\\ud83d x \\ude00"}', "\ufffd x \ufffd"],
      ['{"log":"\\u0000"}', "\0"],
    ];
    expect(misanswered(rows, lineOf)).toBe("");
  });

  it("may have every length", () => {
    for (let length = 0; length <= 40; length++) {
      const line = "x".repeat(length);
      expect(lineOf(`{"log":"${line}"}`)).toBe(line);
      expect(lineOf(`{"log":"${line}","a":"b"}`)).toBe(line);
    }
  });

  it("is missing where neither is there, or is neither text nor object", () => {
    const rows: string[][] = [
      ["{}", "no line"],
      ['{"a":"b"}', "no line"],
      ['{"LOG":"x","logs":"x","lo":"x"}', "no line"],
      ['{"a":{"log":"x"}}', "no line"],
      ['{"log":1}', "no line"],
      ['{"log":null}', "no line"],
      ['{"log":true}', "no line"],
      ['{"log":["x"]}', "no line"],
      ['{"message":1}', "no line"],
    ];
    expect(misanswered(rows, lineOf)).toBe("");
  });
});

describe("keys beside the line", () => {
  it("are read as keys of the line, before it", () => {
    expect(allOf('{"log":"Act=Rej|acc=C","Act":"Acc"}')).toBe("acc=C\nAct=Acc\nduplicate.Act=Rej");
    expect(allOf('{"Act":"Acc","log":{"Act":"Rej","acc":"C"}}')).toBe("acc=C\nAct=Acc\nduplicate.Act=Rej");
  });

  it("may have any value", () => {
    expect(
      siblingsOf('{"filename_for_malachite":"a\\/b","log":"x","n":1.5,"o":{ "p" : [ true ] },"q":false}'),
    ).toBe('filename_for_malachite=a/b\n?n=1.5\n?o={"p":[true]}\n?q=false');
  });

  it("may be absent", () => {
    expect(siblingsOf('{"Act":null,"acc":"","foo":null,"log":"x"}')).toBe("");
  });

  it("have their names' escapes resolved", () => {
    expect(siblingsOf('{"\\u0041ct":"Acc","f\\"o":"1","log":"x"}')).toBe('Act=Acc\n?f"o=1');
  });

  it("do not make a line Mimecast's", () => {
    readText('{"Act":"Acc","log":"x"}');
    expect(knownKeysSeen()).toBe(0);
  });

  it("may be `message`, which then is a key like others", () => {
    expect(siblingsOf('{"message":"m","log":"l"}')).toBe("?message=m");
  });

  it("are read even where there is no line", () => {
    expect(siblingsOf('{"Act":"Acc"}')).toBe("Act=Acc");
  });
});

describe("a record that is no JSON object", () => {
  it("is bad", () => {
    const texts = ["", " ", "x", "log", "null", "1", '"log"', "[]", '[{"log":"x"}]', "Act=Acc"];
    expect(misjudged(texts, true, isBad)).toBe("");
  });

  it("is bad where it is cut off, at every place", () => {
    const records = ['{"log":"Act=Acc\\n"}', '{ "a" : [1,{"b":null}], "log":"Act=\\u20acAcc" ,"c":-1.5}'];
    for (let i = 0; i < records.length; i++) {
      const from = place(records[i]);
      const end = placedEnd();
      for (let at = from; at < end; at++) {
        beginFresh();
        if (readRecord(from, at) != BAD_RECORD) expect(textOf(from, at)).toBe("", "was read");
      }
      beginFresh();
      expect(readRecord(from, end)).toBe(FOUND);
    }
  });

  it("is bad where something stands behind it", () => {
    expect(
      misjudged(
        ['{"log":"x"}x', '{"log":"x"}{}', '{"log":"x"},', '{"log":"x"}}', '{"log":"x"}\0'],
        true,
        isBad,
      ),
    ).toBe("");
  });

  it("is bad where its grammar is broken", () => {
    expect(
      misjudged(['{"log":"\\x"}', '{"log":"a\nb"}', '{"log":"x",}', '{"log":x}', '{log:"x"}'], true, isBad),
    ).toBe("");
  });

  it("is deep beyond 128 levels, its own object among them", () => {
    expect(lineOf(`{"a":${"[".repeat(127)}${"]".repeat(127)},"log":"x"}`)).toBe("x");
    expect(lineOf(`{"a":${"[".repeat(128)}${"]".repeat(128)},"log":"x"}`)).toBe("deep");
  });
});
