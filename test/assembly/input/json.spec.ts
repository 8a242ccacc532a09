import {
  beginJson,
  compact,
  decodedTo,
  decodeString,
  jsonTooDeep,
  skipColon,
  skipKey,
  skipString,
  skipValue,
} from "../../../assembly/input/json";
import { misanswered, misjudged, place, placedEnd, textOf } from "../support";

/** Where strings are decoded and values compacted. */
const COPY = memory.data(4096);

/** True if the text is one JSON value and nothing else. */
function isValue(text: string): bool {
  const from = place(text, '"');
  const end = placedEnd();
  beginJson();
  return skipValue(from, end, 0) == end;
}

/** The same with digits and letters behind the end, which could go on with a number or a word. */
function isValueBeforeText(text: string): bool {
  const from = place(text, "e0");
  const end = placedEnd();
  beginJson();
  return skipValue(from, end, 0) == end;
}

describe("a number", () => {
  it("has the forms of RFC 8259", () => {
    const numbers = ["0", "-0", "7", "-7", "10", "1234567890123456789012345678901234567890"];
    const fractions = ["0.0", "0.5", "-1.25", "10.000", "3.14159265358979323846"];
    const exponents = ["1e5", "1E5", "1e+5", "1e-5", "0e0", "-0.1E-10", "12.5e007", "1e400"];
    expect(misjudged(numbers, true, isValue)).toBe("");
    expect(misjudged(fractions, true, isValue)).toBe("");
    expect(misjudged(exponents, true, isValue)).toBe("");
  });

  it("has no other form", () => {
    const wrong = ["-", "+", "+1", "01", "-01", "00", ".5", "-.5", "1.", "-1.", "1.e1", "1e", "1e+", "1E-"];
    const words = ["--1", "1-", "1+1", "1_000", "1,5", "0x1f", "1f", "NaN", "Infinity", "-Infinity", "1e5.0"];
    expect(misjudged(wrong, false, isValue)).toBe("");
    expect(misjudged(words, false, isValue)).toBe("");
    expect(misjudged(["-", "1.", "1e", "1e+"], false, isValueBeforeText)).toBe("");
  });
});

describe("a word", () => {
  it("is true, false or null", () => {
    expect(misjudged(["true", "false", "null"], true, isValue)).toBe("");
  });

  it("is nothing else", () => {
    const wrong = [
      "True",
      "TRUE",
      "tru",
      "truE",
      "trues",
      "fals",
      "falsE",
      "nul",
      "Null",
      "nil",
      "undefined",
    ];
    expect(misjudged(wrong, false, isValue)).toBe("");
  });

  it("is not completed by what stands behind the end", () => {
    const from = place("true false null");
    const starts: usize[] = [0, 5, 11];
    const lengths: usize[] = [4, 5, 4];
    for (let i = 0; i < 3; i++) {
      for (let length: usize = 0; length < lengths[i]; length++) {
        expect(skipValue(from + starts[i], from + starts[i] + length, 0) == 0).toBe(true);
      }
    }
  });
});

describe("a string", () => {
  it("may hold anything but quotes, backslashes and control characters as they are", () => {
    const texts = [
      '""',
      '"a"',
      '"\x7f"',
      '"é€😀"',
      '"\u2028"',
      '"\'"',
      '"/"',
      '"{[:,]}"',
      '"a text of some length"',
    ];
    expect(misjudged(texts, true, isValue)).toBe("");
  });

  it("may hold every escape", () => {
    const texts = [
      '"\\""',
      '"\\\\"',
      '"\\/"',
      '"\\b\\f\\n\\r\\t"',
      '"\\u0000"',
      '"\\uABCD\\uabcd"',
      '"\\ud83d"',
    ];
    expect(misjudged(texts, true, isValue)).toBe("");
  });

  it("holds no other escape", () => {
    const texts = [
      '"\\a"',
      '"\\x41"',
      '"\\0"',
      '"\\\'"',
      '"\\ "',
      '"\\u"',
      '"\\u12"',
      '"\\u123"',
      '"\\u123g"',
    ];
    expect(misjudged(texts, false, isValue)).toBe("");
    expect(misjudged(['"\\U0041"', '"\\u 041"', '"\\u-041"', '"\\u{41}"', '"\\N"'], false, isValue)).toBe("");
  });

  it("holds no control character, at any place", () => {
    for (let value: u8 = 0; value < 0x20; value++) {
      for (let at: usize = 1; at < 18; at++) {
        const from = place('"................."');
        store<u8>(from + at, value);
        if (skipValue(from, placedEnd(), 0) != 0) expect(<usize>value).toBe(at, "was taken");
      }
    }
  });

  it("has an end before the end of the text", () => {
    const texts = ['"', '"a', '"\\"', '"\\', '"\\u123', '"\\u1234', '"12345678', '"1234567', '"123456'];
    expect(misjudged(texts, false, isValue)).toBe("");
  });

  it("ends at the first quote that is not escaped, at every length", () => {
    for (let length = 0; length <= 40; length++) {
      const from = place(`"${"x".repeat(length)}" and "more"`);
      expect(skipString(from, placedEnd())).toBe(from + length + 2);
    }
  });
});

