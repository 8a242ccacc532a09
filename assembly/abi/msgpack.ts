/**
 * MessagePack, as far as Fluent Bit's `event_format msgpack` needs it: a record that comes, and an answer of one member that goes.
 * The host takes the answer up to its first zero byte (src/wasm/flb_wasm.c of 5.1.1), so no length in it may hold one.
 */

import { dtoa_buffered } from "util/number";
import {
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_CLOSE,
  BRACKET_OPEN,
  COLON,
  COMMA,
  lookForControls,
  MINUS,
  QUOTE,
  SPACE,
  sawAscii,
  sawControls,
} from "../input/bytes";
import { addMember, beginMembers } from "../input/record";
import { isUtf8, repairUtf8 } from "../input/utf8";
import { literal, literalLength } from "../output/literal";
import {
  beginOutput,
  byte,
  closeString,
  decimal,
  dropComma,
  lit,
  outputFailed,
  outputStart,
  position,
  reserve,
  rewind,
  text,
} from "../output/writer";
import { scratch } from "./memory";

// https://github.com/msgpack/msgpack/blob/master/spec.md
const FIXED_MAP: u8 = 0x80;
const FIXED_ARRAY: u8 = 0x90;
const FIXED_TEXT: u8 = 0xa0;
const NIL: u8 = 0xc0;
const FALSE_WORD: u8 = 0xc2;
const TRUE_WORD: u8 = 0xc3;
const BINARY_8: u8 = 0xc4;
const EXTENSION_8: u8 = 0xc7;
const FLOAT_32: u8 = 0xca;
const FLOAT_64: u8 = 0xcb;
const UNSIGNED_8: u8 = 0xcc;
const SIGNED_8: u8 = 0xd0;
const FIXED_EXTENSION: u8 = 0xd4;
const TEXT_8: u8 = 0xd9;
const TEXT_16: u8 = 0xda;
const TEXT_32: u8 = 0xdb;
const ARRAY_16: u8 = 0xdc;
const MAP_16: u8 = 0xde;
const NEGATIVE: u8 = 0xe0;

/** How deep containers may stand in each other. */
const MAX_DEPTH: i32 = 128;

const NULL = literal("null");
const TRUE = literal("true");
const FALSE = literal("false");
/** UTF-16 of a number, as AssemblyScript's own library writes it. */
const NUMBER: usize = memory.data(64, 8);

let contentAt: usize = 0;
let contentLength: usize = 0;

/** An unsigned number of 1, 2, 4 or 8 bytes, the highest first. */
function number(at: usize, bytes: usize): u64 {
  let value: u64 = 0;
  for (let i: usize = 0; i < bytes; i++) value = (value << 8) | load<u8>(at + i);
  return value;
}

/** Reads what stands in front of a text into `contentAt` and `contentLength`. False if none begins at `at`. */
function readText(at: usize, end: usize): bool {
  const head = load<u8>(at);
  let lengthBytes: usize = 0;
  if ((head & 0xe0) == FIXED_TEXT) contentLength = head & 31;
  else if (head >= TEXT_8 && head <= TEXT_32) {
    lengthBytes = (<usize>1) << (head - TEXT_8);
    if (at + 1 + lengthBytes > end) return false;
    contentLength = <usize>number(at + 1, lengthBytes);
  } else return false;
  contentAt = at + 1 + lengthBytes;
  return contentLength <= end - contentAt;
}

/**
 * Reads the record `[from, end)` if it is a small map whose values are all text in valid UTF-8, as it nearly always is: its
 * members are noted (input/record.ts), and nothing is copied. False for any other one.
 */
