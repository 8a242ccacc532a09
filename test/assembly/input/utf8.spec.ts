import { isUtf8, putCodePoint, repairUtf8 } from "../../../assembly/input/utf8";
import { hexOf, misanswered, misjudged, place, placedEnd, placeHex, textOf } from "../support";

/** First and last sequence of each length, and those next to the surrogates. */
const VALID = [
  "",
  "00",
  "7f",
  "c2 80",
  "df bf",
  "e0 a0 80",
  "e0 bf bf",
  "e1 80 80",
  "ec bf bf",
  "ed 80 80",
  "ed 9f bf",
  "ee 80 80",
  "ef bf bf",
  "f0 90 80 80",
  "f0 bf bf bf",
  "f1 80 80 80",
  "f3 bf bf bf",
  "f4 80 80 80",
  "f4 8f bf bf",
];

const INVALID = [
  // A continuation byte by itself.
  "80",
  "bf",
  // Bytes that begin no sequence.
  "c0",
  "c1",
  "f5",
  "f8",
  "fc",
  "fe",
  "ff",
  // Overlong forms.
  "c0 80",
  "c1 bf",
  "e0 80 80",
  "e0 9f bf",
  "f0 80 80 80",
  "f0 8f bf bf",
  // Surrogates.
  "ed a0 80",
  "ed af bf",
  "ed b0 80",
  "ed bf bf",
  // Beyond U+10FFFF.
  "f4 90 80 80",
  "f5 80 80 80",
  "f7 bf bf bf",
  // Sequences that break off.
  "c2",
  "df",
  "e1",
  "e1 80",
  "ef bf",
  "f1",
  "f1 80",
  "f1 80 80",
  "f4 8f bf",
  // Something else in the place of a continuation byte.
  "c2 00",
  "c2 7f",
  "c2 c0",
  "c2 ff",
  "e1 00 80",
  "e1 c0 80",
  "e1 80 00",
  "e1 80 c0",
  "f1 00 80 80",
  "f1 80 7f 80",
  "f1 80 c0 80",
  "f1 80 80 00",
  "f1 80 80 c0",
];

function isValid(hex: string): bool {
  const from = placeHex(hex, "\x80");
  return isUtf8(from, placedEnd());
}

function isValidAmongOthers(hex: string): bool {
  const from = placeHex(`61 62 63 64 65 66 67 ${hex} 68 c3 a9`, "\x80");
  return isUtf8(from, placedEnd());
}

describe("valid UTF-8", () => {
  it("is every sequence of RFC 3629", () => {
    expect(misjudged(VALID, true, isValid)).toBe("");
    expect(misjudged(VALID, true, isValidAmongOthers)).toBe("");
  });

  it("is no other sequence, even if bytes behind the end would complete it", () => {
    expect(misjudged(INVALID, false, isValid)).toBe("");
    expect(misjudged(INVALID, false, isValidAmongOthers)).toBe("");
  });

  it("ends with a whole sequence", () => {
    const from = place("€😀");
    for (let length: usize = 0; length <= 7; length++) {
      expect(isUtf8(from, from + length)).toBe(length == 0 || length == 3 || length == 7, `length ${length}`);
    }
  });

  it("is ASCII of every length", () => {
    const from = place("0123456789abcdef0123456789abcdef", "\xff");
    for (let length: usize = 0; length <= 32; length++) expect(isUtf8(from, from + length)).toBe(true);
  });
});

/** Where repaired text and code points are written. */
const COPY = memory.data(4096);

function repaired(hex: string): string {
  const from = placeHex(hex, "\x80");
  return hexOf(COPY, repairUtf8(from, placedEnd(), COPY));
}

describe("repair", () => {
  it("keeps what is valid", () => {
    for (let i = 0; i < VALID.length; i++) expect(repaired(VALID[i])).toBe(VALID[i]);
  });

  it("writes one U+FFFD for each byte of an invalid sequence", () => {
    for (let i = 0; i < INVALID.length; i++) {
      const bytes = INVALID[i].split(" ");
      const expected: string[] = [];
      // A byte of ASCII in the place of a continuation byte stays.
      for (let j = 0; j < bytes.length; j++) {
        expected.push(parseInt(bytes[j], 16) < 0x80 ? bytes[j] : "ef bf bd");
      }
      expect(repaired(INVALID[i])).toBe(expected.join(" "));
    }
  });

  it("goes on with the byte behind the invalid one", () => {
    const rows: string[][] = [
      ["61 ff 62", "61 ef bf bd 62"],
      ["c3 c3 a9", "ef bf bd c3 a9"],
      ["e2 82 e2 82 ac", "ef bf bd ef bf bd e2 82 ac"],
      ["f0 9f 98 41", "ef bf bd ef bf bd ef bf bd 41"],
      ["f0 9f c3 a9", "ef bf bd ef bf bd c3 a9"],
      ["c3 a9 80 c3 a9", "c3 a9 ef bf bd c3 a9"],
      ["ed a0 bd ed b8 80", "ef bf bd ef bf bd ef bf bd ef bf bd ef bf bd ef bf bd"],
    ];
    expect(misanswered(rows, repaired)).toBe("");
  });

  it("always gives valid UTF-8, and no more than three bytes for one", () => {
    let state: u32 = 1;
    const from = place("x".repeat(64));
    for (let round = 0; round < 20000; round++) {
      const length: usize = round & 31;
      for (let i: usize = 0; i < length; i++) {
        state = state * 1664525 + 1013904223;
        // Mostly bytes above 0x7f, which can stand in a sequence.
        store<u8>(from + i, <u8>((state >> 16) | ((state >> 25) & 1 ? 0x80 : 0)));
      }
      const end = repairUtf8(from, from + length, COPY);
      if (!isUtf8(COPY, end) || end > COPY + 3 * length) expect(hexOf(from, from + length)).toBe("");
      if (isUtf8(from, from + length) && end != COPY + length) expect(hexOf(from, from + length)).toBe("");
    }
  });
});

function encoded(point: u32): string {
  return hexOf(COPY, putCodePoint(COPY, point));
}

describe("a code point", () => {
  it("is written in as few bytes as it needs", () => {
    expect(encoded(0)).toBe("00");
    expect(encoded(0x7f)).toBe("7f");
    expect(encoded(0x80)).toBe("c2 80");
    expect(encoded(0x7ff)).toBe("df bf");
    expect(encoded(0x800)).toBe("e0 a0 80");
    expect(encoded(0xffff)).toBe("ef bf bf");
    expect(encoded(0x10000)).toBe("f0 90 80 80");
    expect(encoded(0x1f600)).toBe("f0 9f 98 80");
    expect(encoded(0x10ffff)).toBe("f4 8f bf bf");
  });

  it("is written as valid UTF-8, and as itself, for every one", () => {
    for (let point: u32 = 0; point <= 0x10ffff; point++) {
      if (point >> 11 == 0x1b) continue;
      const end = putCodePoint(COPY, point);
      if (!isUtf8(COPY, end)) expect(point).toBe(0, "is not valid");
    }
    expect(textOf(COPY, putCodePoint(COPY, 0x20ac))).toBe("€");
    expect(textOf(COPY, putCodePoint(COPY, 0x10348))).toBe("𐍈");
  });

  it("is U+FFFD for every surrogate", () => {
    expect(encoded(0xd7ff)).toBe("ed 9f bf");
    for (let point: u32 = 0xd800; point <= 0xdfff; point++) expect(encoded(point)).toBe("ef bf bd");
    expect(encoded(0xe000)).toBe("ee 80 80");
  });
});
