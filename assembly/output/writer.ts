/**
 * Writes JSON into one growing buffer behind the call's scratch memory. Members are written with a comma behind them;
 * `close` turns the last comma into the bracket, and takes an object or array back that got nothing inside.
 *
 * Rule of room: `text`, `reserve` and `beginOutput` leave at least ROOM free bytes behind what they wrote, and between two
 * of them fewer than ROOM bytes of literals are written. If memory cannot grow the buffer starts anew (so that
 * nothing is written outside of it) and `outputFailed` says so.
 */
import { ensure, memoryEnd, scratchTop } from "../abi/memory";
import { literalLength } from "./literal";

export const ROOM: usize = 1024;

const COMMA: u8 = 0x2c;
const QUOTE: u8 = 0x22;
const BACKSLASH: u8 = 0x5c;

let start: usize = 0;
let at: usize = 0;
let limit: usize = 0;
let failed: bool = false;

/** Where the answer goes when memory is used up: enough for the error that says so. */
const LAST_RESORT: usize = memory.data(4096, 8);
let lastResort: bool = false;

/** Starts an answer at the end of scratch memory. */
export function beginOutput(): void {
  lastResort = !ensure(scratchTop() + 2 * ROOM);
  failed = lastResort;
  start = lastResort ? LAST_RESORT : scratchTop();
  limit = lastResort ? LAST_RESORT + 2 * ROOM : memoryEnd() - ROOM;
  at = start;
}

/** Throws away what was written since `beginOutput`. */
export function restartOutput(): void {
  at = start;
  failed = false;
}

export function outputFailed(): bool {
  return failed;
}

/** Says that the answer cannot be written whole. */
export function failOutput(): void {
  failed = true;
}

export function outputStart(): usize {
  return start;
}

/** Where the next byte goes. */
export function position(): usize {
  return at;
}

/** Takes back everything from `mark` on; `mark` is an earlier `position`. */
export function rewind(mark: usize): void {
  at = mark;
}

/** Makes room for `size` bytes and ROOM more. */
export function reserve(size: usize): void {
  if (at + size <= limit) return;
  if (!lastResort && ensure(at + size + 2 * ROOM)) limit = memoryEnd() - ROOM;
  else {
    failed = true;
    at = start;
  }
}

export function byte(value: u8): void {
  store<u8>(at++, value);
}

/**
 * Copies a text that is not empty. May read and write up to 15 bytes behind: what is written too much is covered by the next
 * write. COPIES_WORDS is defined for the targets whose host compiles the module (asconfig.json): to it `memory.copy` is a call
 * out of the module, to an interpreter one instruction.
 */
function copy(to: usize, from: usize, length: usize): void {
  if (ASC_FEATURE_SIMD) {
    const end = to + length;
    do {
      v128.store(to, v128.load(from));
      to += 16;
      from += 16;
    } while (to < end);
  } else if (isDefined(COPIES_WORDS)) {
    const end = to + length;
    do {
      store<u64>(to, load<u64>(from));
      to += 8;
      from += 8;
    } while (to < end);
  } else memory.copy(to, from, length);
}

/** Writes a literal of fewer than ROOM bytes. */
export function lit(literal: usize): void {
  const length = literalLength(literal);
  copy(at, literal, length);
  at += length;
}

/** Writes text in which nothing needs an escape (`escapeMask`) as the inside of a JSON string. */
export function plain(from: usize, length: usize): void {
  if (at + length > limit) {
    reserve(length);
    if (failed) return;
  }
  copy(at, from, length);
  at += length;
}

/**
 * Lowest byte of `word` that JSON does not take as it is inside a string: `"`, `\`, or below 0x20. The result has bit 7
 * of that byte set; bits above the lowest set one may be wrong (borrow of the subtraction; Hacker's Delight 6-1).
 */
export function escapeMask(word: u64): u64 {
  // With bit 1 turned over, `"` and what is below 0x20 are what is below 0x21. No constant here has bit 7: one mask is enough.
  const low = (word ^ 0x0202_0202_0202_0202) - 0x2121_2121_2121_2121;
  const backslash = (word ^ 0x5c5c_5c5c_5c5c_5c5c) - 0x0101_0101_0101_0101;
  return (low | backslash) & (~word & 0x8080_8080_8080_8080);
}

