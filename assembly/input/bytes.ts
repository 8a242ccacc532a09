/** Bytes by name, classes of bytes, and searches that take 8 bytes at a time. */
import { literalLength } from "../output/literal";

export const TAB: u8 = 0x09;
export const LF: u8 = 0x0a;
export const CR: u8 = 0x0d;
export const SPACE: u8 = 0x20;
export const QUOTE: u8 = 0x22;
export const PLUS: u8 = 0x2b;
export const COMMA: u8 = 0x2c;
export const MINUS: u8 = 0x2d;
export const DOT: u8 = 0x2e;
export const SLASH: u8 = 0x2f;
export const ZERO: u8 = 0x30;
export const COLON: u8 = 0x3a;
export const LESS: u8 = 0x3c;
export const EQUALS: u8 = 0x3d;
export const GREATER: u8 = 0x3e;
export const AT: u8 = 0x40;
export const BRACKET_OPEN: u8 = 0x5b;
export const BACKSLASH: u8 = 0x5c;
export const BRACKET_CLOSE: u8 = 0x5d;
export const BRACE_OPEN: u8 = 0x7b;
export const PIPE: u8 = 0x7c;
export const BRACE_CLOSE: u8 = 0x7d;
export const DELETE: u8 = 0x7f;

/** `datetime` and the first byte behind it: how every key=value record begins. */
const DATETIME: u64 = 0x656d_6974_6574_6164;

const ONES: u64 = 0x0101_0101_0101_0101;
/** Bit 7 of each byte. */
export const HIGHS: u64 = 0x8080_8080_8080_8080;

/** Classes, one bit each, in `classOf`. */
export const LETTER: u8 = 1;
export const DIGIT: u8 = 2;
/** `_`, `.`, `-`: with letters and digits the bytes of an identifier. */
export const JOINER: u8 = 4;
export const HEX: u8 = 8;
/** Below 0x21, or 0x7f: never in an address. */
export const BLANK: u8 = 16;
/** `<` or `>`. */
export const ANGLE: u8 = 32;
/** `"`. */
export const QUOTES: u8 = 64;
/** `@`. */
export const AT_SIGN: u8 = 128;

export const IDENTIFIER: u8 = LETTER | DIGIT | JOINER;

const CLASSES: usize = memory.data(256);
classify();

function classify(): void {
  for (let c = 0; c < 0x21; c++) store<u8>(CLASSES + c, BLANK);
  store<u8>(CLASSES + DELETE, BLANK);
  for (let c = 0; c < 26; c++) {
    const hex: u8 = c < 6 ? HEX : 0;
    store<u8>(CLASSES + 0x41 + c, LETTER | hex);
    store<u8>(CLASSES + 0x61 + c, LETTER | hex);
  }
  for (let c = 0; c < 10; c++) store<u8>(CLASSES + ZERO + c, DIGIT | HEX);
  store<u8>(CLASSES + 0x5f, JOINER);
  store<u8>(CLASSES + DOT, JOINER);
  store<u8>(CLASSES + MINUS, JOINER);
  store<u8>(CLASSES + LESS, ANGLE);
  store<u8>(CLASSES + GREATER, ANGLE);
  store<u8>(CLASSES + QUOTE, QUOTES);
  store<u8>(CLASSES + AT, AT_SIGN);
}

/** The classes of a byte, as bits. */
export function classOf(value: u8): u8 {
  return load<u8>(CLASSES + value);
}

/**
 * First byte equal to those of `lanes` (one byte, repeated 8 times) in `[from, end)`, or `end`. Reads up to 7 bytes behind
 * `end`, which memory.ts keeps readable. The zero-byte mask is exact in its lowest set bit, and only that is used.
 */
export function find(from: usize, end: usize, lanes: u64): usize {
  while (from < end) {
    const word = load<u64>(from) ^ lanes;
    const mask = (word - ONES) & ~word & HIGHS;
    if (mask != 0) return min(from + <usize>(ctz(mask) >> 3), end);
    from += 8;
  }
  return end;
}

/** First LF in `[from, end)`, or `end`. */
export function findLineFeed(from: usize, end: usize): usize {
  return find(from, end, 0x0a0a_0a0a_0a0a_0a0a);
}

/** First CR in `[from, end)`, or `end`. */
export function findCarriageReturn(from: usize, end: usize): usize {
  return find(from, end, 0x0d0d_0d0d_0d0d_0d0d);
}

/** First byte below 0x20 in `[from, end)`, or `end`. Reads as `find` does. */
export function findControl(from: usize, end: usize): usize {
  while (from < end) {
    const word = load<u64>(from);
    const mask = (word - 0x2020_2020_2020_2020) & ~word & HIGHS;
    if (mask != 0) return min(from + <usize>(ctz(mask) >> 3), end);
    from += 8;
  }
  return end;
}

/** First byte above 0x7f in `[from, end)`, or `end` or an address behind it. Reads up to 31 bytes behind `end`. */
export function skipAscii(from: usize, end: usize): usize {
  while (from < end) {
    if (ASC_FEATURE_SIMD) {
      const first = i8x16.bitmask(v128.load(from));
      if (first != 0) return from + ctz(first);
      from += 16;
      continue;
    }
    const first = load<u64>(from) & HIGHS;
    if (first != 0) return from + <usize>(ctz(first) >> 3);
    if (((load<u64>(from, 8) | load<u64>(from, 16) | load<u64>(from, 24)) & HIGHS) == 0) from += 32;
    else from += 8;
  }
  return from;
}

