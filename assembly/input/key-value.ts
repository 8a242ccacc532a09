/**
 * `key=value|key=value|…`: where a field begins and ends (docs/grammar.md, key=value). A `|` is a boundary only where a key
 * follows that the dictionary knows, or that may be a new one; so text that strangers write cannot cut a field short with a
 * `|`, and what it forges shows as a duplicate.
 */
import { lookUp, MAX_NAME, Name, TEXT_BIT } from "../fields/field";
import { BACKSLASH, classOf, EQUALS, find, findPipe, IDENTIFIER, LETTER, PIPE } from "./bytes";
import { MAX_UNKNOWN, setField, setUnknown, setUnparsed } from "./line";

/** The longest unknown key, in bytes. */
const MAX_UNKNOWN_NAME: usize = 64;

/** Reads `[from, end)` into the line. Reads up to 40 bytes behind `end`. */
export function readKeyValue(from: usize, end: usize): void {
  let unknownKeys: u32 = 0;
  let name: Name | null = null;
  let nameAt: usize = 0;
  let nameLength: usize = 0;
  let value = from;
  let inText = false;
  /** Place after a `|`, or the start of the line. */
  let candidate = from;
  while (true) {
    const equals = find(candidate, min(candidate + MAX_NAME + 1, end), 0x3d3d_3d3d_3d3d_3d3d);
    let next: Name | null = null;
    let nextLength = equals - candidate;
    let boundary = false;
    if (equals < end && load<u8>(equals) == EQUALS) {
      next = lookUp(candidate, nextLength);
      boundary = next !== null;
    }
    if (!boundary && !inText && unknownKeys < MAX_UNKNOWN) {
      nextLength = unknownLength(candidate, end);
      boundary = nextLength != 0;
      if (boundary) unknownKeys++;
    }
    if (boundary) {
      if (candidate != from) finish(name, nameAt, nameLength, value, candidate - 1, inText);
      name = next;
      nameAt = candidate;
      nameLength = nextLength;
      value = candidate + nextLength + 1;
      inText = next !== null && (next.marks & TEXT_BIT) != 0;
    }
    // The first `|` of the value, or the next one of a value that goes on.
    const pipe = findPipe(boundary ? value : candidate, end);
    if (pipe == end) break;
    candidate = pipe + 1;
  }
  finish(name, nameAt, nameLength, value, end, inText);
}

/** Length of the unknown key that begins at `from`, or 0 if none does. */
function unknownLength(from: usize, end: usize): usize {
  if (from >= end || (classOf(load<u8>(from)) & LETTER) == 0) return 0;
  const last = min(end, from + MAX_UNKNOWN_NAME + 1);
  let at = from + 1;
  while (at < last && (classOf(load<u8>(at)) & IDENTIFIER) != 0) at++;
  return at < last && load<u8>(at) == EQUALS ? at - from : 0;
}

/** Ends a value: empty fields behind it and the backslashes around it go, and the line takes it. */
function finish(
  name: Name | null,
  nameAt: usize,
  nameLength: usize,
  value: usize,
  end: usize,
  inText: bool,
): void {
  while (end > value && load<u8>(end - 1) == PIPE) end--;
  if (inText) {
    if (end > value && load<u8>(value) == BACKSLASH) value++;
    if (end > value && load<u8>(end - 1) == BACKSLASH) end--;
  }
  if (name !== null) setField(name, value, end - value);
  else if (nameLength != 0) setUnknown(nameAt, nameLength, value, end - value, false);
  else setUnparsed(value, end - value);
}
