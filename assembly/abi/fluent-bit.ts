/**
 * Fluent Bit's filter_wasm: one record in, one JSON object out, ended by NUL (plugins/filter_wasm/filter_wasm.c and
 * src/wasm/flb_wasm.c of 5.1.1). The host calls malloc for the tag and for the record, each with its NUL, then the function,
 * copies the answer up to the NUL, and frees both. A trap, or anything but one object, loses the record, and an
 * object with something unreadable in the same chunk can end the process: so whatever comes in, one sound object goes out.
 */
import { BRACE_OPEN } from "../input/bytes";
import { beginLine } from "../input/line";
import {
  BAD_RECORD,
  DEEP_RECORD,
  FOUND,
  lineControls,
  lineStart,
  lineStop,
  NO_LINE,
  readRecord,
  readTexts,
  takeMembers,
  textsAscii,
} from "../input/record";
import { isUtf8, repairUtf8 } from "../input/utf8";
import { literal } from "../output/literal";
import { beginOutput, byte, outputFailed, outputStart, restartOutput } from "../output/writer";
import { clearRules, hasFired } from "../rules/engine";
import {
  BAD_RECORD_CODE,
  DEEP_JSON_CODE,
  EVENT_TOO_LARGE_CODE,
  NO_LINE_CODE,
  writeBytesError,
  writeEventTooLarge,
  writeRecordError,
  writeRecordTooLarge,
} from "./errors";
import { ALERTS, FIELDS, mapLine, PLAIN, UDM } from "./map";
import { beginCall, scratch } from "./memory";
import { jsonTo, pack, packTooDeep, readPack, repairedBytes, toJson } from "./msgpack";

const UDM_NAME = literal("udm");
const ERROR_NAME = literal("mimecast_error");

/**
 * The UDM event of a record's line.
 *
 * `record` is the address of `recordLength` bytes of JSON in memory that `malloc` gave, or 0 if it could not give any;
 * `tag` likewise. `seconds` and `nanoseconds` are the record's time. Returns the address of a JSON object ended by NUL, valid
 * until the next call; the module owns it.
 */
export function mimecast_udm(
  tag: usize,
  tagLength: u32,
  seconds: u32,
  nanoseconds: u32,
  record: usize,
  recordLength: u32,
): usize {
  return answer(tag, tagLength, seconds, nanoseconds, record, recordLength, UDM);
}

/** The UDM event without detection rules; otherwise as `mimecast_udm`. */
export function mimecast_udm_plain(
  tag: usize,
  tagLength: u32,
  seconds: u32,
  nanoseconds: u32,
  record: usize,
  recordLength: u32,
): usize {
  return answer(tag, tagLength, seconds, nanoseconds, record, recordLength, PLAIN);
}

/**
 * The UDM event of a line on which a rule fires; nothing, which makes the host drop the record, for every other one. Otherwise as
 * `mimecast_udm`.
 */
export function mimecast_alerts(
  tag: usize,
  tagLength: u32,
  seconds: u32,
  nanoseconds: u32,
  record: usize,
  recordLength: u32,
): usize {
  return answer(tag, tagLength, seconds, nanoseconds, record, recordLength, ALERTS);
}

/** The decoded line of a record, `{"mimecast":{…}}`; otherwise as `mimecast_udm`. */
export function mimecast_fields(
  tag: usize,
  tagLength: u32,
  seconds: u32,
  nanoseconds: u32,
  record: usize,
  recordLength: u32,
): usize {
  return answer(tag, tagLength, seconds, nanoseconds, record, recordLength, FIELDS);
}

function answer(
  tag: usize,
  tagLength: u32,
  seconds: u32,
  nanoseconds: u32,
  record: usize,
  recordLength: u32,
  wanted: u32,
): usize {
  beginCall(0);
  clearRules();
  if (record == 0) writeRecordTooLarge(recordLength, repairedTag(tag, tagLength), repairedLength);
  // JSON does not begin so, and a map of MessagePack does.
  else if (load<u8>(record) >= 0x80 && wanted != ALERTS && writePackError(record, record + recordLength))
    return packed(ERROR_NAME, recordLength);
  else mapRecord(record, record + recordLength, wanted, seconds, nanoseconds);
  if (wanted == ALERTS && !hasFired()) restartOutput();
  byte(0);
  return outputStart();
}

/**
 * For a filter with `event_format msgpack`, whose host reads no answer in JSON and would drop the record without a word: writes the
 * record and the error as `mimecast_udm_msgpack` does. False, and nothing is written, if the record is no map.
 */
function writePackError(from: usize, end: usize): bool {
  const json = toJson(from, end);
  if (json == 0 && !outputFailed() && !packTooDeep()) return false;
  const repaired: usize = json == 0 ? 0 : repairedBytes(json, jsonTo());
  if (repaired != 0) writeRecordError(BAD_RECORD_CODE, repaired, jsonTo());
  else writeUnreadablePack(from, end);
  return true;
}

