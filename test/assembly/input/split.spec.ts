import {
  beginSplit,
  behindRecord,
  NOTHING,
  nextRecord,
  RECORD,
  recordStart,
  recordStop,
  splitState,
} from "../../../assembly/input/split";
import { misanswered, place, placedEnd, textOf } from "../support";

/**
 * Splits `[from, end)` as a host does: chunks of which the first is `first` bytes long and the others `step`; what a chunk
 * leaves over is given again with the next. The bytes of later chunks do stand behind each, where they must not matter.
 * Records are joined by ¶.
 */
function splitChunks(from: usize, end: usize, first: usize, step: usize): string {
  const records: string[] = [];
  let at = from;
  let chunkEnd = from + first;
  let state: u32 = 0;
  while (true) {
    const last = chunkEnd >= end;
    const stop = last ? end : chunkEnd;
    beginSplit(state);
    let found = nextRecord(at, stop, last);
    while (found == RECORD) {
      records.push(textOf(recordStart(), recordStop()));
      at = behindRecord();
      found = nextRecord(at, stop, last);
    }
    at = behindRecord();
    state = splitState();
    if (!last) {
      chunkEnd += step;
      continue;
    }
    if (found != NOTHING || at != end) records.push("and something was left over");
    return records.join("¶");
  }
}

function split(text: string): string {
  const from = place(text, "\n");
  const end = placedEnd();
  return splitChunks(from, end, end - from, 1);
}