/** The same of the 16 bytes at `from`, one bit each, all of them right. */
export function escapeBits(from: usize): i32 {
  const bytes = v128.load(from);
  const low = i8x16.lt_u(v128.xor(bytes, i8x16.splat(2)), i8x16.splat(0x21));
  return i8x16.bitmask(v128.or(low, i8x16.eq(bytes, i8x16.splat(BACKSLASH))));
}

/**
 * Writes UTF-8 as the inside of a JSON string. Reads up to 15 bytes behind `from + length` (memory.ts: PADDING), writes at
 * most 6 bytes for one, and up to 16 bytes more that the next write covers.
 */
export function text(from: usize, length: usize): void {
  reserve(length * 6 + 8);
  if (failed) return;
  const end = from + length;
  let to = at;
  while (from < end) {
    let clean: usize = 0;
    if (ASC_FEATURE_SIMD) {
      const mask = escapeBits(from);
      v128.store(to, v128.load(from));
      if (mask == 0) {
        from += 16;
        to += 16;
        continue;
      }
      clean = ctz(mask);
    } else {
      const word = load<u64>(from);
      store<u64>(to, word);
      const mask = escapeMask(word);
      if (mask == 0) {
        from += 8;
        to += 8;
        continue;
      }
      clean = <usize>(ctz(mask) >> 3);
    }
    from += clean;
    to += clean;
    if (from >= end) break;
    to = escape(to, load<u8>(from));
    from++;
  }
  // Bytes behind `end` may have been counted in: steps of 8 or 16 bytes.
  at = to - (from - end);
}

function escape(to: usize, value: u8): usize {
  store<u8>(to, BACKSLASH);
  let short: u8 = 0;
  if (value == QUOTE || value == BACKSLASH) short = value;
  else if (value == 0x0a) short = 0x6e;
  else if (value == 0x0d) short = 0x72;
  else if (value == 0x09) short = 0x74;
  else if (value == 0x08) short = 0x62;
  else if (value == 0x0c) short = 0x66;
  if (short != 0) {
    store<u8>(to, short, 1);
    return to + 2;
  }
  store<u32>(to, 0x30_30_75_5c);
  store<u8>(to, 0x30 + (value >> 4), 4);
  const low = value & 15;
  store<u8>(to, low < 10 ? 0x30 + low : 0x57 + low, 5);
  return to + 6;
}

/** `"…"`, and a comma. */
export function quoted(from: usize, length: usize): void {
  byte(QUOTE);
  text(from, length);
  closeString();
}

/** Ends a string whose inside was written by `text`. */
export function closeString(): void {
  store<u16>(at, 0x2c22);
  at += 2;
}

/** A decimal number without a sign, as text and without quotes. */
export function decimal(value: u64): void {
  let digits = 1;
  for (let rest = value / 10; rest != 0; rest /= 10) digits++;
  at += digits;
  let to = at;
  do {
    store<u8>(--to, 0x30 + <u8>(value % 10));
    value /= 10;
  } while (value != 0);
}

/** A decimal number with leading zeros up to `width` digits. */
export function padded(value: u32, width: i32): void {
  at += width;
  let to = at;
  for (let i = 0; i < width; i++) {
    store<u8>(--to, 0x30 + <u8>(value % 10));
    value /= 10;
  }
}

/** Two digits of a number below 100, and a byte behind them. */
export function pair(value: u32, after: u8): void {
  store<u8>(at, 0x30 + <u8>(value / 10));
  store<u8>(at, 0x30 + <u8>(value % 10), 1);
  store<u8>(at, after, 2);
  at += 3;
}

/** Writes a literal that ends with `{` or `[`, and returns where it began, for `close`. */
export function open(literal: usize): usize {
  const mark = at;
  lit(literal);
  return mark;
}

/** Ends what `open` began with `bracket` and a comma, or takes it back if nothing was written in it. */
export function close(mark: usize, bracket: u8): void {
  if (load<u8>(at - 1) != COMMA) {
    at = mark;
    return;
  }
  store<u8>(at - 1, bracket);
  store<u8>(at++, COMMA);
}

/** Takes the last comma off. */
export function dropComma(): void {
  if (load<u8>(at - 1) == COMMA) at--;
}