let repairedLength: usize = 0;

/** The tag as valid UTF-8, or 0. */
function repairedTag(tag: usize, length: usize): usize {
  repairedLength = 0;
  if (tag == 0) return 0;
  const copy = scratch(3 * length);
  if (copy != 0) repairedLength = repairUtf8(tag, tag + length, copy) - copy;
  return copy;
}

/** Writes the answer for the JSON record `[from, end)`; false if it is an error. */
function mapRecord(from: usize, end: usize, wanted: u32, seconds: u32, nanoseconds: u32): bool {
  beginLine();
  // The usual record is decoded first, since that tells whether it is ASCII.
  let isUsual = readTexts(from, end);
  if (!(isUsual && textsAscii()) && !isUtf8(from, end)) {
    const repaired = scratch(3 * (end - from));
    if (repaired == 0) {
      beginOutput();
      writeEventTooLarge(end - from);
      return false;
    }
    end = repairUtf8(from, end, repaired);
    from = repaired;
    isUsual = readTexts(from, end);
  }
  const found = isUsual && takeMembers() ? FOUND : readRecord(from, end);
  let code: usize = 0;
  if (found == FOUND) code = mapLine(lineStart(), lineStop(), wanted, seconds, nanoseconds, lineControls());
  else if (found == NO_LINE) code = NO_LINE_CODE;
  else if (found == BAD_RECORD) code = BAD_RECORD_CODE;
  else if (found == DEEP_RECORD) code = DEEP_JSON_CODE;
  else {
    beginOutput();
    writeEventTooLarge(end - from);
    return false;
  }
  if (code == 0) return true;
  if (code == EVENT_TOO_LARGE_CODE) return false;
  if (found == BAD_RECORD || found == DEEP_RECORD) writeBytesError(code, from, end);
  else writeRecordError(code, from, end);
  return false;
}

/**
 * For `event_format msgpack`: the answer of `mimecast_udm` as text. `record` is the address of `recordLength` bytes of MessagePack, a map,
 * or 0. Returns the address of a map of one member, ended by NUL and free of it: `udm` is the event as JSON text, or
 * `mimecast_error` the record as it came, with the error, likewise (msgpack.ts says where spaces follow, and when it is an array of
 * parts). The host need neither write nor read JSON; an output sends the text on as it is. Otherwise as `mimecast_udm`.
 */
export function mimecast_udm_msgpack(
  tag: usize,
  tagLength: u32,
  seconds: u32,
  nanoseconds: u32,
  record: usize,
  recordLength: u32,
): usize {
  beginCall(0);
  clearRules();
  let mapped = false;
  if (record == 0) writeRecordTooLarge(recordLength, repairedTag(tag, tagLength), repairedLength);
  else mapped = mapPack(record, record + recordLength, seconds, nanoseconds);
  // No map of MessagePack begins so: the filter has `event_format json`, and its host reads JSON.
  if (record != 0 && recordLength != 0 && load<u8>(record) == BRACE_OPEN) {
    byte(0);
    return outputStart();
  }
  return packed(mapped ? UDM_NAME : ERROR_NAME, recordLength);
}

/** What was written, as MessagePack under `name`. */
function packed(name: usize, recordLength: u32): usize {
  if (!pack(name)) {
    restartOutput();
    writeEventTooLarge(recordLength);
    pack(ERROR_NAME);
  }
  return outputStart();
}

/** Writes the answer for the MessagePack record `[from, end)` as JSON; false if it is an error. */
function mapPack(from: usize, end: usize, seconds: u32, nanoseconds: u32): bool {
  beginLine();
  let code: usize = 0;
  if (readPack(from, end) && takeMembers()) {
    code = mapLine(lineStart(), lineStop(), UDM, seconds, nanoseconds, lineControls());
    if (code == 0) return true;
    if (code == EVENT_TOO_LARGE_CODE) return false;
  }
  const json = toJson(from, end);
  if (json != 0) {
    if (code == 0) return mapRecord(json, jsonTo(), UDM, seconds, nanoseconds);
    writeRecordError(code, json, jsonTo());
    return false;
  }
  writeUnreadablePack(from, end);
  return false;
}

/** Writes the record's bytes and the error, where `toJson` answered 0; of one that memory does not suffice for its length alone. */
function writeUnreadablePack(from: usize, end: usize): void {
  const bytes: usize = outputFailed() ? 0 : repairedBytes(from, end);
  if (bytes != 0) writeBytesError(packTooDeep() ? DEEP_JSON_CODE : BAD_RECORD_CODE, bytes, jsonTo());
  else {
    beginOutput();
    writeEventTooLarge(end - from);
  }
}