describe("lines", () => {
  it("end at LF, at CR and LF, and at the end of the input", () => {
    const rows: string[][] = [
      ["a\nb", "a¶b"],
      ["a\nb\n", "a¶b"],
      ["a\r\nb\r\n", "a¶b"],
      ["a", "a"],
      ["a\r", "a"],
    ];
    expect(misanswered(rows, split)).toBe("");
  });

  it("with nothing in them are skipped", () => {
    const rows: string[][] = [
      ["", ""],
      ["\n", ""],
      ["\r\n\r\n\n\r", ""],
      ["\n\na\n\n\r\nb\n\n", "a¶b"],
    ];
    expect(misanswered(rows, split)).toBe("");
  });

  it("keep a CR that ends nothing", () => {
    const rows: string[][] = [
      ["a\rb", "a\rb"],
      ["a\rb\rc\n", "a\rb\rc"],
      ["a\r{}", "a\r{}"],
      ["a\rdatetim=1", "a\rdatetim=1"],
      ["a\r datetime=1", "a\r datetime=1"],
    ];
    expect(misanswered(rows, split)).toBe("");
  });

  it("end at a CR that `datetime=` follows", () => {
    const rows: string[][] = [
      ["a\rdatetime=1", "a¶datetime=1"],
      ["datetime=1\rdatetime=2\rdatetime=3\n", "datetime=1¶datetime=2¶datetime=3"],
      ["a\rb\rdatetime=1", "a\rb¶datetime=1"],
      ['{"a":1}\rdatetime=1', '{"a":1}¶datetime=1'],
      ["a\rdatetime=", "a¶datetime="],
    ];
    expect(misanswered(rows, split)).toBe("");
  });

  it("that start with a brace end at a CR that a brace follows", () => {
    const rows: string[][] = [
      ['{"a":1}\r{"b":2}', '{"a":1}¶{"b":2}'],
      ['{"a":1}\r{"b":2}\r{"c":3}\n', '{"a":1}¶{"b":2}¶{"c":3}'],
      ['\ufeff {"a":1}\r{"b":2}', '\ufeff {"a":1}¶{"b":2}'],
      ['{"a":1}\r {"b":2}', '{"a":1}\r {"b":2}'],
    ];
    expect(misanswered(rows, split)).toBe("");
  });

  it("may be long, and their CRs at every place", () => {
    const wrong: string[] = [];
    for (let length = 1; length <= 40; length++) {
      const line = "x".repeat(length);
      if (split(`${line}\r\n${line}\n${line}\rdatetime=`) != `${line}¶${line}¶${line}¶datetime=`)
        wrong.push(line);
      if (split(`${line}\r${line}`) != `${line}\r${line}`) wrong.push(line);
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("may be JSON that is no member", () => {
    const rows: string[][] = [
      ['{"a":1}\n{"b":2}\n', '{"a":1}¶{"b":2}'],
      ['{"type":"MTA"}\n{}', '{"type":"MTA"}¶{}'],
      ['{"a":{},"data":[{"b":1}]}\nx', '{"a":{},"data":[{"b":1}]}¶x'],
      ['{"a":[],"data":[{"b":1}]}\nx', '{"a":[],"data":[{"b":1}]}¶x'],
      ['{"data":{"b":1}}\nx', '{"data":{"b":1}}¶x'],
      ['{"data":"[{}]"}\nx', '{"data":"[{}]"}¶x'],
      ['{"Data":[{"b":1}]}\nx', '{"Data":[{"b":1}]}¶x'],
      ['{"a" "data":[{"b":1}]}\nx', '{"a" "data":[{"b":1}]}¶x'],
      ['["data",[{}]]\nx', '["data",[{}]]¶x'],
      ["{\nx", "{¶x"],
      ['{"a\nb":1,"data":[{}]}', '{"a¶b":1,"data":[{}]}'],
    ];
    expect(misanswered(rows, split)).toBe("");
  });
});

describe("a member of API 1.0", () => {
  it("gives each object in `data`", () => {
    const rows: string[][] = [
      ['{"type":"MTA","data":[{"a":1},{"b":2}]}', '{"a":1}¶{"b":2}'],
      ['{"data":[{"a":1}]}', '{"a":1}'],
      ['{"data":[]}', ""],
      ['{"type":"MTA","n":-1.5e3,"t":true,"f":false,"z":null,"data":[{"a":1}]}', '{"a":1}'],
      ['{"quote \\" [ {":"x\\\\","data":[{}]}', "{}"],
      ['\ufeff \t{"data":[{"a":1}]}\n', '{"a":1}'],
    ];
    expect(misanswered(rows, split)).toBe("");
  });

  it("may have white space and line breaks anywhere outside of strings", () => {
    const text = '{\n "type" : "MTA" ,\r\n "data" : [\n {"a":1} ,\n\n {"b":2}\r ] }\n';
    expect(split(text)).toBe('{"a":1}¶{"b":2}');
  });

  it("keeps an object whole, whatever stands in it", () => {
    const rows: string[][] = [
      ['{"data":[{"a":[{"b":{}},[]]},{}]}', '{"a":[{"b":{}},[]]}¶{}'],
      ['{"data":[{\n"a"\r\n:\n1\n},{}]}', '{\n"a"\r\n:\n1\n}¶{}'],
      ['{"data":[{"a":"]}{[,"},{}]}', '{"a":"]}{[,"}¶{}'],
      ['{"data":[{"a":"\\"}"},{}]}', '{"a":"\\"}"}¶{}'],
      ['{"data":[{"a":"\\\\"},{}]}', '{"a":"\\\\"}¶{}'],
      ['{"data":[{"a":"\\\\\\"}"},{}]}', '{"a":"\\\\\\"}"}¶{}'],
      ['{"data":[{"a":"x\\\\\\\\"},{}]}', '{"a":"x\\\\\\\\"}¶{}'],
      ['{"data":[{not json},{}]}', "{not json}¶{}"],
    ];
    expect(misanswered(rows, split)).toBe("");
  });

  it("is followed by further records", () => {
    const rows: string[][] = [
      ['{"data":[{"a":1}]}\ndatetime=1\n', '{"a":1}¶datetime=1'],
      ['{"data":[{"a":1}]}\n{"data":[{"b":2}]}\n', '{"a":1}¶{"b":2}'],
      ['{"data":[{"a":1}]}{"data":[{"b":2}]}', '{"a":1}¶{"b":2}'],
      ['x\n{"data":[{"a":1}]}\r\n{"c":3}', 'x¶{"a":1}¶{"c":3}'],
    ];
    expect(misanswered(rows, split)).toBe("");
  });

  it("ends at text that is no object, comma or closing bracket, and the rest is read as lines", () => {
    const rows: string[][] = [
      ['{"data":[{"a":1},x\ny]}', '{"a":1}¶x¶y]}'],
      ['{"data":[1,{"a":1}]}\nx', '1,{"a":1}]}¶x'],
      ['{"data":[{"a":1}"b",{}]}', '{"a":1}¶"b",{}]}'],
      ['{"data":[[{}]]}\nx', "[{}]]}¶x"],
      ['{"data":[{"a":1}] ,"more":1}\nx', '{"a":1}¶ ,"more":1}¶x'],
    ];
    expect(misanswered(rows, split)).toBe("");
  });

  it("may be cut off", () => {
    const rows: string[][] = [
      ['{"data":[{"a":1},{"b":2', '{"a":1}¶{"b":2'],
      ['{"data":[{"a":1},{"b":"cut off\nacc=1\nacc=2', '{"a":1}¶{"b":"cut off¶acc=1¶acc=2'],
      ['{"data":[{"a":"cut off\r\n{"data":[{"b":2}]}', '{"a":"cut off¶{"b":2}'],
      ['{"data":[{"a":"cut off\nacc=1"}\nacc=2', '{"a":"cut off¶acc=1"}¶acc=2'],
      ['{"data":[{"a":1},', '{"a":1}'],
      ['{"data":[{"a":1}', '{"a":1}'],
      ['{"data":[', ""],
      ['{"data":', '{"data":'],
      ['{"type":"MT', '{"type":"MT'],
    ];
    expect(misanswered(rows, split)).toBe("");
  });
});

/** Inputs with all that makes splitting depend on what comes next. */
const INPUTS = [
  "datetime=1|a=b\ndatetime=2\r\ndatetime=3\rdatetime=4\r\r\nx\ry\r",
  "\ufeffdatetime=1\n\n\r\n \t\r\n\ufeff \t{}\r{}\r\ndatetime=",
  '{"a":1}\r{"b":[1,{}]}\r\n{"c":"\\"\\\\"}\n\n{"d":4}\rdatetime=1\r{"e":5}',
  '{"type":"MTA","data":[{"a":"é€😀"},{"b":"]}\\"\\\\"}]}\ndatetime=1\n',
  '{\n "type" : "MTA" ,\r\n "n" : -12.5e+3,"t":true,"z":null, "data" : [\n {"a":\r\n1} ,\n\n {"b":{"c":[]}}\r ] } \n{}\n',
  '{"data":[{"a":1},{"b":2}]}{"data":[]}{"data":[{"c":3}]}\r\n{"data":[{"d":4},x\ny]}\n',
  '{"a":{},"data":[{"b":1}]}\n{"data":{"b":1}}\n{"data":"x","b":2}\n{"data":1}\n["data":[{}]]\n',
  '{"type":"MTA"}\n{"type":tru,"data":[{}]}\n{"type":"a\nb","data":[{}]}\n{"type":"\\x","data":[{}]}\n{"a"\n',
  '{"data":[{"a":1},{"b":2},{"c":"cut off',
  '{"data":[{"a":"x\\"\\\\\n{"data":[{"b":[{"c":"\\"\\\\"},"\\ud83d"]},{"d":"\r\nx\n',
  '{"data":[{"a":1}]\nx\n{"data":[{"a":1}] ,\ny\n{"data":[{"a":1}',
  '{ "type":"MTA",\n"n":1234567890123456789012345678901234567890.5e10,"data":[{"a":1}]}\nx\n',
  '{ "type":"MTA",\n"t":truely long words are no scalar at all, whatever follows,"data":[{"a":1}]}\nx\n',
];

/** What inputs are put together from at random. */
const PIECES = [
  '{"type":"MTA","data":[',
  '{"data":[',
  '"data":[',
  '"type":',
  "{",
  "}",
  "[",
  "]",
  "]}",
  '{"a":1}',
  '"',
  '"b"',
  '\\"',
  "\\",
  ",",
  ":",
  "\n",
  "\r",
  "\r\n",
  " ",
  "\ufeff",
  "datetime=",
  "date",
  "x",
  "true",
  "1",
  "-.",
  "1234567890123456789012345678901234567890.5",
];

describe("a chunk that ends anywhere", () => {
  it("gives the same records as the whole, if it is one of two", () => {
    const wrong: string[] = [];
    for (let i = 0; i < INPUTS.length; i++) {
      const whole = split(INPUTS[i]);
      const from = place(INPUTS[i]);
      const end = placedEnd();
      for (let first: usize = 0; first < end - from; first++) {
        const records = splitChunks(from, end, first, end - from);
        if (records != whole) wrong.push(`input ${i} cut at ${first}: ${records}, not ${whole}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("gives the same records as the whole, if all are short", () => {
    const wrong: string[] = [];
    for (let i = 0; i < INPUTS.length; i++) {
      const whole = split(INPUTS[i]);
      const from = place(INPUTS[i]);
      const end = placedEnd();
      for (let step: usize = 1; step <= 40; step++) {
        const records = splitChunks(from, end, step, step);
        if (records != whole) wrong.push(`input ${i} in steps of ${step}: ${records}, not ${whole}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("gives the same records as the whole, for inputs put together at random", () => {
    let state: u32 = 12345;
    const wrong: string[] = [];
    for (let round = 0; round < 4000; round++) {
      let text = round % 2 == 0 ? "" : '{"type":"MTA",\n"data":[';
      state = state * 1664525 + 1013904223;
      for (let left = (state >> 16) % 12; left > 0; left--) {
        state = state * 1664525 + 1013904223;
        text += PIECES[(state >> 16) % PIECES.length];
      }
      const whole = split(text);
      const from = place(text);
      const end = placedEnd();
      for (let first: usize = 0; first < end - from; first++) {
        const records = splitChunks(from, end, first, first + 1);
        if (records != whole) wrong.push(`${text} cut at ${first}: ${records}, not ${whole}`);
      }
    }
    expect(wrong.slice(0, 3).join("\n\n")).toBe("");
  });

  it("is told apart from a chunk whose records are all read", () => {
    const from = place("a\nb");
    beginSplit(0);
    expect(nextRecord(from, from + 2, false)).toBe(RECORD);
    expect(nextRecord(behindRecord(), from + 2, false)).toBe(NOTHING);
    expect(behindRecord()).toBe(from + 2);
  });

  it("hands on whether it ends inside of a member", () => {
    const from = place('{"data":[{"a":1},');
    const end = placedEnd();
    beginSplit(0);
    nextRecord(from, end, false);
    expect(splitState()).toBe(1);
    nextRecord(behindRecord(), end, false);
    expect(splitState()).toBe(1);
    beginSplit(0);
    expect(splitState()).toBe(0);
  });
});

describe("the head of a member", () => {
  it("may be up to 4096 bytes long", () => {
    const head = `{"a":"${"x".repeat(4000)}","data":[`;
    expect(split(`${head}{"b":1}]}`)).toBe('{"b":1}');
  });

  it("makes no member if it is longer: the line is read as one record", () => {
    const line = `{"a":"${"x".repeat(5000)}","data":[{"b":1}]}`;
    expect(split(`${line}\nx`) == `${line}¶x`).toBe(true);
  });

  it("is as long wherever chunks end", () => {
    for (let length = 4050; length < 4100; length += 7) {
      const text = `{"a":"${"x".repeat(length)}",\n"data":[{"b":1}]}\n`;
      const whole = split(text);
      const from = place(text);
      const end = placedEnd();
      for (let step: usize = 4000; step < 4110; step++) {
        expect(splitChunks(from, end, step, step) == whole).toBe(true, `${length}, ${step}`);
      }
    }
  });
});
