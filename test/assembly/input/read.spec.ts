import {
  BAD_JSON,
  DEEP_JSON,
  EMPTY_LINE,
  NOT_MIMECAST,
  READ,
  SEVERAL_RECORDS,
  wasJson,
} from "../../../assembly/input/read";
import { decoded, read } from "../decoded";
import { misjudged } from "../support";

function isEmpty(line: string): bool {
  return read(line) == EMPTY_LINE;
}

function isStrange(line: string): bool {
  return read(line) == NOT_MIMECAST;
}

function isSeveral(line: string): bool {
  return read(line) == SEVERAL_RECORDS;
}

describe("a line", () => {
  it("is key=value unless it starts with a brace", () => {
    expect(read("Act=Acc")).toBe(READ);
    expect(wasJson()).toBe(false);
    expect(decoded()).toBe("Act=Acc");
    expect(read('{"Act":"Acc"}')).toBe(READ);
    expect(wasJson()).toBe(true);
    expect(decoded()).toBe("Act=Acc");
    expect(read('x{"Act":"Acc"}|acc=C')).toBe(READ);
    expect(wasJson()).toBe(false);
  });

  it("may have one U+FEFF, then spaces, tabs and line ends in front", () => {
    expect(read("\ufeffAct=Acc")).toBe(READ);
    expect(decoded()).toBe("Act=Acc");
    expect(read("\ufeff \t\r\nAct=Acc")).toBe(READ);
    expect(decoded()).toBe("Act=Acc");
    expect(read(' \n \ufeff{"Act":"Acc"}')).toBe(NOT_MIMECAST);
    expect(read('\ufeff {"Act":"Acc"}')).toBe(READ);
    expect(wasJson()).toBe(true);
    expect(read("\ufeff\ufeffx|Act=Acc")).toBe(READ);
    expect(decoded()).toBe("Act=Acc\nunparsed=\ufeffx");
  });

  it("may have line ends at its end, and keeps spaces there", () => {
    expect(read("Act=Acc\r\n")).toBe(READ);
    expect(decoded()).toBe("Act=Acc");
    expect(read("Act=Acc|\n\r\n")).toBe(READ);
    expect(decoded()).toBe("Act=Acc");
    expect(read("Act=Acc \n")).toBe(READ);
    expect(decoded()).toBe("Act=Acc ");
  });

  it("is empty with nothing but that in it", () => {
    expect(misjudged(["", " ", "\t\t", "\n", "\r\n", "\ufeff", "\ufeff \n", "   \r"], true, isEmpty)).toBe(
      "",
    );
  });

  it("is not empty with anything else", () => {
    expect(misjudged(["x", "|", "=", "\0", "\u00a0", "\ufeff\ufeff", "null"], false, isEmpty)).toBe("");
  });

  it("is not Mimecast's without a known key", () => {
    expect(
      misjudged(
        ["x", "|", "foo=bar", "act=Acc", "{}", '{"foo":1}', "<13>Oct 11 host sshd: hi"],
        true,
        isStrange,
      ),
    ).toBe("");
  });

  it("is Mimecast's with one, even if it has no value", () => {
    expect(misjudged(["Act=", "foo=bar|Act=Acc", '{"Act":null}', "x|datetime=<>"], false, isStrange)).toBe(
      "",
    );
  });

  it("is bad or deep JSON where it starts with a brace and is no object", () => {
    expect(read('{"Act":"Acc"')).toBe(BAD_JSON);
    expect(read("{Act=Acc|acc=C")).toBe(BAD_JSON);
    expect(read(`{"a":${"[".repeat(200)}`)).toBe(DEEP_JSON);
  });
});

describe("several records in a line", () => {
  it("are told by a line end that `datetime=` follows", () => {
    expect(
      misjudged(
        ["Act=Acc\ndatetime=1", "Act=Acc\rdatetime=1", "x\r\ndatetime=", "x\n\ndatetime="],
        true,
        isSeveral,
      ),
    ).toBe("");
  });

  it("are told wherever the second one starts", () => {
    const wrong: string[] = [];
    for (let length = 1; length <= 40; length++) {
      const line = "x".repeat(length);
      if (!isSeveral(`${line}\ndatetime=1`)) wrong.push(`LF behind ${length}`);
      if (!isSeveral(`${line}\n\r\ry\ny\rdatetime=1`)) wrong.push(`CR behind ${length}`);
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("are none where something else follows, or no line end stands before", () => {
    const lines = [
      "Act=Acc\nacc=C",
      "Act=Acc|datetime=1",
      "Act=Acc\n datetime=1",
      "Act=Acc\ndatetime",
      "\ndatetime=1",
    ];
    expect(misjudged(lines, false, isSeveral)).toBe("");
  });

  it("are told in JSON, even if it is bad, by a line end that `datetime=` follows", () => {
    const lines = [
      '{"Act":"Acc"}\ndatetime=1',
      '{"Act":"Acc\ndatetime=1',
      "{\rdatetime=",
      '{"Act":"Acc"} x\ndatetime=1',
    ];
    expect(misjudged(lines, true, isSeveral)).toBe("");
  });

  it("are told in JSON by a second object or a member", () => {
    expect(misjudged(['{"Act":"Acc"}\n{"Act":"Acc"}', '{"type":"MTA","data":[{}]}'], true, isSeveral)).toBe(
      "",
    );
  });
});
