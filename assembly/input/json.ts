/**
 * Strict JSON (RFC 8259) over bytes: checks values, decodes strings, removes white space. No tree is built; what a member
 * means is for the callers. All functions take `[from, end)`, may read up to 7 bytes behind `end`, and return the address
 * behind what they read, or 0 if it is no JSON; `jsonTooDeep` then tells whether only the depth was at fault.
 */

import { escapeBits, escapeMask } from "../output/writer";
import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  COMMA,
  classOf,
  DIGIT,
  DOT,
  HEX,
  HIGHS,
  MINUS,
  PLUS,
  QUOTE,
  SPACE,
  skipSpace,
  ZERO,
} from "./bytes";
import { putCodePoint } from "./utf8";

/** How many objects and arrays may stand in each other. */
export const MAX_DEPTH: i32 = 128;

/** For each open container whether it is an object. */
const STACK: usize = memory.data(128);

const TRUE: u32 = 0x6575_7274;
const FALS: u32 = 0x736c_6166;
const NULL: u32 = 0x6c6c_756e;

/** `:\"` and `,\"` */
const COLON_QUOTE: u32 = 0x22_5c3a;
const COMMA_QUOTE: u32 = 0x22_5c2c;

let tooDeep: bool = false;

/** True if the last 0 was for depth alone. */
export function jsonTooDeep(): bool {
  return tooDeep;
}

/** Forgets an earlier depth error. */
export function beginJson(): void {
  tooDeep = false;
}

/** Behind the closing quote of the string whose opening quote is at `from`. */
export function skipString(from: usize, end: usize): usize {
  let at = from + 1;
  while (at < end) {
    if (ASC_FEATURE_SIMD) {
      const mask = escapeBits(at);
      if (mask == 0) {
        at += 16;
        continue;
      }
      at += ctz(mask);
    } else {
      const mask = escapeMask(load<u64>(at));
      if (mask == 0) {
        at += 8;
        continue;
      }
      at += <usize>(ctz(mask) >> 3);
    }
    if (at >= end) return 0;
    const c = load<u8>(at);
    if (c == QUOTE) return at + 1;
    if (c != BACKSLASH) return 0;
    at = skipEscape(at, end);
    if (at == 0) return 0;
  }
  return 0;
}

/** Behind the escape whose backslash is at `from`. */
function skipEscape(from: usize, end: usize): usize {
  if (from + 1 >= end) return 0;
  const c = load<u8>(from, 1);
  if (c == 0x75) {
    if (from + 6 > end) return 0;
    for (let i: usize = 2; i < 6; i++) if ((classOf(load<u8>(from + i)) & HEX) == 0) return 0;
    return from + 6;
  }
  return shortEscape(c) != 0 ? from + 2 : 0;
}

/** What `\` and the byte mean together, or 0. */
function shortEscape(c: u8): u8 {
  if (c == QUOTE || c == BACKSLASH || c == 0x2f) return c;
  if (c == 0x6e) return 0x0a;
  if (c == 0x74) return 0x09;
  if (c == 0x72) return 0x0d;
  if (c == 0x62) return 0x08;
  if (c == 0x66) return 0x0c;
  return 0;
}

let decodedEnd: usize = 0;
let decodedBits: u64 = 0;
let escapes: bool = false;
let controls: bool = false;

/** End of what `decodeString` wrote. */
export function decodedTo(): usize {
  return decodedEnd;
}

/** True if what `decodeString` read had no byte above 0x7f. False also where such a byte stands just behind it. */
export function decodedAscii(): bool {
  return (decodedBits & HIGHS) == 0;
}

/** True if it had escapes: without them the text holds nothing that JSON would escape. */
export function decodedEscapes(): bool {
  return escapes;
}

/** True if one of them may stand for a control character. */
export function decodedControls(): bool {
  return controls;
}

/**
 * Decodes the string whose opening quote is at `from` to `to`, which has room for as many bytes as the string and 8 more.
 * Returns the address behind the closing quote; `decodedTo` gives the end of the decoded text.
 */
export function decodeString(from: usize, end: usize, to: usize): usize {
  let at = from + 1;
  let bits: u64 = 0;
  escapes = controls = false;
  while (at < end) {
    let clean: usize = 0;
    if (ASC_FEATURE_SIMD) {
      const mask = escapeBits(at);
      const bytes = v128.load(at);
      v128.store(to, bytes);
      if (i8x16.bitmask(bytes) != 0) bits = HIGHS;
      if (mask == 0) {
        at += 16;
        to += 16;
        continue;
      }
      clean = ctz(mask);
    } else {
      const word = load<u64>(at);
      store<u64>(to, word);
      bits |= word;
      const mask = escapeMask(word);
      if (mask == 0) {
        at += 8;
        to += 8;
        continue;
      }
      clean = <usize>(ctz(mask) >> 3);
    }
    at += clean;
    to += clean;
    if (at >= end) return 0;
    const c = load<u8>(at);
    if (c == QUOTE) {
      decodedEnd = to;
      decodedBits = bits;
      return at + 1;
    }
    if (c != BACKSLASH) return 0;
    escapes = true;
    const escaped = load<u8>(at, 1);
    if ((escaped == QUOTE || escaped == BACKSLASH) && at + 1 < end) {
      store<u8>(to++, escaped);
      at += 2;
      // JSON in JSON: another quote follows at once, behind `:` or `,`.
      const next = load<u32>(at) & 0xff_ffff;
      if ((next == COLON_QUOTE || next == COMMA_QUOTE) && at + 2 < end) {
        store<u16>(to, next == COLON_QUOTE ? 0x223a : 0x222c);
        to += 2;
        at += 3;
      }
      continue;
    }
    controls = true;
    const next = skipEscape(at, end);
    if (next == 0) return 0;
    if (next == at + 2) {
      store<u8>(to++, shortEscape(load<u8>(at, 1)));
      at = next;
      continue;
    }
    let point = hex4(at + 2);
    at = next;
    if (point >> 10 == 0x36 && at + 6 <= end && load<u16>(at) == 0x755c && skipEscape(at, end) != 0) {
      const low = hex4(at + 2);
      if (low >> 10 == 0x37) {
        point = 0x10000 + ((point & 0x3ff) << 10) + (low & 0x3ff);
        at += 6;
      }
    }
    to = putCodePoint(to, point);
  }
  return 0;
}

