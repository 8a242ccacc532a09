/**
 * Raw bytes → records (docs/grammar.md, Splitting): line ends, records glued by a CR, and members of API 1.0, which are
 * unrolled. Works on a chunk at a time and keeps no state but what `splitState` hands back.
 */
import { literal, literalLength } from "../output/literal";
import { escapeMask } from "../output/writer";
import {
  BACKSLASH,
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COMMA,
  CR,
  classOf,
  findCarriageReturn,
  findLineFeed,
  HIGHS,
  IDENTIFIER,
  isLineEnd,
  LF,
  PLUS,
  QUOTE,
  skipFront,
  skipLineEnds,
  skipSpace,
  startsRecord,
  startsWith,
} from "./bytes";
import { skipColon, skipString, skipValue } from "./json";

const DATA = literal('"data"');
const DATETIME = literal("datetime=");

/** The head of a member must end within this many bytes. */
const MAX_HEAD: usize = 4096;

/**
 * After so many objects of one input were cut off, members are read as lines: members in members, none of which ends, would
 * each be looked through to the end of the input.
 */
const MAX_CUT_OFFS: u32 = 16;

/** How a search for the next record ended. */
export const RECORD: u32 = 0;
/** The chunk ends inside a record, or where more must be seen to tell. */
export const MORE: u32 = 1;
/** Nothing is left. */
export const NOTHING: u32 = 2;

let recordFrom: usize = 0;
let recordEnd: usize = 0;
let after: usize = 0;
let bits: u64 = 0;
let controls: bool = false;
let inMember: bool = false;
let cutOffs: u32 = 0;

/** The record that was found, and the first byte behind it and its line end. */
export function recordStart(): usize {
  return recordFrom;
}

export function recordStop(): usize {
  return recordEnd;
}

export function behindRecord(): usize {
  return after;
}

/** True if the record has no byte above 0x7f. False also where such a byte stands just behind it. */
export function recordAscii(): bool {
  return (bits & HIGHS) == 0;
}

/** True if control characters may stand in the record. */
export function recordControls(): bool {
  return controls;
}

/** Where splitting stands between two chunks, 0 at the start of an input: to be given to the next chunk's `beginSplit`. */
export function splitState(): u32 {
  return (cutOffs << 1) | <u32>inMember;
}

export function beginSplit(state: u32): void {
  inMember = (state & 1) != 0;
  cutOffs = state >> 1;
}

/**
 * Finds the next record in `[from, end)`. `last` says that nothing follows `end`. On MORE and NOTHING `behindRecord` is where
 * the unread rest begins.
 */
export function nextRecord(from: usize, end: usize, last: bool): u32 {
  while (true) {
    if (inMember) {
      const at = skipSpace(from, end);
      after = at;
      if (at == end) return last ? NOTHING : MORE;
      const c = load<u8>(at);
      if (c == COMMA) {
        from = at + 1;
        continue;
      }
      if (c == BRACE_OPEN) {
        const found = skipElement(at, end);
        if (found > CUT_OFF) {
          recordFrom = at;
          recordEnd = after = found;
          bits = ~0;
          controls = true;
          return RECORD;
        }
        if (found == 0 && !last) return MORE;
        // Cut off: what is left is read as lines.
        cutOffs++;
      }
      if (c == BRACKET_CLOSE) {
        const brace = skipSpace(at + 1, end);
        if (brace == end && !last) return MORE;
        inMember = false;
        from = brace < end && load<u8>(brace) == BRACE_CLOSE ? brace + 1 : at + 1;
        continue;
      }
      inMember = false;
      from = at;
      continue;
    }
    from = skipLineEnds(from, end);
    after = from;
    if (from == end) return NOTHING;
    const front = skipFront(from, end);
    const isJson = front < end && load<u8>(front) == BRACE_OPEN;
    if (isJson && cutOffs < MAX_CUT_OFFS) {
      const head = memberHead(front, min(end, front + MAX_HEAD));
      if (head > 1) {
        inMember = true;
        from = head;
        continue;
      }
      if (head == 1 && !last && end - front < MAX_HEAD) return MORE;
    }
    return nextLine(from, end, last, isJson);
  }
}