export function readPack(from: usize, end: usize): bool {
  if (from >= end || (load<u8>(from) & 0xf0) != FIXED_MAP) return false;
  beginMembers();
  let at = from + 1;
  for (let left = load<u8>(from) & 15; left != 0; left--) {
    if (at >= end || !readText(at, end)) return false;
    const name = contentAt;
    const nameLength = contentLength;
    at = name + nameLength;
    if (at >= end || !readText(at, end) || !isUtf8(name, at)) return false;
    at = contentAt + contentLength;
    lookForControls(contentAt, at);
    if (!sawAscii() && !isUtf8(contentAt, at)) return false;
    if (!addMember(name, nameLength, contentAt, contentLength, 0, sawControls())) return false;
  }
  return at == end;
}

/**
 * The record `[from, end)` as Fluent Bit would write it in JSON, in scratch memory; `jsonTo` is its end. 0 if it is no map, or if
 * memory does not suffice (`outputFailed`).
 */
export function toJson(from: usize, end: usize): usize {
  beginOutput();
  const head = from < end ? load<u8>(from) : NIL;
  const begins = (head & 0xf0) == FIXED_MAP || head == MAP_16 || head == MAP_16 + 1;
  tooDeep = false;
  const at = begins ? writeValue(from, end) : 0;
  if (at != end || outputFailed()) return 0;
  dropComma();
  const size = position() - outputStart();
  const json = scratch(size);
  jsonEnd = json + size;
  return json;
}

let jsonEnd: usize = 0;

export function jsonTo(): usize {
  return jsonEnd;
}

/** For each open container what is left in it, and whether it is a map. */
const LEFT: usize = memory.data(512, 4);
const MAPS: usize = memory.data(128);

let tooDeep: bool = false;

/** True if `toJson` found no record only because its containers stand too deep in each other. */
export function packTooDeep(): bool {
  return tooDeep;
}

/**
 * Writes the value at `at` as JSON, and a comma. Returns the address behind it, or 0 if it is none. Iterative, as `skipValue` of
 * input/json.ts: Fluent Bit's WebAssembly stack has 8,192 bytes, and a call that needs more loses its record.
 */
function writeValue(at: usize, end: usize): usize {
  let depth = 0;
  while (true) {
    // A value.
    if (at >= end) return 0;
    reserve(64);
    if (readContainer(at, end)) {
      tooDeep = depth == MAX_DEPTH;
      if (tooDeep) return 0;
      at = contentAt;
      store<u32>(LEFT + ((<usize>depth) << 2), <u32>contentLength);
      store<u8>(MAPS + depth++, <u8>isMap);
      byte(isMap ? BRACE_OPEN : BRACKET_OPEN);
    } else {
      at = writeScalar(at, end);
      if (at == 0) return 0;
    }
    // The containers that end with it.
    while (depth != 0 && load<u32>(LEFT + ((<usize>(depth - 1)) << 2)) == 0) {
      depth--;
      dropComma();
      reserve(8);
      byte(load<u8>(MAPS + depth) != 0 ? BRACE_CLOSE : BRACKET_CLOSE);
      byte(COMMA);
    }
    if (depth == 0) return at;
    const left = LEFT + ((<usize>(depth - 1)) << 2);
    store<u32>(left, load<u32>(left) - 1);
    if (load<u8>(MAPS + depth - 1) == 0) continue;
    if (at >= end || !readText(at, end)) return 0;
    at = writeText();
    rewind(position() - 1);
    byte(COLON);
  }
}

let isMap: bool = false;

/** Reads what stands in front of a container: `isMap`, its members or elements as `contentLength`. False if none begins at `at`. */
function readContainer(at: usize, end: usize): bool {
  const head = load<u8>(at);
  const kind = head & 0xf0;
  let bytes: usize = 0;
  if (kind == FIXED_MAP || kind == FIXED_ARRAY) {
    isMap = kind == FIXED_MAP;
    contentLength = head & 15;
  } else if (head >= ARRAY_16 && head < NEGATIVE) {
    isMap = head >= MAP_16;
    bytes = (head & 1) == 0 ? 2 : 4;
    if (at + 1 + bytes > end) return false;
    contentLength = <usize>number(at + 1, bytes);
  } else return false;
  contentAt = at + 1 + bytes;
  return true;
}

