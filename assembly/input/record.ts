/**
 * A shipper's record: a JSON object that holds the line under `log` or `message`, and keys beside it (Fluent Bit: `path_key`,
 * a hostname). Fluent Bit writes it without white space and with `\uXXXX` escapes unless `json.escape_unicode` is off.
 */
import { scratch } from "../abi/memory";
import { lookUp } from "../fields/field";
import { literal, literalLength } from "../output/literal";
import { BRACE_CLOSE, BRACE_OPEN, COMMA, QUOTE, sameBytes, skipSpace } from "./bytes";
import {
  beginJson,
  decodedAscii,
  decodedControls,
  decodedEscapes,
  decodedTo,
  decodeString,
  jsonTooDeep,
  skipColon,
  skipValue,
} from "./json";
import { readInto, readValue, valueAt, valueClean, valueLength } from "./json-line";
import { CLEAN, forgetKnownKeys, setJsonField, setUnknown } from "./line";

/** How reading a record ended. */
export const FOUND: u32 = 0;
export const BAD_RECORD: u32 = 1;
export const DEEP_RECORD: u32 = 2;
export const NO_LINE: u32 = 3;
export const NO_ROOM: u32 = 4;

const LOG = literal("log");
const MESSAGE = literal("message");

let lineFrom: usize = 0;
let lineEnd: usize = 0;
let ascii: bool = false;
let controls: bool = false;

/** The line of the record that was read; its bytes are scratch memory. */
export function lineStart(): usize {
  return lineFrom;
}

export function lineStop(): usize {
  return lineEnd;
}

/** True if control characters may stand in the line. */
export function lineControls(): bool {
  return controls;
}

/**
 * Reads the record `[from, end)`, which is valid UTF-8: finds the line, and puts the keys beside it into the (fresh) decoded
 * line.
 */
export function readRecord(from: usize, end: usize): u32 {
  const memory = scratch(2 * (end - from) + 32);
  if (memory == 0) return NO_ROOM;
  controls = true;
  beginJson();

  const first = skipSpace(from, end);
  if (first >= end || load<u8>(first) != BRACE_OPEN) return BAD_RECORD;
  const after = skipValue(first, end, 0);
  if (after == 0) return jsonTooDeep() ? DEEP_RECORD : BAD_RECORD;
  if (skipSpace(after, end) != end) return BAD_RECORD;

  // The record is sound from here on. First which member is the line, then the others.
  const log = findLine(first, after, memory);
  let at = skipSpace(first + 1, after);
  readInto(memory);
  while (load<u8>(at) != BRACE_CLOSE) {
    if (load<u8>(at) == COMMA) at = skipSpace(at + 1, after);
    const nameAt = at;
    at = readValue(at, after, 1);
    const name = valueAt();
    const nameLength = valueLength();
    at = skipColon(at, after);
    at = readValue(at, after, 1);
    if (nameAt == log) {
      lineFrom = valueAt();
      lineEnd = lineFrom + valueLength();
    } else {
      const known = lookUp(name, nameLength);
      if (known !== null) setJsonField(known, valueAt(), valueLength(), valueClean());
      else setUnknown(name, nameLength, valueAt(), valueLength(), true);
    }
    at = skipSpace(at, after);
  }
  forgetKnownKeys();
  return log == 0 ? NO_LINE : FOUND;
}

/** A member whose value is text. */
@unmanaged
class Member {
  name: usize;
  nameLength: usize;
  value: usize;
  length: usize;
  /** CLEAN of line.ts, or 0. */
  clean: u32;
  /** Not 0 if control characters may stand in it. */
  controls: u32;
}

const MEMBER_BYTES: usize = 24;
const MAX_MEMBERS: usize = 8;
const MEMBERS: usize = memory.data(192, 4);
let members: usize = 0;

/** Forgets the members that were added. */
export function beginMembers(): void {
  members = 0;
}

