import { memoryEnd } from "../../../assembly/abi/memory";
import { literal } from "../../../assembly/output/literal";
import {
  byte,
  close,
  closeString,
  decimal,
  dropComma,
  lit,
  open,
  outputFailed,
  outputStart,
  padded,
  pair,
  position,
  quoted,
  ROOM,
  reserve,
  restartOutput,
  rewind,
  text,
} from "../../../assembly/output/writer";
import { answer, beginAnswer, place, placedLength, textOf } from "../support";

const BRACKET: u8 = 0x5d;
const BRACE: u8 = 0x7d;

const OBJECT = literal("{");
const LIST = literal('"list":[');
const INNER = literal('"inner":{');
const MEMBER = literal('"a":1,');

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP";
const LITERALS = new StaticArray<usize>(41);
for (let length = 0; length <= 40; length++) LITERALS[length] = literal(LETTERS.slice(0, length));

/** The inside of a JSON string for the text, with quotes behind the text that are no part of it. */
function inString(content: string): string {
  const at = place(content, '"');
  beginAnswer();
  text(at, placedLength(at));
  return answer();
}

/** What docs/event.md says of one byte of a string. */
function escaped(value: u8): string {
  if (value == 0x22) return '\\"';
  if (value == 0x5c) return "\\\\";
  if (value == 0x08) return "\\b";
  if (value == 0x0c) return "\\f";
  if (value == 0x0a) return "\\n";
  if (value == 0x0d) return "\\r";
  if (value == 0x09) return "\\t";
  if (value < 0x20) return `\\u00${(<u32>value).toString(16).padStart(2, "0")}`;
  return String.fromCharCode(value);
}

/** True if the answer so far has just these bytes, one a character. */
function isWritten(bytes: string): bool {
  if (position() - outputStart() != <usize>bytes.length) return false;
  for (let i = 0; i < bytes.length; i++) {
    if (load<u8>(outputStart() + i) != <u8>bytes.charCodeAt(i)) return false;
  }
  return true;
}

/** Writes `length` times `x` with `special` at `at`, and tells if all of it came out as it should. */
function escapesAt(special: u8, at: i32, length: i32): bool {
  const from = place("x".repeat(length), '\\"');
  store<u8>(from + at, special);
  beginAnswer();
  text(from, length);
  return isWritten("x".repeat(at) + escaped(special) + "x".repeat(length - at - 1));
}

