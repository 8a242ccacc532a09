/** SpamProcessingDetail: the results of SPF, DKIM and DMARC in it (docs/event.md). */
import { scratch } from "../abi/memory";
import { SpamProcessingDetail } from "../fields/dictionary";
import {
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_OPEN,
  COMMA,
  find,
  QUOTE,
  sameBytes,
  skipSpace,
} from "../input/bytes";
import { decodedTo, decodeString, skipColon, skipString, skipValue } from "../input/json";
import { literal, literalLength } from "../output/literal";

export const SPF: usize = 0;
export const DKIM: usize = 1;
export const DMARC: usize = 2;
export const ALLOW: usize = 0;
export const INFO: usize = 1;

const CHECKS: usize = memory.data(12, 4);
store<u32>(CHECKS, <u32>literal("spf"));
store<u32>(CHECKS, <u32>literal("dkim"), 4);
store<u32>(CHECKS, <u32>literal("dmarc"), 8);
const ALLOW_KEY = literal("allow");
const INFO_KEY = literal("info");

/** For each check address and length of `allow`, then of `info`. */
const RESULTS: usize = memory.data(48, 4);
const RESULTS_BYTES: usize = 48;

let decoded: usize = 0;
let keyAt: usize = 0;
let keyLength: usize = 0;

/** Address and length of a result; length 0 if there is none. */
export function resultAt(check: usize, what: usize): usize {
  return load<u32>(RESULTS + (check << 4) + (what << 3));
}

export function resultLength(check: usize, what: usize): usize {
  return load<u32>(RESULTS + (check << 4) + (what << 3), 4);
}

/**
 * Reads the results of the current line; needs scratch memory, so it comes before the output begins. False if there is none.
 */
export function readSpamDetail(): bool {
  memory.fill(RESULTS, 0, RESULTS_BYTES);
  const length = <usize>SpamProcessingDetail.length;
  if (length == 0) return true;
  let from = SpamProcessingDetail.value;
  let end = from + length;
  from = skipSpace(from, end);
  if (from == end) return true;
  const first = load<u8>(from);
  if (first != BRACE_OPEN && first != QUOTE) return true;
  // Once for JSON text in JSON text, once for the results' own strings.
  decoded = scratch(2 * length + 32);
  if (decoded == 0) return false;
  if (first == QUOTE) {
    const after = decodeString(from, end, decoded);
    if (after == 0 || skipSpace(after, end) != end) return true;
    end = decodedTo();
    from = skipSpace(decoded, end);
    decoded = end + 8;
    if (from == end || load<u8>(from) != BRACE_OPEN) return true;
  }
  const after = readChecks(from, end);
  if (after == 0 || skipSpace(after, end) != end) memory.fill(RESULTS, 0, RESULTS_BYTES);
  return true;
}

/** Reads the object whose `{` is at `from`. Returns the address behind it, or 0 if it is no JSON: then results may stand. */
function readChecks(from: usize, end: usize): usize {
  let at = skipSpace(from + 1, end);
  if (at < end && load<u8>(at) == BRACE_CLOSE) return at + 1;
  while (true) {
    at = readKey(at, end);
    if (at == 0) return 0;
    const result = resultOf();
    if (result != 0) memory.fill(result, 0, 16);
    if (result != 0 && at < end && load<u8>(at) == BRACE_OPEN) at = readCheck(at, end, result);
    else at = skipValue(at, end, 1);
    if (at == 0) return 0;
    at = skipSpace(at, end);
    if (at >= end) return 0;
    if (load<u8>(at) == BRACE_CLOSE) return at + 1;
    if (load<u8>(at) != COMMA) return 0;
    at = skipSpace(at + 1, end);
  }
}

/** Where the results of the check go that the name is of, or 0. */
function resultOf(): usize {
  for (let check: usize = 0; check < 3; check++) {
    if (isKey(load<u32>(CHECKS + (check << 2)))) return RESULTS + (check << 4);
  }
  return 0;
}

/** Reads the results of one check from the object at `from`. Returns the address behind it, or 0 if it is no JSON. */
function readCheck(from: usize, end: usize, result: usize): usize {
  let at = skipSpace(from + 1, end);
  if (at < end && load<u8>(at) == BRACE_CLOSE) return at + 1;
  while (true) {
    const value = readKey(at, end);
    if (value == 0) return 0;
    at = skipValue(value, end, 2);
    if (at == 0) return 0;
    if (isKey(ALLOW_KEY)) readResult(value, at, result);
    else if (isKey(INFO_KEY)) readResult(value, at, result + 8);
    at = skipSpace(at, end);
    if (at >= end) return 0;
    if (load<u8>(at) == BRACE_CLOSE) return at + 1;
    if (load<u8>(at) != COMMA) return 0;
    at = skipSpace(at + 1, end);
  }
}

/** Reads a member's name into `keyAt`, `keyLength`. Returns the address of its value, or 0 if it is no JSON. */
function readKey(from: usize, end: usize): usize {
  if (from >= end || load<u8>(from) != QUOTE) return 0;
  const after = skipString(from, end);
  if (after == 0) return 0;
  keyAt = from + 1;
  keyLength = after - 1 - keyAt;
  if (find(keyAt, after, 0x5c5c_5c5c_5c5c_5c5c) != after) {
    decodeString(from, end, decoded);
    keyAt = decoded;
    keyLength = decodedTo() - decoded;
  }
  return skipColon(after, end);
}

function isKey(key: usize): bool {
  return keyLength == literalLength(key) && sameBytes(keyAt, key, keyLength);
}

/** A scalar; anything else, and null, is no result. */
function readResult(from: usize, end: usize, result: usize): void {
  const first = load<u8>(from);
  let length: usize = end - from;
  if (first == QUOTE) {
    decodeString(from, end, decoded);
    from = decoded;
    length = decodedTo() - decoded;
    decoded = decodedTo();
  } else if (first == BRACE_OPEN || first == BRACKET_OPEN || first == 0x6e) length = 0;
  store<u32>(result, <u32>from);
  store<u32>(result, <u32>length, 4);
}
