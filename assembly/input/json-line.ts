/** A line that is a JSON object (API 1.0 `fileFormat: json`, API 2.0): each member is a key (docs/grammar.md, JSON). */
import { scratch } from "../abi/memory";
import { guessBehind, guessed, lookUp, setGuess } from "../fields/field";
import { literal, literalLength } from "../output/literal";
import {
  BRACE_CLOSE,
  BRACE_OPEN,
  BRACKET_OPEN,
  COMMA,
  QUOTE,
  skipSpace,
  startsRecord,
  startsWith,
} from "./bytes";
import {
  beginJson,
  compact,
  decodedEscapes,
  decodedTo,
  decodeString,
  jsonTooDeep,
  skipColon,
  skipValue,
} from "./json";
import { CLEAN, setJsonField, setUnknown } from "./line";

/** How reading a line ended. */
export const READ: u32 = 0;
export const BAD_JSON: u32 = 1;
export const DEEP_JSON: u32 = 2;
export const SEVERAL_RECORDS: u32 = 3;
export const NO_MEMORY: u32 = 4;

/** No name of the dictionary (json-line.spec.ts): one that is guessed is not looked at for it. */
const DATA = literal("data");

/** Guesses of the first member's name, and of that behind a name that is not of the dictionary. */
const FIRST: usize = memory.data(4, 4);
const BEHIND_UNKNOWN: usize = memory.data(4, 4);

let memberValue: usize = 0;
let memberValueLength: usize = 0;
let memberClean: u32 = 0;
let freeAt: usize = 0;

/** Reads the object in `[from, end)` into the line. `from` is its `{`. */
export function readJsonLine(from: usize, end: usize): u32 {
  // What is decoded or compacted is never longer than the line itself.
  freeAt = scratch(end - from + 16);
  if (freeAt == 0) return NO_MEMORY;
  beginJson();
  let onlyScalars = true;
  let guess = FIRST;
  let at = skipSpace(from + 1, end);
  if (at < end && load<u8>(at) == BRACE_CLOSE) return behind(at + 1, end);
  while (true) {
    if (at >= end || load<u8>(at) != QUOTE) return BAD_JSON;
    let name: usize = 0;
    let nameLength: usize = 0;
    let known = guessed(guess, at + 1, end, QUOTE);
    if (known !== null) at += literalLength(known.text) + 2;
    else {
      name = freeAt;
      at = decodeString(at, end, name);
      if (at == 0) return BAD_JSON;
      nameLength = decodedTo() - name;
      freeAt = decodedTo();
      known = lookUp(name, nameLength);
      if (known !== null) setGuess(guess, known);
    }
    guess = known === null ? BEHIND_UNKNOWN : guessBehind(known);
    at = skipColon(at, end);
    if (at == 0) return BAD_JSON;
    const first = load<u8>(at);
    if (first == BRACKET_OPEN && onlyScalars && nameLength == 4 && startsWith(name, name + 4, DATA)) {
      return skipValue(at, end, 1) != 0 || jsonTooDeep() ? SEVERAL_RECORDS : BAD_JSON;
    }
    if (first == BRACE_OPEN || first == BRACKET_OPEN) onlyScalars = false;
    at = readValue(at, end, 1);
    if (at == 0) return jsonTooDeep() ? DEEP_JSON : BAD_JSON;
    if (known !== null) setJsonField(known, memberValue, memberValueLength, memberClean);
    else setUnknown(name, nameLength, memberValue, memberValueLength, true);
    at = skipSpace(at, end);
    if (at >= end) return BAD_JSON;
    const c = load<u8>(at);
    if (c == BRACE_CLOSE) return behind(at + 1, end);
    if (c != COMMA) return BAD_JSON;
    at = skipSpace(at + 1, end);
  }
}

/** Nothing may stand behind the object. */
function behind(at: usize, end: usize): u32 {
  at = skipSpace(at, end);
  if (at == end) return READ;
  return load<u8>(at) == BRACE_OPEN || startsRecord(at, end) ? SEVERAL_RECORDS : BAD_JSON;
}

/** Takes `memory` of at least the value's length and 16 bytes for `readValue`. */
export function readInto(memory: usize): void {
  freeAt = memory;
}

/** The value that `readValue` read: text of a string, a number's or word's own text, compact text of a container. */
export function valueAt(): usize {
  return memberValue;
}

export function valueLength(): usize {
  return memberValueLength;
}

/** CLEAN (line.ts) if it holds nothing that JSON would escape, else 0. */
export function valueClean(): u32 {
  return memberClean;
}

/** Reads the value at `at`, inside `depth` containers. Returns the address behind it, or 0 (json.ts). */
export function readValue(at: usize, end: usize, depth: i32): usize {
  const first = load<u8>(at);
  if (first == QUOTE) {
    const next = decodeString(at, end, freeAt);
    memberValue = freeAt;
    memberValueLength = decodedTo() - freeAt;
    memberClean = decodedEscapes() ? 0 : CLEAN;
    freeAt = decodedTo();
    return next;
  }
  const next = skipValue(at, end, depth);
  if (next == 0) return 0;
  if (first == BRACE_OPEN || first == BRACKET_OPEN) {
    memberValue = freeAt;
    freeAt = compact(at, next, freeAt);
    memberValueLength = freeAt - memberValue;
    memberClean = 0;
  } else {
    memberClean = CLEAN;
    memberValue = at;
    memberValueLength = next - at;
  }
  return next;
}