function hex4(at: usize): u32 {
  let value: u32 = 0;
  for (let i: usize = 0; i < 4; i++) {
    const c = <u32>load<u8>(at + i);
    value = (value << 4) | (c <= 0x39 ? c - 0x30 : (c & 15) + 9);
  }
  return value;
}

/** Behind the number at `from`. */
function skipNumber(from: usize, end: usize): usize {
  if (from < end && load<u8>(from) == MINUS) from++;
  if (from >= end) return 0;
  if (load<u8>(from) == ZERO) from++;
  else {
    from = skipDigits(from, end);
    if (from == 0) return 0;
  }
  if (from < end && load<u8>(from) == DOT) {
    from = skipDigits(from + 1, end);
    if (from == 0) return 0;
  }
  if (from < end && (load<u8>(from) | 0x20) == 0x65) {
    from++;
    if (from < end && (load<u8>(from) == PLUS || load<u8>(from) == MINUS)) from++;
    from = skipDigits(from, end);
  }
  return from;
}

/** Behind one or more digits. */
function skipDigits(from: usize, end: usize): usize {
  const start = from;
  while (from < end && (classOf(load<u8>(from)) & DIGIT) != 0) from++;
  return from == start ? 0 : from;
}

/** Behind a string, number, `true`, `false` or `null`. */
function skipScalar(from: usize, end: usize): usize {
  if (from >= end) return 0;
  if (load<u8>(from) == QUOTE) return skipString(from, end);
  const word = load<u32>(from);
  if (word == TRUE || word == NULL) return from + 4 <= end ? from + 4 : 0;
  if (word == FALS) return from + 5 <= end && load<u8>(from, 4) == 0x65 ? from + 5 : 0;
  return skipNumber(from, end);
}

/**
 * Behind the value at `from`, which stands inside `depth` containers. `from` is no white space. Iterative: the depth of
 * hostile JSON costs no stack.
 */
export function skipValue(from: usize, end: usize, depth: i32): usize {
  const floor = depth;
  let at = from;
  while (true) {
    // A value.
    if (at >= end) return 0;
    const c = load<u8>(at);
    if (c == BRACE_OPEN || c == BRACKET_OPEN) {
      if (depth == MAX_DEPTH) {
        tooDeep = true;
        return 0;
      }
      const isObject = c == BRACE_OPEN;
      store<u8>(STACK + depth++, <u8>isObject);
      at = skipSpace(at + 1, end);
      if (at >= end) return 0;
      if (load<u8>(at) != (isObject ? BRACE_CLOSE : BRACKET_CLOSE)) {
        if (isObject) at = skipKey(at, end);
        if (at == 0) return 0;
        continue;
      }
      at++;
      depth--;
    } else {
      at = skipScalar(at, end);
      if (at == 0) return 0;
    }
    // What may follow it.
    while (depth > floor) {
      const isObject = load<u8>(STACK + depth - 1) != 0;
      at = skipSpace(at, end);
      if (at >= end) return 0;
      const next = load<u8>(at);
      if (next == COMMA) {
        at = skipSpace(at + 1, end);
        if (isObject) at = skipKey(at, end);
        if (at == 0) return 0;
        break;
      }
      if (next != (isObject ? BRACE_CLOSE : BRACKET_CLOSE)) return 0;
      at++;
      depth--;
    }
    if (depth == floor) break;
  }
  return at;
}

/** From the opening quote of a member's name to the first byte of its value. */
export function skipKey(from: usize, end: usize): usize {
  if (from >= end || load<u8>(from) != QUOTE) return 0;
  from = skipString(from, end);
  return from == 0 ? 0 : skipColon(from, end);
}

/** From behind a member's name to the first byte of its value. */
export function skipColon(from: usize, end: usize): usize {
  if (from < end && load<u8>(from) != COLON) from = skipSpace(from, end);
  if (from >= end || load<u8>(from) != COLON) return 0;
  return skipSpace(from + 1, end);
}

/** Copies a checked value without the white space outside its strings. Returns the end of the copy. */
export function compact(from: usize, end: usize, to: usize): usize {
  while (from < end) {
    const c = load<u8>(from);
    if (c == QUOTE) {
      const next = skipString(from, end);
      memory.copy(to, from, next - from);
      to += next - from;
      from = next;
    } else {
      if (c > SPACE) store<u8>(to++, c);
      from++;
    }
  }
  return to;
}