/** Writes a value that is no container, likewise. */
function writeScalar(at: usize, end: usize): usize {
  const head = load<u8>(at);
  if (head < FIXED_MAP) return writeUnsigned(head, at + 1);
  if (head >= NEGATIVE) return writeSigned(<i64>(<i8>head), at + 1);
  if (readText(at, end)) return writeText();
  if (head == NIL || head == FALSE_WORD || head == TRUE_WORD) {
    lit(head == NIL ? NULL : head == TRUE_WORD ? TRUE : FALSE);
    byte(COMMA);
    return at + 1;
  }
  // How many bytes say the length, or are the number.
  let bytes: usize = 0;
  if (head >= BINARY_8 && head < FLOAT_32) bytes = (<usize>1) << ((head - BINARY_8) % 3);
  else if (head == FLOAT_32) bytes = 4;
  else if (head == FLOAT_64) bytes = 8;
  else if (head >= UNSIGNED_8 && head < SIGNED_8) bytes = (<usize>1) << (head - UNSIGNED_8);
  else if (head >= SIGNED_8 && head < FIXED_EXTENSION) bytes = (<usize>1) << (head - SIGNED_8);
  const after = at + 1 + bytes;
  if (after > end) return 0;
  const value = number(at + 1, bytes);
  if (head >= FIXED_EXTENSION && head < TEXT_8)
    return writeBytes(after + 1, end, 1 << (head - FIXED_EXTENSION));
  if (head >= EXTENSION_8 && head < FLOAT_32) return writeBytes(after + 1, end, value);
  if (head >= BINARY_8 && head < EXTENSION_8) return writeBytes(after, end, value);
  if (head == FLOAT_32) return writeFloat(reinterpret<f32>(<u32>value), after);
  if (head == FLOAT_64) return writeFloat(reinterpret<f64>(value), after);
  if (head >= UNSIGNED_8 && head < SIGNED_8) return writeUnsigned(value, after);
  if (head >= SIGNED_8 && head < FIXED_EXTENSION) {
    const unused = <i64>(64 - (bytes << 3));
    return writeSigned(((<i64>value) << unused) >> unused, after);
  }
  return 0;
}

/** Writes what `readText` found. Bytes that are no UTF-8 are for the reader of the JSON to repair. */
function writeText(): usize {
  const after = contentAt + contentLength;
  byte(QUOTE);
  text(contentAt, contentLength);
  closeString();
  return after;
}

function writeBytes(at: usize, end: usize, length: u64): usize {
  if (at > end || length > <u64>(end - at)) return 0;
  contentAt = at;
  contentLength = <usize>length;
  return writeText();
}

function writeUnsigned(value: u64, after: usize): usize {
  decimal(value);
  byte(COMMA);
  return after;
}

function writeSigned(value: i64, after: usize): usize {
  if (value < 0) byte(MINUS);
  return writeUnsigned(value < 0 ? <u64>0 - <u64>value : <u64>value, after);
}

/** The shortest text that reads as the same number; `null` for what JSON has no text for. */
function writeFloat(value: f64, after: usize): usize {
  if (!isFinite(value)) lit(NULL);
  else {
    const digits = dtoa_buffered<f64>(NUMBER, value);
    for (let i: usize = 0; i < digits; i++) byte(load<u8>(NUMBER + (i << 1)));
  }
  byte(COMMA);
  return after;
}

/** The bytes `[from, end)`, of a record that is none or of what `toJson` gave, as UTF-8 in scratch memory, or 0. `jsonTo` is the end. */
export function repairedBytes(from: usize, end: usize): usize {
  const copy = scratch(3 * (end - from));
  if (copy != 0) jsonEnd = repairUtf8(from, end, copy);
  return copy;
}