/** A record that a line end ends. One pass: bytes that cannot end a line are looked at eight at a time. */
function nextLine(from: usize, end: usize, last: bool, isJson: bool): u32 {
  let at = from;
  let seen: u64 = 0;
  controls = false;
  for (; at < end; at++) {
    // As findControl does, but that all bytes are looked at for what is above 0x7f.
    if (ASC_FEATURE_SIMD) {
      let control: i32 = 0;
      while (at < end) {
        const bytes = v128.load(at);
        if (i8x16.bitmask(bytes) != 0) seen = ~0;
        control = i8x16.bitmask(i8x16.lt_u(bytes, i8x16.splat(0x20)));
        if (control != 0) break;
        at += 16;
      }
      at = min(at + ctz(control), end);
    } else {
      let control: u64 = 0;
      while (at < end) {
        const word = load<u64>(at);
        seen |= word;
        control = (word - 0x2020_2020_2020_2020) & (~word & HIGHS);
        if (control != 0) break;
        at += 8;
      }
      at = min(at + <usize>(ctz(control) >> 3), end);
    }
    if (at == end) break;
    const c = load<u8>(at);
    if (c == LF) break;
    if (c != CR) {
      controls = true;
      continue;
    }
    const next = at + 1;
    if (next == end) {
      if (last) break;
      return MORE;
    }
    if (load<u8>(next) == LF || (isJson && load<u8>(next) == BRACE_OPEN) || startsRecord(next, end)) break;
    controls = true;
    if (!last && end - next < literalLength(DATETIME) && memory.compare(next, DATETIME, end - next) == 0)
      return MORE;
  }
  if (at == end && !last) return MORE;
  recordFrom = from;
  recordEnd = at;
  bits = seen;
  after = at == end ? end : at + 1;
  return RECORD;
}

/**
 * Behind the `[` of `{"…":scalar,…,"data":[`, if a member begins at `from`; 1 if that cannot be told before `end`; 0 if none
 * does.
 */
function memberHead(from: usize, end: usize): usize {
  let at = skipSpace(from + 1, end);
  while (true) {
    if (at >= end) return 1;
    if (load<u8>(at) != QUOTE) return 0;
    const name = at;
    at = skipString(at, end);
    if (at == 0) return unfinishedString(name, end);
    const colon = skipSpace(at, end);
    if (colon >= end) return 1;
    at = skipColon(at, end);
    if (at == 0) return 0;
    if (at >= end) return 1;
    const c = load<u8>(at);
    if (c == BRACKET_OPEN) return startsWith(name, end, DATA) ? at + 1 : 0;
    if (c == BRACE_OPEN) return 0;
    const next = skipValue(at, end, 1);
    if (next == 0) return c == QUOTE ? unfinishedString(at, end) : unfinishedWord(at, end);
    at = skipSpace(next, end);
    if (at >= end) return 1;
    if (load<u8>(at) != COMMA) return 0;
    at = skipSpace(at + 1, end);
  }
}

/** 1 if the string at `from` only lacks its end, else 0. */
function unfinishedString(from: usize, end: usize): usize {
  const lineFeed = findLineFeed(from, end);
  return lineFeed == end && findCarriageReturn(from, end) == end ? 1 : 0;
}

/** 1 if nothing but bytes of numbers and words stand in `[from, end)`, so that the rest may make a scalar of it, else 0. */
function unfinishedWord(from: usize, end: usize): usize {
  while (from < end && ((classOf(load<u8>(from)) & IDENTIFIER) != 0 || load<u8>(from) == PLUS)) from++;
  return from == end ? 1 : 0;
}

/** What `skipElement` returns for an object that was cut off. */
const CUT_OFF: usize = 1;

/**
 * Behind the object at `from`, by its brackets and strings alone: what is wrong in it is for the reader. CUT_OFF where a line
 * ends inside a string, which JSON does not allow; 0 if the end has not come yet.
 */
function skipElement(from: usize, end: usize): usize {
  let depth = 0;
  let at = from;
  while (at < end) {
    const c = load<u8>(at);
    if (c == QUOTE) {
      at = skipElementString(at + 1, end);
      if (at <= CUT_OFF) return at;
      continue;
    }
    if (c == BRACE_OPEN || c == BRACKET_OPEN) depth++;
    else if (c == BRACE_CLOSE || c == BRACKET_CLOSE) {
      if (--depth <= 0) return at + 1;
    }
    at++;
  }
  return 0;
}

/** Behind the closing quote of the string whose inside begins at `at`. */
function skipElementString(at: usize, end: usize): usize {
  while (at < end) {
    const mask = escapeMask(load<u64>(at));
    if (mask == 0) {
      at += 8;
      continue;
    }
    at += <usize>(ctz(mask) >> 3);
    if (at >= end) return 0;
    const c = load<u8>(at);
    at++;
    if (c == QUOTE) return at;
    if (isLineEnd(c)) return CUT_OFF;
    if (c == BACKSLASH && at < end && (load<u8>(at) == QUOTE || load<u8>(at) == BACKSLASH)) at++;
  }
  return 0;
}