/** Notes a member of the record, whose value is text. False if there are too many. */
export function addMember(
  name: usize,
  nameLength: usize,
  value: usize,
  length: usize,
  clean: u32,
  controls: bool,
): bool {
  if (members == MAX_MEMBERS) return false;
  const member = changetype<Member>(MEMBERS + members * MEMBER_BYTES);
  member.name = name;
  member.nameLength = nameLength;
  member.value = value;
  member.length = length;
  member.clean = clean;
  member.controls = controls;
  members++;
  return true;
}

/**
 * Reads the usual record, an object of few members whose values are all text, in one pass over bytes of any kind. Notes its members;
 * false if it is another one.
 */
export function readTexts(from: usize, end: usize): bool {
  if (from >= end || load<u8>(from) != BRACE_OPEN) return false;
  let free = scratch(end - from + 16);
  if (free == 0) return false;
  beginMembers();
  ascii = true;
  let at = from + 1;
  while (true) {
    const name = free;
    if (at >= end || load<u8>(at) != QUOTE) return false;
    at = decodeString(at, end, name);
    if (at == 0 || load<u16>(at) != 0x223a || at + 1 >= end) return false;
    ascii = ascii && decodedAscii();
    const value = decodedTo();
    at = decodeString(at + 1, end, value);
    if (at == 0 || at >= end) return false;
    ascii = ascii && decodedAscii();
    free = decodedTo();
    const clean = decodedEscapes() ? 0 : CLEAN;
    if (!addMember(name, value - name, value, free - value, clean, decodedControls())) return false;
    const next = load<u8>(at++);
    if (next == BRACE_CLOSE) return at == end;
    if (next != COMMA) return false;
  }
}

/** True if what `readTexts` read is known to have no byte above 0x7f. */
export function textsAscii(): bool {
  return ascii;
}

/** Finds the line among the members that were noted, and puts the others into the (fresh) decoded line. False if none is the line. */
export function takeMembers(): bool {
  let line: usize = 0;
  const end = MEMBERS + members * MEMBER_BYTES;
  for (let at = MEMBERS; at < end; at += MEMBER_BYTES) {
    const member = changetype<Member>(at);
    if (isWhole(member.name, member.nameLength, LOG)) {
      line = at;
      break;
    }
    if (line == 0 && isWhole(member.name, member.nameLength, MESSAGE)) line = at;
  }
  if (line == 0) return false;
  for (let at = MEMBERS; at < end; at += MEMBER_BYTES) {
    const member = changetype<Member>(at);
    if (at == line) continue;
    const known = lookUp(member.name, member.nameLength);
    if (known !== null) setJsonField(known, member.value, member.length, member.clean);
    else setUnknown(member.name, member.nameLength, member.value, member.length, true);
  }
  forgetKnownKeys();
  const member = changetype<Member>(line);
  lineFrom = member.value;
  lineEnd = lineFrom + member.length;
  controls = member.controls != 0;
  return true;
}

function isWhole(name: usize, length: usize, word: usize): bool {
  return length == literalLength(word) && sameBytes(name, word, length);
}

/** Address of the name of the member that is the line, or 0. `from` is the `{` of a sound object. */
function findLine(from: usize, end: usize, decoded: usize): usize {
  let message: usize = 0;
  let at = skipSpace(from + 1, end);
  while (load<u8>(at) != BRACE_CLOSE) {
    if (load<u8>(at) == COMMA) at = skipSpace(at + 1, end);
    const name = at;
    at = skipColon(decodeString(at, end, decoded), end);
    const first = load<u8>(at);
    if (first == QUOTE || first == BRACE_OPEN) {
      if (isName(decoded, LOG)) return name;
      if (message == 0 && isName(decoded, MESSAGE)) message = name;
    }
    at = skipSpace(skipValue(at, end, 1), end);
  }
  return message;
}

/** True if the name that was decoded to `decoded` is the literal. */
function isName(decoded: usize, name: usize): bool {
  return isWhole(decoded, decodedTo() - decoded, name);
}
