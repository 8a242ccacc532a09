/** Records that cannot be mapped: what they look like when they leave, and what each code tells the reader to do. */

import { BRACE_CLOSE, COMMA, QUOTE, skipSpace, startsWith } from "../input/bytes";
import { decodedTo, decodeString, skipColon, skipString, skipValue } from "../input/json";
import { literal } from "../output/literal";
import {
  beginOutput,
  byte,
  closeString,
  decimal,
  lit,
  outputFailed,
  position,
  quoted,
  reserve,
  restartOutput,
  rewind,
  text,
} from "../output/writer";
import { scratch } from "./memory";

const OPEN_LOG = literal('{"log":"');
const OPEN_RECORD = literal('{"record":"');
const OPEN_OBJECT = literal("{");
const ERROR_KEY = literal('"mimecast_error"');
const ERROR = literal('"mimecast_error":{"code":"');
const MESSAGE = literal('","message":"');
const END = literal('"}}');

export const BAD_RECORD_CODE = literal("bad_record");
export const NO_LINE_CODE = literal("no_line");
export const EMPTY_LINE_CODE = literal("empty_line");
export const BAD_JSON_CODE = literal("bad_json");
export const DEEP_JSON_CODE = literal("deep_json");
export const SEVERAL_RECORDS_CODE = literal("several_records");
export const NOT_MIMECAST_CODE = literal("not_mimecast");
export const RECORD_TOO_LARGE_CODE = literal("record_too_large");
export const EVENT_TOO_LARGE_CODE = literal("event_too_large");

const BAD_RECORD_MESSAGE = literal(
  "the record is no object in the form that the function reads; set event_format msgpack for mimecast_udm_msgpack, json for all others",
);
const NO_LINE_MESSAGE = literal(
  "the record has no text under log or message; remove the parser before this filter, or name the line log",
);
const EMPTY_LINE_MESSAGE = literal("the line is empty; set skip_empty_lines on for the input");
const BAD_JSON_MESSAGE = literal(
  "the line starts with { but is not one JSON object; if it was cut off, raise buffer_max_size of the input",
);
const DEEP_JSON_MESSAGE = literal("JSON is nested deeper than 128 levels");
const SEVERAL_RECORDS_MESSAGE = literal(
  "the line holds several records; split them first, as mimecast-udm convert does",
);
const NOT_MIMECAST_MESSAGE = literal(
  "the line has no key that Mimecast's logs have; check which files the input reads",
);
const TOO_LARGE_MESSAGE = literal(" bytes are too many for one record, which is lost; the limit is 33554432");
const WITH_TAG = literal("; its tag was ");
const EVENT_TOO_LARGE_MESSAGE = literal(
  "memory does not suffice for the event of a line of this many bytes: ",
);

function messageOf(code: usize): usize {
  if (code == BAD_RECORD_CODE) return BAD_RECORD_MESSAGE;
  if (code == NO_LINE_CODE) return NO_LINE_MESSAGE;
  if (code == EMPTY_LINE_CODE) return EMPTY_LINE_MESSAGE;
  if (code == BAD_JSON_CODE) return BAD_JSON_MESSAGE;
  if (code == DEEP_JSON_CODE) return DEEP_JSON_MESSAGE;
  if (code == SEVERAL_RECORDS_CODE) return SEVERAL_RECORDS_MESSAGE;
  return NOT_MIMECAST_MESSAGE;
}

/** `…,"mimecast_error":{"code":…,"message":…}}` behind what has been written. */
function finish(code: usize): void {
  reserve(0);
  lit(ERROR);
  lit(code);
  lit(MESSAGE);
  lit(messageOf(code));
  lit(END);
}

/** `{"log":"<line>","mimecast_error":…}` for a raw line of valid UTF-8. */
export function writeLineError(code: usize, from: usize, end: usize): void {
  writeTextError(OPEN_LOG, code, from, end);
}

/** `{"record":"<bytes>","mimecast_error":…}` for a record that is no object. */
export function writeBytesError(code: usize, from: usize, end: usize): void {
  writeTextError(OPEN_RECORD, code, from, end);
}

function writeTextError(opening: usize, code: usize, from: usize, end: usize): void {
  beginOutput();
  lit(opening);
  text(from, end - from);
  closeString();
  finish(code);
  if (outputFailed()) writeTooLarge(EVENT_TOO_LARGE_MESSAGE, end - from);
}

/**
 * The members of the record `[from, end)`, a sound JSON object, as they came but for white space and the form of escapes,
 * and the error behind them.
 */
export function writeRecordError(code: usize, from: usize, end: usize): void {
  const decoded = scratch(end - from + 16);
  beginOutput();
  lit(OPEN_OBJECT);
  let at = decoded == 0 ? end : skipSpace(from, end) + 1;
  while (at < end) {
    at = skipSpace(at, end);
    if (load<u8>(at) == COMMA) at = skipSpace(at + 1, end);
    if (load<u8>(at) == BRACE_CLOSE) break;
    const mark = position();
    at = copyValue(at, end, skipString(at, end), decoded);
    // Looked at as it is written, since it may have come in escapes.
    const isOld = startsWith(mark, position(), ERROR_KEY);
    rewind(position() - 1);
    byte(0x3a);
    at = skipColon(at, end);
    at = copyValue(at, end, skipValue(at, end, 1), decoded);
    if (isOld) rewind(mark);
  }
  finish(code);
  if (decoded == 0 || outputFailed()) writeTooLarge(EVENT_TOO_LARGE_MESSAGE, end - from);
}

/** Copies a sound value, its strings written anew, with a comma behind it. Returns `valueEnd`. */
function copyValue(from: usize, end: usize, valueEnd: usize, decoded: usize): usize {
  while (from < valueEnd) {
    const c = load<u8>(from);
    if (c == QUOTE) {
      from = decodeString(from, end, decoded);
      quoted(decoded, decodedTo() - decoded);
      rewind(position() - 1);
    } else {
      reserve(1);
      if (c > 0x20) byte(c);
      from++;
    }
  }
  byte(COMMA);
  return valueEnd;
}

function writeTooLarge(message: usize, size: usize): void {
  restartOutput();
  lit(OPEN_OBJECT);
  lit(ERROR);
  lit(EVENT_TOO_LARGE_CODE);
  lit(MESSAGE);
  lit(message);
  decimal(size);
  lit(END);
}

/** For an event that does not fit in memory. */
export function writeEventTooLarge(lineLength: usize): void {
  writeTooLarge(EVENT_TOO_LARGE_MESSAGE, lineLength);
}

/** For a record that the host could not hand over. `tag` is 0 if that was lost too. */
export function writeRecordTooLarge(size: usize, tag: usize, tagLength: usize): void {
  beginOutput();
  restartOutput();
  lit(OPEN_OBJECT);
  lit(ERROR);
  lit(RECORD_TOO_LARGE_CODE);
  lit(MESSAGE);
  decimal(size);
  lit(TOO_LARGE_MESSAGE);
  if (tag != 0) {
    lit(WITH_TAG);
    text(tag, tagLength);
  }
  lit(END);
  if (tag != 0 && outputFailed()) writeRecordTooLarge(size, 0, 0);
}
