/** SpamProcessingDetail: the results of SPF, DKIM and DMARC in it (docs/event.md). */
import { scratch } from "../abi/memory";
import { SpamProcessingDetail } from "../fields/dictionary";
import { BRACE_CLOSE, BRACE_OPEN, BRACKET_OPEN, COMMA, QUOTE, skipSpace, startsWith } from "../input/bytes";
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

let decoded: usize = 0;

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
  memory.fill(RESULTS, 0, 48);
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
  const after = skipValue(from, end, 0);
  if (after == 0 || skipSpace(after, end) != end) return true;
  readChecks(from, end);
  return true;
}

/** `from` is the `{` of a sound object. */
function readChecks(from: usize, end: usize): void {
  let at = skipSpace(from + 1, end);
  while (load<u8>(at) != BRACE_CLOSE) {
    if (load<u8>(at) == COMMA) at = skipSpace(at + 1, end);
    const key = at;
    at = skipColon(skipString(at, end), end);
    const next = skipValue(at, end, 1);
    for (let check: usize = 0; check < 3; check++) {
      if (!isKey(key, end, load<u32>(CHECKS + (check << 2)))) continue;
      memory.fill(RESULTS + (check << 4), 0, 16);
      if (load<u8>(at) == BRACE_OPEN) readCheck(at, next, RESULTS + (check << 4));
    }
    at = skipSpace(next, end);
  }
}

function readCheck(from: usize, end: usize, result: usize): void {
  let at = skipSpace(from + 1, end);
  while (load<u8>(at) != BRACE_CLOSE) {
    if (load<u8>(at) == COMMA) at = skipSpace(at + 1, end);
    const key = at;
    at = skipColon(skipString(at, end), end);
    const next = skipValue(at, end, 2);
    if (isKey(key, end, ALLOW_KEY)) readResult(at, next, result);
    else if (isKey(key, end, INFO_KEY)) readResult(at, next, result + 8);
    at = skipSpace(next, end);
  }
}

/** True if the name whose opening quote is at `from` is the literal. */
function isKey(from: usize, end: usize, key: usize): bool {
  decodeString(from, end, decoded);
  return decodedTo() - decoded == literalLength(key) && startsWith(decoded, decodedTo(), key);
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