describe("text", () => {
  it("keeps what has no special byte, at every length", () => {
    for (let length = 0; length <= 40; length++) {
      const plain = "abcdefghijklmnopqrstuvwxyz0123456789.,;:".slice(0, length);
      expect(inString(plain)).toBe(plain);
    }
  });

  it("keeps what is not ASCII, and 0x7f, and slashes", () => {
    const plain = "\x7f / é € 😀 \u2028 \u2029 \u0080";
    expect(inString(plain)).toBe(plain);
  });

  it("escapes each byte below 0x20", () => {
    expect(inString("\0\x01\x02\x03\x04\x05\x06\x07")).toBe(
      "\\u0000\\u0001\\u0002\\u0003\\u0004\\u0005\\u0006\\u0007",
    );
    expect(inString("\b\t\n\x0b\f\r\x0e\x0f")).toBe("\\b\\t\\n\\u000b\\f\\r\\u000e\\u000f");
    expect(inString("\x10\x11\x12\x13\x14\x15\x16\x17")).toBe(
      "\\u0010\\u0011\\u0012\\u0013\\u0014\\u0015\\u0016\\u0017",
    );
    expect(inString("\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f")).toBe(
      "\\u0018\\u0019\\u001a\\u001b\\u001c\\u001d\\u001e\\u001f",
    );
  });

  it("escapes quotes and backslashes", () => {
    expect(inString('say "hi" in C:\\temp')).toBe('say \\"hi\\" in C:\\\\temp');
  });

  it("escapes a special byte at every place in texts of every length", () => {
    const wrong: string[] = [];
    for (let length = 1; length <= 40; length++) {
      for (let at = 0; at < length; at++) {
        if (!escapesAt(0x22, at, length)) wrong.push(`" at ${at} of ${length}`);
        if (!escapesAt(0x5c, at, length)) wrong.push(`\\ at ${at} of ${length}`);
        if (!escapesAt(0x0a, at, length)) wrong.push(`LF at ${at} of ${length}`);
        if (!escapesAt(0x1f, at, length)) wrong.push(`0x1f at ${at} of ${length}`);
        if (!escapesAt(0x00, at, length)) wrong.push(`NUL at ${at} of ${length}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("escapes special bytes in a row", () => {
    for (let length = 1; length <= 20; length++) {
      expect(inString('"'.repeat(length))).toBe('\\"'.repeat(length));
      expect(inString("\x01".repeat(length))).toBe("\\u0001".repeat(length));
    }
  });

  it("takes each of two neighbours for what it is, for all pairs of bytes", () => {
    const wrong: string[] = [];
    const from = place("........", '"');
    for (let first = 0; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        store<u8>(from, <u8>first);
        store<u8>(from, <u8>second, 1);
        beginAnswer();
        text(from, 2);
        if (!isWritten(escaped(<u8>first) + escaped(<u8>second))) wrong.push(`${first}, ${second}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("goes on behind what is there, and the next text behind it", () => {
    const first = place('one"');
    const second = place("two");
    beginAnswer();
    text(first, 4);
    text(second, 3);
    expect(answer()).toBe('one\\"two');
  });
});

describe("a quoted string", () => {
  it("stands between quotes, with a comma behind it", () => {
    const from = place('a"b');
    beginAnswer();
    quoted(from, 3);
    expect(answer()).toBe('"a\\"b",');
  });

  it("may be empty", () => {
    beginAnswer();
    quoted(place(""), 0);
    expect(answer()).toBe('"",');
  });
});

describe("a literal", () => {
  it("is written whole, whatever its length, and nothing behind it", () => {
    for (let length = 0; length <= 40; length++) {
      beginAnswer();
      lit(LITERALS[length]);
      byte(0x7c);
      expect(answer()).toBe(`${LETTERS.slice(0, length)}|`);
    }
  });
});

describe("an object or array", () => {
  it("ends with its bracket in the place of the last comma, and a comma", () => {
    beginAnswer();
    const list = open(LIST);
    quoted(place("x"), 1);
    close(list, BRACKET);
    expect(answer()).toBe('"list":["x"],');
  });

  it("is taken back if nothing was written in it", () => {
    beginAnswer();
    const object = open(OBJECT);
    lit(MEMBER);
    const list = open(LIST);
    close(list, BRACKET);
    close(object, BRACE);
    expect(answer()).toBe('{"a":1},');
  });

  it("is taken back if all that was written in it was taken back", () => {
    beginAnswer();
    const object = open(OBJECT);
    const inner = open(INNER);
    const list = open(LIST);
    close(list, BRACKET);
    close(inner, BRACE);
    close(object, BRACE);
    expect(answer()).toBe("");
  });

  it("is taken back if what was written in it was rewound", () => {
    beginAnswer();
    lit(MEMBER);
    const list = open(LIST);
    const mark = position();
    quoted(place("x"), 1);
    rewind(mark);
    close(list, BRACKET);
    expect(answer()).toBe('"a":1,');
  });

  it("keeps what stands before the rewound part", () => {
    beginAnswer();
    const list = open(LIST);
    quoted(place("x"), 1);
    const mark = position();
    quoted(place("y"), 1);
    rewind(mark);
    close(list, BRACKET);
    expect(answer()).toBe('"list":["x"],');
  });
});

describe("the last comma", () => {
  it("can be taken off", () => {
    beginAnswer();
    lit(MEMBER);
    dropComma();
    expect(answer()).toBe('"a":1');
  });

  it("is all that is taken off", () => {
    beginAnswer();
    lit(OBJECT);
    dropComma();
    expect(answer()).toBe("{");
  });

  it("stands behind the quote that ends a string", () => {
    beginAnswer();
    closeString();
    expect(answer()).toBe('",');
  });
});

function decimalOf(value: u64): string {
  beginAnswer();
  decimal(value);
  return answer();
}

function paddedOf(value: u32, width: i32): string {
  beginAnswer();
  padded(value, width);
  return answer();
}

describe("a number", () => {
  it("has no leading zero, and as many digits as it needs", () => {
    expect(decimalOf(0)).toBe("0");
    expect(decimalOf(7)).toBe("7");
    expect(decimalOf(9)).toBe("9");
    expect(decimalOf(10)).toBe("10");
    expect(decimalOf(99)).toBe("99");
    expect(decimalOf(100)).toBe("100");
    expect(decimalOf(1234567890)).toBe("1234567890");
    expect(decimalOf(4294967296)).toBe("4294967296");
    expect(decimalOf(u64.MAX_VALUE)).toBe("18446744073709551615");
  });

  it("has two digits and a byte behind them in a time", () => {
    beginAnswer();
    pair(0, 0x3a);
    pair(9, 0x2d);
    pair(10, 0x54);
    pair(99, 0x5a);
    expect(answer()).toBe("00:09-10T99Z");
  });

  it("has leading zeros up to its width if it is padded", () => {
    expect(paddedOf(0, 2)).toBe("00");
    expect(paddedOf(7, 2)).toBe("07");
    expect(paddedOf(59, 2)).toBe("59");
    expect(paddedOf(1, 9)).toBe("000000001");
    expect(paddedOf(999999999, 9)).toBe("999999999");
  });
});

describe("the answer's memory", () => {
  it("grows with a text longer than a page", () => {
    const plain = "0123456789abcdef".repeat(20000);
    expect(inString(plain) == plain).toBe(true);
    expect(outputFailed()).toBe(false);
  });

  it("grows with escapes, each six bytes for one", () => {
    expect(inString("\x01".repeat(70000)) == "\\u0001".repeat(70000)).toBe(true);
  });

  it("grows before escapes that reach beyond its end", () => {
    beginAnswer();
    const left = memoryEnd() - position();
    // As long as it is the text would fit, but not with each byte escaped.
    const from = place("\x01".repeat(<i32>left / 3));
    const length = placedLength(from);
    beginAnswer();
    text(from, length);
    expect(<u32>(position() - outputStart())).toBe(<u32>length * 6);
    expect(position() + ROOM).toBeLessThanOrEqual(memoryEnd());
    expect(outputFailed()).toBe(false);
  });

  it("grows with many short texts", () => {
    const from = place("0123456789");
    beginAnswer();
    for (let i = 0; i < 100000; i++) quoted(from, 10);
    expect(<u32>(position() - outputStart())).toBe(1300000);
    expect(textOf(position() - 26, position())).toBe('"0123456789","0123456789",');
  });

  it("has room for literals behind every text", () => {
    const from = place("\x01".repeat(1000));
    beginAnswer();
    expect(position() + ROOM).toBeLessThanOrEqual(memoryEnd());
    for (let i = 0; i < 200; i++) {
      text(from, 1000);
      expect(position() + ROOM).toBeLessThanOrEqual(memoryEnd());
    }
  });

  it("is grown by `reserve` before it is written", () => {
    beginAnswer();
    reserve(500000);
    expect(position() + 500000 + ROOM).toBeLessThanOrEqual(memoryEnd());
    expect(answer()).toBe("");
  });

  it("is written anew after a restart", () => {
    beginAnswer();
    lit(MEMBER);
    restartOutput();
    lit(OBJECT);
    expect(answer()).toBe("{");
  });
});
