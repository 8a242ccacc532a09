import { lookUp } from "../../../assembly/fields/field";
import { BAD_JSON, DEEP_JSON, READ, readJsonLine, SEVERAL_RECORDS } from "../../../assembly/input/json-line";
import { beginFresh, decoded, duplicates } from "../decoded";
import { misanswered, misjudged, place, placedEnd } from "../support";

function readObject(line: string): u32 {
  const from = place(line, "}");
  const end = placedEnd();
  beginFresh();
  return readJsonLine(from, end);
}

/** The line as decoded, or what is wrong with it. */
function fieldsOf(line: string): string {
  const result = readObject(line);
  if (result == READ) return decoded();
  return result == BAD_JSON ? "bad" : result == DEEP_JSON ? "deep" : "several";
}

function isBad(line: string): bool {
  return readObject(line) == BAD_JSON;
}

function isSeveral(line: string): bool {
  return readObject(line) == SEVERAL_RECORDS;
}

describe("a JSON line", () => {
  it("gives each member to the field of its name", () => {
    expect(fieldsOf('{"Act":"Acc","acc":"C1","subject":"Hello"}')).toBe("acc=C1\nAct=Acc\nsubject=Hello");
  });

  it("may be empty", () => {
    expect(fieldsOf("{}")).toBe("");
    expect(fieldsOf("{ }  ")).toBe("");
  });

  it("may have white space anywhere outside of strings", () => {
    expect(fieldsOf('{ "Act"\t:\r\n"Acc" , "acc" : "C1" } \n')).toBe("acc=C1\nAct=Acc");
  });

  it("decodes strings", () => {
    expect(fieldsOf('{"Subject":"\\"a\\"\\n\\u20ac\\ud83d\\ude00"}')).toBe('Subject="a"\n€😀');
  });

  it("decodes names", () => {
    expect(fieldsOf('{"\\u0041ct":"Acc","\\"":"x"}')).toBe('Act=Acc\n?"=x');
  });

  it("keeps numbers, true and false as their text", () => {
    expect(fieldsOf('{"MsgSize":1.50e+3,"Delivered":true,"taggedExternal":false}')).toBe(
      "MsgSize=1.50e+3\nDelivered=true\ntaggedExternal=false",
    );
  });

  it("keeps objects and arrays as their text without white space", () => {
    expect(fieldsOf('{"attachments":[ "a b" , { "c" : 1 } ],"scanResults":{ "d" : [ ] }}')).toBe(
      'attachments=["a b",{"c":1}]\nscanResults={"d":[]}',
    );
  });

  it("does not see what is absent", () => {
    expect(fieldsOf('{"Act":null,"acc":"","Hld":"<>","foo":null,"bar":""}')).toBe("");
  });

  it("keeps a key that the dictionary lacks, its case too", () => {
    expect(fieldsOf('{"act":"x","ACC":1,"a b":[1]}')).toBe("?act=x\n?ACC=1\n?a b=[1]");
  });

  it("keeps a value that looks like key=value", () => {
    expect(fieldsOf('{"Subject":"x|Act=Rej|"}')).toBe("Subject=x|Act=Rej|");
  });
});

describe("members of one field", () => {
  it("leave the first value that is not absent", () => {
    expect(fieldsOf('{"Act":"Acc","Act":"Rej"}')).toBe("Act=Acc\nduplicate.Act=Rej");
    expect(fieldsOf('{"Act":null,"Act":"Rej"}')).toBe("Act=Rej");
  });

  it("count under each of its names, and lose under the name that came", () => {
    expect(fieldsOf('{"senderEnvelope":"a@b","Sender":"c@d","sender":"e@f"}')).toBe(
      "senderEnvelope=a@b\nduplicate.Sender=c@d\nduplicate.sender=e@f",
    );
    expect(duplicates()).toBe("Sender");
  });

  it("leave the first value even behind what strangers write", () => {
    expect(fieldsOf('{"Subject":"x","Act":"Acc","Act":"Rej"}')).toBe("Act=Acc\nSubject=x\nduplicate.Act=Rej");
  });

  it("are no duplicates where all but one are absent", () => {
    fieldsOf('{"Act":"Acc","Act":null,"Act":""}');
    expect(duplicates()).toBe("");
  });

  it("may be of an unknown key", () => {
    expect(fieldsOf('{"foo":null,"foo":"1","foo":"2","foo":"","foo":3}')).toBe(
      "?foo=1\nduplicate.foo=2\nduplicate.foo=3",
    );
    expect(duplicates()).toBe("foo");
  });
});