let seenBits: u64 = 0;
let seenControls: u64 = 0;

/** Looks through `[from, end)` for what `sawAscii` and `sawControls` then tell. Reads up to 7 bytes behind `end`. */
export function lookForControls(from: usize, end: usize): void {
  let bits: u64 = 0;
  let controls: u64 = 0;
  while (from + 8 <= end) {
    const word = load<u64>(from);
    bits |= word;
    controls |= (word - 0x2020_2020_2020_2020) & ~word;
    from += 8;
  }
  if (from < end) {
    // What lies behind the end is made spaces.
    const behind = (<u64>-1) << ((<u64>(end - from)) << 3);
    const word = (load<u64>(from) & ~behind) | (0x2020_2020_2020_2020 & behind);
    bits |= word;
    controls |= (word - 0x2020_2020_2020_2020) & ~word;
  }
  seenBits = bits & HIGHS;
  seenControls = controls & HIGHS;
}

/** True if no byte is above 0x7f. */
export function sawAscii(): bool {
  return seenBits == 0;
}

/** True if there may be a byte below 0x20; false if there is none. */
export function sawControls(): bool {
  return seenControls != 0;
}

/** True if `datetime=` stands at `from`. */
export function startsRecord(from: usize, end: usize): bool {
  return end - from >= 9 && load<u64>(from) == DATETIME && load<u8>(from, 8) == EQUALS;
}

/** First byte of `[from, end)` that is no space, tab, CR or LF (JSON's white space). */
export function skipSpace(from: usize, end: usize): usize {
  while (from < end) {
    const c = load<u8>(from);
    if (c > SPACE || (c != SPACE && c != LF && c != CR && c != TAB)) break;
    from++;
  }
  return from;
}

export function isLineEnd(c: u8): bool {
  return c == LF || c == CR;
}

/** Behind the CRs and LFs at `from`. */
export function skipLineEnds(from: usize, end: usize): usize {
  while (from < end && isLineEnd(load<u8>(from))) from++;
  return from;
}

/** Behind what may stand before a line: one U+FEFF, spaces and tabs. */
export function skipFront(from: usize, end: usize): usize {
  if (end - from >= 3 && (load<u32>(from) & 0xff_ffff) == 0xbf_bbef) from += 3;
  while (from < end && (load<u8>(from) == SPACE || load<u8>(from) == TAB)) from++;
  return from;
}

/** True if `[from, from + length)` is the literal (lower case) but for the case of letters. Reads up to 7 bytes behind both. */
export function equalsWord(from: usize, length: usize, word: usize): bool {
  if (length != literalLength(word)) return false;
  while (length > 8) {
    if (lowers(load<u64>(from)) != load<u64>(word)) return false;
    from += 8;
    word += 8;
    length -= 8;
  }
  return length == 0 || (lowers(load<u64>(from)) ^ load<u64>(word)) << ((8 - <u64>length) << 3) == 0;
}

/**
 * True if the literal (lower case, a letter first) stands somewhere in `[from, from + length)`, without regard to case. Reads up to 7
 * bytes behind both.
 */
export function containsWord(from: usize, length: usize, word: usize): bool {
  const wordLength = literalLength(word);
  if (length < wordLength) return false;
  const end = from + length - wordLength + 1;
  const first = <u64>load<u8>(word) * ONES;
  while (from < end) {
    // As in find: 0x20 makes the two cases of a letter one, and of nothing else that letter.
    const differs = (load<u64>(from) | 0x2020_2020_2020_2020) ^ first;
    const mask = (differs - ONES) & ~differs & HIGHS;
    if (mask == 0) {
      from += 8;
      continue;
    }
    from += <usize>(ctz(mask) >> 3);
    if (from < end && equalsWord(from, wordLength, word)) return true;
    from++;
  }
  return false;
}

/** True if the literal stands at `from`, byte for byte. Reads up to 7 bytes behind it. */
export function startsWith(from: usize, end: usize, word: usize): bool {
  const length = literalLength(word);
  return end - from >= length && sameBytes(from, word, length);
}

/** Compares `length` bytes, 8 at a time. Reads up to 7 bytes behind them. */
export function sameBytes(one: usize, other: usize, length: usize): bool {
  while (length > 8) {
    if (load<u64>(one) != load<u64>(other)) return false;
    one += 8;
    other += 8;
    length -= 8;
  }
  return length == 0 || (load<u64>(one) ^ load<u64>(other)) << ((8 - <u64>length) << 3) == 0;
}

/** ASCII letters among 8 bytes in lower case, other bytes unchanged. */
function lowers(bytes: u64): u64 {
  const low = bytes & ~HIGHS;
  // Bit 7 of a sum says that the low 7 bits are at least 0x41, 0x5b. No sum carries.
  const capitals = (low + 0x3f3f_3f3f_3f3f_3f3f) & ~(low + 0x2525_2525_2525_2525) & ~bytes & HIGHS;
  return bytes | (capitals >> 2);
}
