import {
  ANGLE,
  AT_SIGN,
  BLANK,
  classOf,
  containsWord,
  DIGIT,
  equalsWord,
  find,
  findCarriageReturn,
  findControl,
  findLineFeed,
  HEX,
  IDENTIFIER,
  JOINER,
  LETTER,
  QUOTES,
  skipAscii,
  skipFront,
  skipLineEnds,
  skipSpace,
  startsRecord,
  startsWith,
} from "../../../assembly/input/bytes";
import { literal, literalLength } from "../../../assembly/output/literal";
import { misjudged, place, placedEnd, placedLength } from "../support";

const PIPES: u64 = 0x7c7c_7c7c_7c7c_7c7c;
const VIRUS = literal("virus");
const HEADER_REJECTED = literal("header rejected");
const PREFIX = literal("delivery_");
const EMPTY = literal("");

/** Where texts lie at every offset from a multiple of 8. */
const AREA = memory.data(256, 8);

/** Fills the area with `filling`, and the bytes from `end` on with `behind`. */
function fill(filling: u8, end: usize, behind: u8): void {
  memory.fill(AREA, filling, 256);
  memory.fill(end, behind, AREA + 256 - end);
}

describe("the search for a byte", () => {
  it("finds the byte at every place, offset and length", () => {
    const wrong: string[] = [];
    for (let offset: usize = 0; offset < 8; offset++) {
      for (let length: usize = 1; length <= 40; length++) {
        const from = AREA + 8 + offset;
        for (let at: usize = 0; at < length; at++) {
          fill(0x78, from + length, 0x78);
          store<u8>(from + at, 0x7c);
          if (find(from, from + length, PIPES) != from + at) wrong.push(`${offset}, ${at} of ${length}`);
        }
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("is not fooled by bytes before and behind", () => {
    const wrong: string[] = [];
    for (let offset: usize = 0; offset < 8; offset++) {
      for (let length: usize = 0; length <= 40; length++) {
        const from = AREA + 8 + offset;
        const end = from + length;
        for (let behind: usize = 0; behind < 9; behind++) {
          fill(0x78, end + behind, 0x7c);
          memory.fill(AREA, 0x7c, from - AREA);
          if (find(from, end, PIPES) != end) wrong.push(`${offset}, ${length}, ${behind}`);
        }
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("finds the first of several", () => {
    const from = AREA + 8;
    for (let second: usize = 1; second < 40; second++) {
      for (let first: usize = 0; first < second; first++) {
        fill(0x78, from + 40, 0x78);
        store<u8>(from + first, 0x7c);
        store<u8>(from + second, 0x7c);
        expect(find(from, from + 40, PIPES)).toBe(from + first);
      }
    }
  });

  it("takes no other byte for the one it looks for, whatever stands before", () => {
    const wrong: string[] = [];
    const from = AREA + 8;
    for (let other = 0; other < 256; other++) {
      if (other == 0x7c) continue;
      fill(<u8>other, from + 16, <u8>other);
      if (find(from, from + 16, PIPES) != from + 16) wrong.push(`${other} alone`);
      store<u8>(from + 3, 0x7c);
      if (find(from + 4, from + 16, PIPES) != from + 16) wrong.push(`${other} behind`);
      if (find(from, from + 16, PIPES) != from + 3) wrong.push(`${other} before`);
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("has its own names for LF and CR", () => {
    const from = place("ab|cd\nef\rgh");
    const end = placedEnd();
    expect(findLineFeed(from, end)).toBe(from + 5);
    expect(findCarriageReturn(from, end)).toBe(from + 8);
  });
});

describe("the search for a control character", () => {
  it("finds every one of them, and nothing else", () => {
    for (let value = 0; value < 256; value++) {
      const from = AREA + 9;
      fill(0x20, from + 16, 0x20);
      store<u8>(from + 5, <u8>value);
      expect(findControl(from, from + 16)).toBe(from + (value < 0x20 ? 5 : 16), `byte ${value}`);
    }
  });

  it("finds the first one at every place and length, whatever stands behind", () => {
    const wrong: string[] = [];
    const from = AREA + 9;
    for (let length: usize = 0; length <= 40; length++) {
      for (let behind: usize = 0; behind < 9; behind++) {
        fill(0x21, from + length + behind, 0x0a);
        if (findControl(from, from + length) != from + length) wrong.push(`none in ${length}, ${behind}`);
      }
      for (let at: usize = 0; at < length; at++) {
        fill(0xff, from + length, 0x0a);
        memory.fill(from + at, 0x1f, length - at);
        if (findControl(from, from + length) != from + at) wrong.push(`${at} of ${length}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });
});

describe("the search for a byte above 0x7f", () => {
  it("ends at the end or behind it where there is none, whatever stands behind", () => {
    for (let length: usize = 0; length <= 80; length++) {
      const from = AREA + 9;
      fill(0x7f, from + length, 0xff);
      expect(skipAscii(from, from + length)).toBeGreaterThanOrEqual(from + length);
      fill(0x7f, from + length, 0x00);
      expect(skipAscii(from, from + length)).toBeGreaterThanOrEqual(from + length);
    }
  });

  it("finds the first one at every place", () => {
    const wrong: string[] = [];
    for (let length: usize = 1; length <= 80; length++) {
      for (let at: usize = 0; at < length; at++) {
        const from = AREA + 9;
        fill(0x00, from + length, 0xff);
        memory.fill(from + at, 0x80, length - at);
        if (skipAscii(from, from + length) != from + at) wrong.push(`${at} of ${length}`);
        memory.fill(from + at, 0x00, length - at);
        store<u8>(from + at, 0xff);
        if (skipAscii(from, from + length) != from + at) wrong.push(`${at} alone of ${length}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });
});

function among(value: i32, bytes: string): bool {
  for (let i = 0; i < bytes.length; i++) if (bytes.charCodeAt(i) == value) return true;
  return false;
}

describe("the classes of a byte", () => {
  it("are right for all 256", () => {
    for (let value = 0; value < 256; value++) {
      let expected: u8 = 0;
      if (among(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")) expected |= LETTER;
      if (among(value, "0123456789")) expected |= DIGIT;
      if (among(value, "0123456789abcdefABCDEF")) expected |= HEX;
      if (among(value, "_.-")) expected |= JOINER;
      if (value < 0x21 || value == 0x7f) expected |= BLANK;
      if (among(value, "<>")) expected |= ANGLE;
      if (among(value, '"')) expected |= QUOTES;
      if (among(value, "@")) expected |= AT_SIGN;
      expect(classOf(<u8>value)).toBe(expected, `byte ${value}`);
    }
  });

  it("make an identifier of letters, digits, `_`, `.` and `-`", () => {
    for (let value = 0; value < 256; value++) {
      const expected = among(value, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-");
      expect((classOf(<u8>value) & IDENTIFIER) != 0).toBe(expected, `byte ${value}`);
    }
  });
});

/** ASCII letters in lower case, other bytes unchanged. */
function lower(value: u8): u8 {
  return value >= 0x41 && value <= 0x5a ? value + 0x20 : value;
}

/** Bytes next to letters in one way or another: by one, by the case, by bit 7. */
const NEIGHBOURS = "vViIrRuUsS@[`{\x16\x36\0\x7f";

/** Fills `[from, from + length)` with them, so that the same `seed` gives the same; a few have bit 7. */
function scatter(from: usize, length: usize, seed: u32): void {
  for (let i: usize = 0; i < length; i++) {
    seed = seed * 1664525 + 1013904223;
    const chosen = <u8>NEIGHBOURS.charCodeAt(<i32>((seed >> 16) % <u32>NEIGHBOURS.length));
    store<u8>(from + i, seed >> 28 == 0 ? chosen | 0x80 : chosen);
  }
}

/** True if `word` stands at `from` but for the case of letters, byte for byte. */
function standsAt(from: usize, word: usize): bool {
  for (let i: usize = 0; i < literalLength(word); i++) {
    if (lower(load<u8>(from + i)) != load<u8>(word + i)) return false;
  }
  return true;
}

describe("a word", () => {
  it("differs by any other byte at any of its places", () => {
    const wrong: string[] = [];
    const length = literalLength(HEADER_REJECTED);
    const from = AREA + 9;
    for (let at: usize = 0; at < length; at++) {
      for (let value = 0; value < 256; value++) {
        fill(0x21, from + length, 0x6a);
        memory.copy(from, HEADER_REJECTED, length);
        store<u8>(from + at, <u8>value);
        const expected = lower(<u8>value) == load<u8>(HEADER_REJECTED + at);
        if (equalsWord(from, length, HEADER_REJECTED) != expected) wrong.push(`${value} at ${at}`);
      }
    }
    expect(wrong.join("\n")).toBe("");
  });

  it("is found where it stands, and nowhere else", () => {
    const wrong: string[] = [];
    let found = 0;
    for (let seed: u32 = 0; seed < 20000; seed++) {
      const from = AREA + 8 + (seed & 7);
      const length: usize = (seed >> 3) % 40;
      scatter(AREA, 256, seed);
      if (seed % 3 == 0) memory.copy(from + ((seed >> 5) % 40), VIRUS, 5);
      let expected = false;
      for (let at: usize = 0; at + 5 <= length && !expected; at++) expected = standsAt(from + at, VIRUS);
      if (containsWord(from, length, VIRUS) != expected) wrong.push(`${seed}`);
      if (expected) found++;
    }
    expect(wrong.join(" ")).toBe("");
    expect(found).toBeGreaterThan(1000);
  });
});

function spaceBefore(text: string): i32 {
  const from = place(text, " ");
  return <i32>(skipSpace(from, placedEnd()) - from);
}

function lineEndsBefore(text: string): i32 {
  const from = place(text, "\n");
  return <i32>(skipLineEnds(from, placedEnd()) - from);
}

function frontOf(text: string): i32 {
  const from = place(text, " ");
  return <i32>(skipFront(from, placedEnd()) - from);
}

describe("what is skipped", () => {
  it("as JSON's white space: spaces, tabs, CR and LF, up to the end", () => {
    expect(spaceBefore("")).toBe(0);
    expect(spaceBefore("a ")).toBe(0);
    expect(spaceBefore(" \t\r\n a")).toBe(5);
    expect(spaceBefore("   ")).toBe(3);
    expect(spaceBefore("\x0b")).toBe(0);
    expect(spaceBefore("\x0c")).toBe(0);
    expect(spaceBefore("\u00a0")).toBe(0);
  });

  it("as line ends: CR and LF, up to the end", () => {
    expect(lineEndsBefore("")).toBe(0);
    expect(lineEndsBefore("\r\n\n\r")).toBe(4);
    expect(lineEndsBefore("\n\n a")).toBe(2);
    expect(lineEndsBefore(" \n")).toBe(0);
  });

  it("before a line: one U+FEFF, then spaces and tabs, up to the end", () => {
    expect(frontOf("")).toBe(0);
    expect(frontOf("a")).toBe(0);
    expect(frontOf(" \t a")).toBe(3);
    expect(frontOf("\ufeffa")).toBe(3);
    expect(frontOf("\ufeff \ta")).toBe(5);
    expect(frontOf("\ufeff\ufeffa")).toBe(3);
    expect(frontOf(" \ufeffa")).toBe(1);
    expect(frontOf("\n")).toBe(0);
    expect(frontOf("\ufeff")).toBe(3);
    expect(frontOf("  ")).toBe(2);
  });

  it("is no U+FEFF of which the end comes behind", () => {
    const from = place("\ufeffa");
    expect(skipFront(from, from + 2)).toBe(from);
    expect(skipFront(from, from + 1)).toBe(from);
  });
});

function beginsRecord(text: string): bool {
  const from = place(text, "=");
  return startsRecord(from, placedEnd());
}

describe("the start of a record", () => {
  it("is `datetime=`", () => {
    expect(misjudged(["datetime=", "datetime=2021", "datetime=|"], true, beginsRecord)).toBe("");
  });

  it("is nothing else", () => {
    const others = ["", "d", "Datetime=", "datetime", "datetime:", "datetimes=", " datetime=", "timestamp="];
    expect(misjudged(others, false, beginsRecord)).toBe("");
  });

  it("is not cut off by the end", () => {
    const from = place("datetime=");
    for (let length: usize = 0; length < 9; length++) expect(startsRecord(from, from + length)).toBe(false);
  });
});

function isVirus(text: string): bool {
  const from = place(text, "s");
  return equalsWord(from, placedLength(from), VIRUS);
}

function hasVirus(text: string): bool {
  const from = place(text, "virus");
  return containsWord(from, placedLength(from), VIRUS);
}

function hasHeaderRejected(text: string): bool {
  const from = place(text, "d");
  return containsWord(from, placedLength(from), HEADER_REJECTED);
}

describe("a word, byte by byte", () => {
  it("is equal without regard to case", () => {
    expect(misjudged(["virus", "VIRUS", "Virus", "vIrUs"], true, isVirus)).toBe("");
  });

  it("is not equal to more, less or something else", () => {
    const others = ["", "viru", "viruss", " virus", "virvs", "v\u0131rus", "VIR\x15S", "6irus"];
    expect(misjudged(others, false, isVirus)).toBe("");
  });

  it("is found at the start, in the middle and at the end", () => {
    const texts = ["virus", "Virus Signature Detection", "a VIRUS b", "antiVirus", "vvirus", "virvirus"];
    expect(misjudged(texts, true, hasVirus)).toBe("");
  });

  it("is not found where it is not, even if it stands behind the end", () => {
    const texts = ["", "v", "viru", "vi rus", "viruviru", "a text without any of it"];
    expect(misjudged(texts, false, hasVirus)).toBe("");
  });

  it("may have a space in it", () => {
    expect(misjudged(["Message Header Rejected", "header rejected"], true, hasHeaderRejected)).toBe("");
    expect(
      misjudged(["header  rejected", "headerrejected", "header rejecte"], false, hasHeaderRejected),
    ).toBe("");
  });
});

function hasPrefix(text: string): bool {
  const from = place(text, "delivery_");
  return startsWith(from, placedEnd(), PREFIX);
}

describe("a prefix", () => {
  it("is found byte for byte", () => {
    expect(misjudged(["delivery_", "delivery_20210526.log"], true, hasPrefix)).toBe("");
  });

  it("is not found in another case, cut off, or further on", () => {
    expect(misjudged(["", "Delivery_", "delivery", "delivery-", " delivery_"], false, hasPrefix)).toBe("");
  });

  it("may be empty", () => {
    const from = place("");
    expect(startsWith(from, from, EMPTY)).toBe(true);
  });
});
