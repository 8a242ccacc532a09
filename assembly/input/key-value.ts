/**
 * `key=value|key=value|…`: where a field begins and ends (docs/grammar.md, key=value). A `|` is a boundary only where a key
 * follows that the dictionary knows, or that may be a new one; so text that strangers write cannot cut a field short with a
 * `|`, and what it forges shows as a duplicate.
 */
import { guessBehind, guessed, lookUp, MAX_NAME, Name, setGuess, TEXT_BIT } from "../fields/field";
import { literalLength } from "../output/literal";
import { escapeBits } from "../output/writer";
import { BACKSLASH, classOf, EQUALS, find, HIGHS, IDENTIFIER, LETTER, PIPE } from "./bytes";
import { CLEAN, MAX_UNKNOWN, setField, setUnknown, setUnparsed } from "./line";

/** The longest unknown key, in bytes. */
const MAX_UNKNOWN_NAME: usize = 64;

/** Guesses of the name at the start of a line, and behind a key that is not of the dictionary. */
const FIRST: usize = memory.data(4, 4);
const BEHIND_UNKNOWN: usize = memory.data(4, 4);

/** Reads `[from, end)` into the line. Reads up to 40 bytes behind `end`. */
export function readKeyValue(from: usize, end: usize): void {
  let unknownKeys: u32 = 0;
  let name: Name | null = null;
  let nameAt: usize = 0;
  let nameLength: usize = 0;
  let value = from;
  let inText = false;
  /** First byte of the value that JSON would escape, or 0. */
  let escaped: usize = 0;
  /** Place after a `|`, or the start of the line. */
  let candidate = from;
  let guess = FIRST;
  while (true) {
    const next = knownKey(candidate, end, guess);
    let nextLength: usize = 0;
    if (next !== null) nextLength = literalLength(next.text);
    else if (!inText && unknownKeys < MAX_UNKNOWN) {
      nextLength = unknownLength(candidate, end);
      if (nextLength != 0) unknownKeys++;
    }
    let at = candidate;
    if (nextLength != 0) {
      if (candidate != from) finish(name, nameAt, nameLength, value, candidate - 1, inText, escaped);
      name = next;
      nameAt = candidate;
      nameLength = nextLength;
      value = at = candidate + nextLength + 1;
      inText = next !== null && (next.marks & TEXT_BIT) != 0;
      guess = next === null ? BEHIND_UNKNOWN : guessBehind(next);
      escaped = 0;
      // The backslash in front of a text is taken off (finish).
      if (inText && at < end && load<u8>(at) == BACKSLASH) at++;
    }
    // The first `|` of the value, or the next one of a value that goes on.
    if (ASC_FEATURE_SIMD) {
      let pipes: i32 = 0;
      while (at < end) {
        const escapes = escapeBits(at);
        pipes = i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(PIPE)));
        if (escaped == 0 && escapes != 0) escaped = at + ctz(escapes);
        if (pipes != 0) break;
        at += 16;
      }
      at += ctz(pipes);
    } else {
      let pipes: u64 = 0;
      while (at < end) {
        const word = load<u64>(at);
        // As in escapeMask, with a third term for `|`.
        const ascii = ~word & HIGHS;
        const low = (word ^ 0x0202_0202_0202_0202) - 0x2121_2121_2121_2121;
        const backslash = (word ^ 0x5c5c_5c5c_5c5c_5c5c) - 0x0101_0101_0101_0101;
        const escapes = (low | backslash) & ascii;
        pipes = ((word ^ 0x7c7c_7c7c_7c7c_7c7c) - 0x0101_0101_0101_0101) & ascii;
        if ((pipes | escapes) != 0) {
          if (escaped == 0 && escapes != 0) escaped = at + <usize>(ctz(escapes) >> 3);
          if (pipes != 0) break;
        }
        at += 8;
      }
      at += <usize>(ctz(pipes) >> 3);
    }
    if (at >= end) break;
    candidate = at + 1;
  }
  finish(name, nameAt, nameLength, value, end, inText, escaped);
}

/** The name of the dictionary that stands at `from` with a `=` behind it, or null. */
function knownKey(from: usize, end: usize, guess: usize): Name | null {
  const likely = guessed(guess, from, end, EQUALS);
  if (likely !== null) return likely;
  const equals = find(from, min(from + MAX_NAME + 1, end), 0x3d3d_3d3d_3d3d_3d3d);
  if (equals >= end || load<u8>(equals) != EQUALS) return null;
  const name = lookUp(from, equals - from);
  if (name !== null) setGuess(guess, name);
  return name;
}

/** Length of the unknown key that begins at `from`, or 0 if none does. */
function unknownLength(from: usize, end: usize): usize {
  if (from >= end || (classOf(load<u8>(from)) & LETTER) == 0) return 0;
  const last = min(end, from + MAX_UNKNOWN_NAME + 1);
  let at = from + 1;
  while (at < last && (classOf(load<u8>(at)) & IDENTIFIER) != 0) at++;
  return at < last && load<u8>(at) == EQUALS ? at - from : 0;
}

/**
 * Ends a value: empty fields behind it and the backslashes around it go, and the line takes it. `escaped` is the address of
 * the first byte from its start on that JSON would escape, or 0.
 */
function finish(
  name: Name | null,
  nameAt: usize,
  nameLength: usize,
  value: usize,
  end: usize,
  inText: bool,
  escaped: usize,
): void {
  while (end > value && load<u8>(end - 1) == PIPE) end--;
  if (inText) {
    if (end > value && load<u8>(value) == BACKSLASH) value++;
    if (end > value && load<u8>(end - 1) == BACKSLASH) end--;
  }
  if (name !== null) setField(name, value, end - value, escaped == 0 || escaped >= end ? CLEAN : 0);
  else if (nameLength != 0) setUnknown(nameAt, nameLength, value, end - value, false);
  else setUnparsed(value, end - value);
}
