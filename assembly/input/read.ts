/** One line of any dialect → the decoded line (line.ts). */
import { BRACE_OPEN, CR, findControl, LF, skipFront, skipSpace, startsRecord } from "./bytes";
import { BAD_JSON, DEEP_JSON, NO_MEMORY, READ, readJsonLine, SEVERAL_RECORDS } from "./json-line";
import { readKeyValue } from "./key-value";
import { knownKeysSeen, lineOverflowed } from "./line";

export { BAD_JSON, DEEP_JSON, NO_MEMORY, READ, SEVERAL_RECORDS };
export const EMPTY_LINE: u32 = 5;
export const NOT_MIMECAST: u32 = 6;

let json: bool = false;

/** True if the last line was JSON. */
export function wasJson(): bool {
  return json;
}

/**
 * Reads the line `[from, end)`, valid UTF-8, into the decoded line, which has been begun. Returns READ or what is wrong.
 * `mayBreak` is false if the caller knows that no CR or LF stands in it.
 */
export function readLine(from: usize, end: usize, mayBreak: bool = true): u32 {
  from = skipSpace(skipFront(from, end), end);
  while (end > from && (load<u8>(end - 1) == LF || load<u8>(end - 1) == CR)) end--;
  if (from == end) return EMPTY_LINE;
  json = load<u8>(from) == BRACE_OPEN;
  if (json) {
    const result = readJsonLine(from, end);
    if (result != READ) return holdsLaterRecord(from, end) ? SEVERAL_RECORDS : result;
  } else {
    if (mayBreak && holdsLaterRecord(from, end)) return SEVERAL_RECORDS;
    readKeyValue(from, end);
  }
  if (lineOverflowed()) return NO_MEMORY;
  return knownKeysSeen() == 0 ? NOT_MIMECAST : READ;
}

/** True if a line end is followed by `datetime=`: two records, glued. */
function holdsLaterRecord(from: usize, end: usize): bool {
  for (let at = findControl(from, end); at < end; at = findControl(at + 1, end)) {
    const c = load<u8>(at);
    if ((c == LF || c == CR) && startsRecord(at + 1, end)) return true;
  }
  return false;
}