/** The decoded text, or `none`. */
function decodedString(text: string): string {
  const from = place(text, '"');
  const end = placedEnd();
  memory.fill(COPY, 0x2a, 4096);
  if (decodeString(from, end, COPY) != end) return "none";
  return textOf(COPY, decodedTo());
}

describe("decoding a string", () => {
  it("keeps text without escapes, at every length", () => {
    for (let length = 0; length <= 40; length++) {
      const plain = "abcdefghijklmnopqrstuvwxyz0123456789.,;:".slice(0, length);
      expect(decodedString(`"${plain}"`)).toBe(plain);
    }
  });

  it("resolves the short escapes", () => {
    expect(decodedString('"\\"\\\\\\/\\b\\f\\n\\r\\t"')).toBe('"\\/\b\f\n\r\t');
  });

  it("resolves \\u escapes, with digits of any case", () => {
    const rows: string[][] = [
      ['"\\u0041"', "A"],
      ['"\\u0000"', "\0"],
      ['"\\u001f"', "\x1f"],
      ['"\\u007F"', "\x7f"],
      ['"\\u00e9\\u00E9"', "éé"],
      ['"\\u20ac"', "€"],
      ['"\\uFFFD"', "\ufffd"],
      ['"\\uffff"', "\uffff"],
      ['"\\u0022\\u005c"', '"\\'],
    ];
    expect(misanswered(rows, decodedString)).toBe("");
  });

  it("makes one character of a surrogate pair", () => {
    const rows: string[][] = [
      ['"\\ud83d\\ude00"', "😀"],
      ['"\\uD800\\uDC00"', "𐀀"],
      ['"\\udbff\\udfff"', "\u{10ffff}"],
      ['"a\\ud83d\\ude00b"', "a😀b"],
    ];
    expect(misanswered(rows, decodedString)).toBe("");
  });

  it("makes U+FFFD of a surrogate alone", () => {
    const rows: string[][] = [
      ['"\\ud83d"', "\ufffd"],
      ['"\\ude00"', "\ufffd"],
      ['"\\ud83dx"', "\ufffdx"],
      ['"\\ud83d\\n"', "\ufffd\n"],
      ['"\\ud83d\\u0041"', "\ufffdA"],
      ['"\\ude00\\ud83d"', "\ufffd\ufffd"],
      ['"\\ud83d\\ud83d\\ude00"', "\ufffd😀"],
      ['"\\ud83d\\ude00\\ude00"', "😀\ufffd"],
      ['"\\ud83d ude00"', "\ufffd ude00"],
    ];
    expect(misanswered(rows, decodedString)).toBe("");
  });

  it("resolves an escape at every place in texts of every length", () => {
    const wrong: string[] = [];
    for (let length = 0; length <= 30; length++) {
      for (let at = 0; at <= length; at++) {
        const before = "x".repeat(at);
        const after = "y".repeat(length - at);
        if (decodedString(`"${before}\\n${after}"`) != `${before}\n${after}`)
          wrong.push(`n ${at} of ${length}`);
        if (decodedString(`"${before}\\u20ac${after}"`) != `${before}€${after}`)
          wrong.push(`u ${at} of ${length}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("gives the address behind the closing quote", () => {
    const from = place('"a\\nb","c"');
    expect(decodeString(from, placedEnd(), COPY)).toBe(from + 6);
  });

  it("refuses what is no string", () => {
    const rows: string[][] = [
      ['"', "none"],
      ['"abc', "none"],
      ['"abc\\', "none"],
      ['"abc\\u00e', "none"],
      ['"abc\\x"', "none"],
      ['"abc\n"', "none"],
      ['"abc\\ud83d\\u"', "none"],
    ];
    expect(misanswered(rows, decodedString)).toBe("");
  });

  it("never writes more than the string is long, and 8 bytes", () => {
    const texts = [
      '""',
      '"a"',
      '"1234567"',
      '"12345678"',
      '"\\u0000"',
      '"\\ud83d\\ude00"',
      '"\\ud83d"',
      '"é"',
    ];
    for (let i = 0; i < texts.length; i++) {
      const from = place(texts[i], "z");
      const length = placedEnd() - from;
      memory.fill(COPY, 0x2a, 64);
      decodeString(from, placedEnd(), COPY);
      for (let at = length + 8; at < 64; at++) expect(load<u8>(COPY + at)).toBe(0x2a, texts[i]);
    }
  });
});

describe("an object or array", () => {
  it("may be empty, nested, and have white space anywhere outside of strings", () => {
    const texts = [
      "{}",
      "[]",
      "[[]]",
      "[{}]",
      '{"a":{}}',
      '{"a":[]}',
      "{ }",
      "[\n]",
      '{"":""}',
      "[1]",
      "[1,2]",
    ];
    const spaced = ['\t{ "a" : 1 ,\r\n"b" : [ true , null ] }'.slice(1), '[ "a" , { "b" : { } } , -1.5e3 ]'];
    expect(misjudged(texts, true, isValue)).toBe("");
    expect(misjudged(spaced, true, isValue)).toBe("");
    expect(isValue('{"a":1,"a":2,"b":[{"c":[]},[],"d",false]}')).toBe(true);
  });

  it("has no comma too many or too few", () => {
    const texts = [
      "[,]",
      "[1,]",
      "[,1]",
      "[1,,2]",
      "[1 2]",
      '["a""b"]',
      "{,}",
      '{"a":1,}',
      '{,"a":1}',
      '{"a":1 "b":2}',
    ];
    expect(misjudged(texts, false, isValue)).toBe("");
  });

  it("has a string and a colon before each value of an object, and none in an array", () => {
    const texts = [
      '{"a"}',
      '{"a":}',
      '{"a" 1}',
      '{"a"::1}',
      "{:1}",
      "{1:2}",
      "{a:1}",
      "{'a':1}",
      "{null:1}",
      '["a":1]',
    ];
    expect(misjudged(texts, false, isValue)).toBe("");
    expect(
      misjudged(['{"a",1}', '{"a":1:2}', "{{}:1}", "{[]}", '{"a":1,"b"}', '{"a":1,2}'], false, isValue),
    ).toBe("");
  });

  it("ends with its own bracket", () => {
    expect(misjudged(["[}", "{]", '{"a":[}]', '[{"a":1]}', "[1}", '{"a":1]'], false, isValue)).toBe("");
    expect(
      misjudged(["[", "{", "[[]", '{"a":{}', "[1", "[1,", '{"a"', '{"a":', '{"a":1'], false, isValue),
    ).toBe("");
    expect(misjudged(["]", "}", ",", ":", "", " "], false, isValue)).toBe("");
  });

  it("has no white space but JSON's", () => {
    expect(misjudged(["[\x0c]", "[\x0b1]", "[\u00a01]", "[\ufeff]", "[1\0]"], false, isValue)).toBe("");
    expect(misjudged(["[/* */]", "[1 // one\n]", "[#\n]"], false, isValue)).toBe("");
  });

  it("is left at its last bracket, whatever follows", () => {
    const from = place('{"a":[1]}]}, more');
    expect(skipValue(from, placedEnd(), 0)).toBe(from + 9);
  });

  it("is none at every place where it can be cut off", () => {
    const whole = '{"a" : "x\\n\\u20ac\\ud83d\\ude00", "b":[1.5e-3,true,false,null,{"c":{},"d":[]}] ,"e":-0}';
    const from = place(whole);
    const end = placedEnd();
    expect(skipValue(from, end, 0)).toBe(end);
    for (let at = from; at < end; at++) {
      if (skipValue(from, at, 0) != 0) expect(textOf(from, at)).toBe("", "was taken");
    }
  });
});

/** How a value of so many containers is taken inside of `depth` others: the address behind it is its end. */
function takesNested(opening: string, closing: string, levels: i32, depth: i32): bool {
  const from = place(opening.repeat(levels) + closing.repeat(levels));
  beginJson();
  return skipValue(from, placedEnd(), depth) == placedEnd();
}

describe("the depth", () => {
  it("may be 128", () => {
    expect(takesNested("[", "]", 128, 0)).toBe(true);
    expect(jsonTooDeep()).toBe(false);
    expect(takesNested('{"a":[', "]}", 64, 0)).toBe(true);
    expect(jsonTooDeep()).toBe(false);
  });

  it("may not be 129", () => {
    expect(takesNested("[", "]", 129, 0)).toBe(false);
    expect(jsonTooDeep()).toBe(true);
    expect(takesNested('[{"a":', "}]", 65, 0)).toBe(false);
    expect(jsonTooDeep()).toBe(true);
  });

  it("counts the containers around the value", () => {
    expect(takesNested("[", "]", 126, 2)).toBe(true);
    expect(takesNested("[", "]", 127, 2)).toBe(false);
    expect(jsonTooDeep()).toBe(true);
  });

  it("counts only containers that are open", () => {
    const from = place(`[${"[[]],".repeat(500)}${"[".repeat(127)}${"]".repeat(127)}]`);
    beginJson();
    expect(skipValue(from, placedEnd(), 0)).toBe(placedEnd());
    expect(jsonTooDeep()).toBe(false);
  });

  it("is at fault even where no bracket closes", () => {
    const from = place("[".repeat(10000));
    beginJson();
    expect(skipValue(from, placedEnd(), 0) == 0).toBe(true);
    expect(jsonTooDeep()).toBe(true);
  });

  it("is not at fault where something else is", () => {
    const from = place(`${"[".repeat(128)}x`);
    beginJson();
    expect(skipValue(from, placedEnd(), 0) == 0).toBe(true);
    expect(jsonTooDeep()).toBe(false);
  });

  it("is forgotten at the next start", () => {
    takesNested("[", "]", 129, 0);
    beginJson();
    expect(jsonTooDeep()).toBe(false);
  });
});

function compacted(text: string): string {
  const from = place(text, " ");
  return textOf(COPY, compact(from, placedEnd(), COPY));
}

describe("compacting", () => {
  it("takes white space away outside of strings, and nothing else", () => {
    const rows: string[][] = [
      ["{}", "{}"],
      ["[ ]", "[]"],
      ['{ "a b" : "c d" }', '{"a b":"c d"}'],
      ["[\n\t1 ,\r\n2\n]", "[1,2]"],
      ['{"a":"x \\" y"  ,  "b":[ true , null ]}', '{"a":"x \\" y","b":[true,null]}'],
      ['["\\\\" , " é€😀 "]', '["\\\\"," é€😀 "]'],
      ["[-1.5e+3]", "[-1.5e+3]"],
    ];
    expect(misanswered(rows, compacted)).toBe("");
  });
});

describe("from a member's name to its value", () => {
  it("stands a colon, with white space around it", () => {
    const from = place('"name" \n:\t 1');
    expect(skipKey(from, placedEnd())).toBe(from + 11);
    expect(skipColon(from + 6, placedEnd())).toBe(from + 11);
  });

  it("stands nothing else", () => {
    const from = place('"name" = 1, name: 1, "name"');
    expect(skipKey(from, placedEnd()) == 0).toBe(true);
    expect(skipColon(from + 6, placedEnd()) == 0).toBe(true);
    expect(skipKey(from + 12, placedEnd()) == 0).toBe(true);
    expect(skipKey(from + 21, placedEnd()) == 0).toBe(true);
    expect(skipKey(placedEnd(), placedEnd()) == 0).toBe(true);
  });
});