/** The longest text whose length two bytes hold, without a zero among them. */
const MAX_TEXT: usize = 0xffff;
/** As many elements an array may have whose head holds their number, and the fewest of one with two bytes for it. */
const MAX_FIXED: usize = 15;
const MIN_COUNTED: usize = 0x101;
/** What stands in front of a part, at most. */
const PART_HEAD: usize = 3;
/** How much shorter a part may get than asked for, so that it ends with a character, and no byte of its length is zero. */
const SHORTER: usize = 7;

/**
 * Makes a map of one member out of the text that was written: `name`, a literal, and the text, ended by NUL. Where a byte
 * of a length would be zero, a space behind the text makes it longer: it is JSON, which that does not change. A text of more than
 * 65,535 bytes is an array of its parts instead, cut between characters: the host writes half of one as another. False if memory
 * does not suffice.
 */
export function pack(name: usize): bool {
  const size = position() - outputStart();
  let parts: usize = 1;
  let most = MAX_TEXT;
  if (size > MAX_TEXT) {
    parts = (size + MAX_TEXT - SHORTER - 1) / (MAX_TEXT - SHORTER);
    if (parts > MAX_FIXED) parts = max(parts, MIN_COUNTED);
    if ((parts & 0xff) == 0) parts++;
    most = (size + parts - 1) / parts + SHORTER;
  }
  const heads: usize = 2 + literalLength(name) + (parts > MAX_FIXED ? 3 : parts > 1 ? 1 : 0);
  // Where it ends with one part, it is moved to its place at once.
  const gap: usize = heads + (parts > 1 || size > 0xff ? parts * PART_HEAD : 2);
  // Each part may get a space.
  reserve(gap + parts * (PART_HEAD + 1));
  if (outputFailed()) return false;
  const start = outputStart();
  let from = start + gap;
  const end = from + size;
  memory.copy(from, start, size);
  writeMapHead(start, name, parts);
  let to = start + heads;
  for (; parts != 0; parts--) {
    const length = partLength(from, end, most);
    let filled = length;
    // Only the last that is left of the text can be so: behind it parts may be wanting.
    if (length == 0 || (length > 0xff && (length & 0xff) == 0)) filled++;
    const at = to + (filled > 0xff ? 3 : 2);
    if (at != from) memory.copy(at, from, length);
    writeTextHead(to, filled);
    if (filled != length) store<u8>(at + length, SPACE);
    from += length;
    to = at + filled;
  }
  rewind(to);
  byte(0);
  return true;
}

/** Length of the part that begins at `from`: of what is left, or of up to `most` bytes before a character. */
function partLength(from: usize, end: usize, most: usize): usize {
  if (end - from <= most) return end - from;
  const length = untilCharacter(from, most);
  return (length & 0xff) == 0 ? untilCharacter(from, length - 1) : length;
}

/** The longest length up to this one behind which a character begins. */
function untilCharacter(from: usize, length: usize): usize {
  while ((load<u8>(from + length) & 0xc0) == 0x80) length--;
  return length;
}

/** The map's head, its member's name, and the head of an array if there is one. */
function writeMapHead(to: usize, name: usize, parts: usize): void {
  const nameLength = literalLength(name);
  store<u8>(to, FIXED_MAP | 1);
  store<u8>(to, FIXED_TEXT | <u8>nameLength, 1);
  memory.copy(to + 2, name, nameLength);
  to += 2 + nameLength;
  if (parts > MAX_FIXED) {
    store<u8>(to, ARRAY_16);
    store<u16>(to, bswap<u16>(<u16>parts), 1);
  } else if (parts > 1) store<u8>(to, FIXED_ARRAY | <u8>parts);
}

function writeTextHead(to: usize, length: usize): void {
  if (length > 0xff) {
    store<u8>(to, TEXT_16);
    store<u16>(to, bswap<u16>(<u16>length), 1);
  } else {
    store<u8>(to, TEXT_8);
    store<u8>(to, <u8>length, 1);
  }
}
