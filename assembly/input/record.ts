/**
 * A shipper's record: a JSON object that holds the line under `log` or `message`, and keys beside it (Fluent Bit: `path_key`,
 * a hostname). Fluent Bit writes it without white space and with `\uXXXX` escapes unless `json.escape_unicode` is off.
 */
import { scratch } from "../abi/memory";
import { lookUp } from "../fields/field";
import { literal, literalLength } from "../output/literal";
import { BRACE_CLOSE, BRACE_OPEN, COMMA, QUOTE, skipSpace, startsWith } from "./bytes";
import {
  beginJson,
  decodedAscii,
  decodedControls,
  decodedTo,
  decodeString,
  jsonTooDeep,
  skipColon,
  skipValue,
} from "./json";
import { readInto, readValue, valueAt, valueClean, valueLength } from "./json-line";
import { forgetKnownKeys, setJsonField, setUnknown } from "./line";

/** How reading a record ended. */
export const FOUND: u32 = 0;
export const BAD_RECORD: u32 = 1;
export const DEEP_RECORD: u32 = 2;
export const NO_LINE: u32 = 3;
export const NO_ROOM: u32 = 4;

const LOG = literal("log");
const MESSAGE = literal("message");
/** `{"log":"` */
const LOG_FIRST: u64 = 0x223a_2267_6f6c_227b;

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

/** True if the line that `readLogAlone` found is known to have no byte above 0x7f. */
export function lineAscii(): bool {
  return ascii;
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
  if (readLogAlone(from, end)) return FOUND;
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

/** Reads the usual record, `{"log":"…"}` and nothing else, in one pass over bytes of any kind; false if it is another one. */
export function readLogAlone(from: usize, end: usize): bool {
  if (end - from < 8 || load<u64>(from) != LOG_FIRST) return false;
  const memory = scratch(end - from + 16);
  if (memory == 0) return false;
  const at = decodeString(from + 7, end, memory);
  if (at == 0 || at + 1 != end || load<u8>(at) != BRACE_CLOSE) return false;
  lineFrom = memory;
  lineEnd = decodedTo();
  ascii = decodedAscii();
  controls = decodedControls();
  return true;
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
  return decodedTo() - decoded == literalLength(name) && startsWith(decoded, decodedTo(), name);
}