describe("a name that the event uses itself", () => {
  it("is numbered", () => {
    expect(
      fieldsOf('{"":"a","1st":"b","duplicate.x":"c","extra.1.y":"d","unparsed":"e","mimecast_log_type":"f"}'),
    ).toBe(
      "extra.1.=a\nextra.2.1st=b\nextra.3.duplicate.x=c\nextra.4.extra.1.y=d\nextra.5.unparsed=e\nextra.6.mimecast_log_type=f",
    );
  });

  it("is no duplicate of anything", () => {
    expect(fieldsOf('{"":"a","":"b"}')).toBe("extra.1.=a\nextra.2.=b");
    expect(duplicates()).toBe("");
  });

  it("is a name like others if it only resembles one", () => {
    expect(fieldsOf('{"duplicate":"a","extra":"b","unparsed2":"c","Unparsed":"d","mimecast_log":"e"}')).toBe(
      "?duplicate=a\n?extra=b\n?unparsed2=c\n?Unparsed=d\n?mimecast_log=e",
    );
  });
});

describe("unknown keys", () => {
  it("keep their names up to the 256th", () => {
    const members: string[] = [];
    for (let i = 0; i < 258; i++) members.push(`"k${i}":${i}`);
    const keys = fieldsOf(`{${members.join(",")}}`).split("\n");
    expect(keys.length).toBe(258);
    expect(keys[0]).toBe("?k0=0");
    expect(keys[255]).toBe("?k255=255");
    expect(keys[256]).toBe("extra.1.k256=256");
    expect(keys[257]).toBe("extra.2.k257=257");
  });

  it("are known again behind the 256th", () => {
    const members: string[] = [];
    for (let i = 0; i < 256; i++) members.push(`"k${i}":${i}`);
    const keys = fieldsOf(`{${members.join(",")},"other":1,"k7":"again"}`).split("\n");
    expect(keys[256]).toBe("extra.1.other=1");
    expect(keys[257]).toBe("duplicate.k7=again");
  });
});

describe("a line that is no JSON object", () => {
  it("is bad where it is cut off, at every place", () => {
    const whole = '{"Act":"Acc", "n":[1,{"a":null}],"b":true ,"c":-1.5}';
    const from = place(whole);
    const end = placedEnd();
    for (let at = from + 1; at < end; at++) {
      beginFresh();
      if (readJsonLine(from, at) != BAD_JSON) expect(at - from).toBe(0, "bytes were read");
    }
    beginFresh();
    expect(readJsonLine(from, end)).toBe(READ);
  });

  it("is bad where its grammar is broken", () => {
    const commas = ["{,}", '{"a":1,}', '{"a":1 "b":2}', '{"a":1,,"b":2}'];
    const keys = ['{"a"}', '{"a":}', "{a:1}", "{'a':1}", '{"a" "b"}', "{1:2}", '{"a\n":1}'];
    const values = ['{"a":x}', '{"a":01}', '{"a":"\\x"}', '{"a":[}', '{"a":[1]', '{"a":{"b"}}'];
    expect(misjudged(commas, true, isBad)).toBe("");
    expect(misjudged(keys, true, isBad)).toBe("");
    expect(misjudged(values, true, isBad)).toBe("");
  });

  it("is bad where text stands behind it", () => {
    expect(misjudged(["{} x", "{}]", "{},", "{}}", '{"Act":"Acc"} datetime', "{}[]"], true, isBad)).toBe("");
  });

  it("is deep beyond 128 levels, the line's own object among them", () => {
    expect(fieldsOf(`{"a":${"[".repeat(127)}${"]".repeat(127)}}`)).toBe(
      `?a=${"[".repeat(127)}${"]".repeat(127)}`,
    );
    expect(fieldsOf(`{"a":${"[".repeat(128)}${"]".repeat(128)}}`)).toBe("deep");
  });
});

describe("several records in one line", () => {
  it("stand under a name that no field has", () => {
    expect(lookUp(place("data"), 4) === null).toBe(true);
  });

  it("are told by a further object", () => {
    expect(misjudged(['{"Act":"Acc"}{"Act":"Rej"}', "{} {", "{}\n{}", "{}\r{}"], true, isSeveral)).toBe("");
  });

  it("are told by a key=value record behind the object", () => {
    expect(misjudged(["{}datetime=", "{} \r\ndatetime=2021"], true, isSeveral)).toBe("");
  });

  it("are told by a member of API 1.0", () => {
    const rows: string[][] = [
      ['{"type":"MTA","data":[{"Act":"Acc"}]}', "several"],
      ['{"data":[]}', "several"],
      ['{"a":1,"b":true,"c":null,"data":[]}', "several"],
    ];
    expect(misanswered(rows, fieldsOf)).toBe("");
  });

  it("are none where `data` is no array, or comes behind an object or array", () => {
    expect(
      misjudged(['{"data":{"a":1}}', '{"data":"[]"}', '{"Data":[]}', '{"data2":[1]}'], false, isSeveral),
    ).toBe("");
    expect(misjudged(['{"a":{},"data":[{}]}', '{"a":[],"data":[{}]}'], false, isSeveral)).toBe("");
  });

  it("are none where the member is broken", () => {
    expect(misjudged(['{"type":"MTA","data":[{"Act":"Acc"}', '{"data":[', '{"data":[x]}'], true, isBad)).toBe(
      "",
    );
  });
});
