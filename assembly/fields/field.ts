/**
 * Fields: where the dictionary registers them, and the table that finds one by its name. All of it is static memory, filled
 * by the start section; a look-up hashes 16 bytes of the name and compares at most four 8-byte words.
 */
import { literal, literalLength, literalPart } from "../output/literal";

/** Free text that strangers write: an unknown key cannot begin in it, and it may be wrapped in backslashes. */
export const TEXT: u32 = 3;
/** Written or chosen by strangers: a key that first comes after it keeps its last value. */
export const STRANGER: u32 = 1;
/** The bit that TEXT has and STRANGER has not. */
export const TEXT_BIT: u32 = 2;

/** How many fields the dictionary may have. */
export const MAX_FIELDS: i32 = 112;

/** The longest name the dictionary may have. */
export const MAX_NAME: usize = 32;

/** What a field holds for the current line. Cleared for each line. */
@unmanaged
export class Field {
  /** First byte of the value; the bytes belong to the line or to scratch memory. */
  value: usize;
  /** Its length; 0 if the field is absent. */
  length: usize;
  /** The name as it came, a literal; 0 if the key was not seen. */
  name: usize;
  /** Bits of line.ts, and from bit 8 on the number of losing values. */
  state: u32;
}

/** A name of a field. */
@unmanaged
export class Name {
  /** A literal; 0 in an empty place of the table. */
  text: usize;
  field: Field;
  marks: u32;
  /** The guess of what stands behind it. */
  next: usize;
}

const FIELD_BITS: usize = 4;

/** One Field after another, in the order of the dictionary. */
export const FIELDS: usize = memory.data(1792, 8);
export const FIELDS_BYTES: usize = 1792;

/** For each field one byte: 1 if it has a value that nothing has taken yet. */
export const UNTAKEN: usize = memory.data(112, 8);
export const UNTAKEN_BYTES: usize = 112;

/** First name of each field, by index. */
const FIRST_NAMES: usize = memory.data(448, 4);

/** Open addressing, at most a quarter full. */
const PLACE_BITS: u64 = 10;
const PLACES: u32 = 1 << 10;
const NAMES: usize = memory.data(16384, 8);

/** Masks that leave the first n bytes of a word, n = 0…8. */
const FIRST_BYTES: usize = memory.data(72, 8);
for (let n: u64 = 1; n <= 8; n++) store<u64>(FIRST_BYTES + ((<usize>n) << 3), <u64>-1 >> (64 - (n << 3)));

/** All names in the order of the dictionary, for docs/mapping.md: pairs of literal and index of the field. */
const MAX_NAMES: i32 = 256;
const NAME_LIST: usize = memory.data(2048, 4);

let fields: i32 = 0;
let nameTotal: i32 = 0;

/**
 * Registers a field under its names, the first of which is its own; for fields/dictionary.ts only. `packed` are the names as a
 * literal, where scripts/literal-transform.mjs has put them there.
 */
export function field(names: string, marks: u32 = 0, packed: usize = 0): Field {
  const added = changetype<Field>(FIELDS + ((<usize>fields) << FIELD_BITS));
  if (packed == 0) packed = literal(names);
  const end = packed + literalLength(packed);
  let from = packed;
  for (let at = packed; at <= end; at++) {
    if (at != end && load<u8>(at) != 0x20) continue;
    addName(literalPart(from, at - from), added, marks, from == packed);
    from = at + 1;
  }
  fields++;
  return added;
}

function addName(text: usize, field: Field, marks: u32, first: bool): void {
  if (first) store<u32>(FIRST_NAMES + ((<usize>fields) << 2), <u32>text);
  let place = hash(text, literalLength(text));
  while (nameAt(place).text != 0) place = (place + 1) & (PLACES - 1);
  const name = nameAt(place);
  name.text = text;
  name.field = field;
  name.marks = marks;
  store<u32>(NAME_LIST + ((<usize>nameTotal) << 3), <u32>text);
  store<u32>(NAME_LIST + ((<usize>nameTotal) << 3), fields, 4);
  nameTotal++;
}

function nameAt(place: u32): Name {
  return changetype<Name>(NAMES + ((<usize>place) << 4));
}

/** Place of a name of 1 to MAX_NAME bytes in the table. Reads 8 bytes at its start and, if longer, its last 8. */
function hash(from: usize, length: usize): u32 {
  const head = load<u64>(from) & load<u64>(FIRST_BYTES + (min(length, 8) << 3));
  const tail = length > 8 ? load<u64>(from + length - 8) : <u64>length;
  return <u32>(((head ^ (tail << 1)) * 0x9e37_79b9_7f4a_7c15) >> (64 - PLACE_BITS));
}

/** The name that stands at `[from, from + length)`, or null. Reads up to MAX_NAME bytes from `from`. */
export function lookUp(from: usize, length: usize): Name | null {
  if (length - 1 >= MAX_NAME) return null;
  let place = hash(from, length);
  while (true) {
    const name = nameAt(place);
    if (name.text == 0) return null;
    if (literalLength(name.text) == length && sameWords(from, name.text, length)) return name;
    place = (place + 1) & (PLACES - 1);
  }
}

/**
 * A guess is the address of an address: of the name that was found last where one is looked for now, or 0. Keys mostly come in the
 * same order, so that it is tried before all names are searched.
 */
export function guessBehind(name: Name): usize {
  return changetype<usize>(name) + offsetof<Name>("next");
}

export function setGuess(guess: usize, name: Name): void {
  store<u32>(guess, <u32>changetype<usize>(name));
}

/** The name of the guess if it stands at `from` with the byte `behind` behind it, else null. Reads up to MAX_NAME bytes from `from`. */
export function guessed(guess: usize, from: usize, end: usize, behind: u8): Name | null {
  const name = changetype<Name | null>(<usize>load<u32>(guess));
  if (name === null) return null;
  const length = literalLength(name.text);
  if (load<u8>(from + length) != behind || from + length >= end) return null;
  return sameWords(from, name.text, length) ? name : null;
}

/** Compares `length` bytes with a literal, 8 at a time. */
function sameWords(from: usize, text: usize, length: usize): bool {
  while (length > 8) {
    if (load<u64>(from) != load<u64>(text)) return false;
    from += 8;
    text += 8;
    length -= 8;
  }
  return (load<u64>(from) & load<u64>(FIRST_BYTES + (length << 3))) == load<u64>(text);
}

/** Number of names in the dictionary. */
export function nameCount(): i32 {
  return nameTotal;
}

/** A name by its place in the dictionary, a literal. */
export function nameText(index: i32): usize {
  return load<u32>(NAME_LIST + ((<usize>index) << 3));
}

/** Index of the field that the name is one of. */
export function nameField(index: i32): i32 {
  return load<i32>(NAME_LIST + ((<usize>index) << 3), 4);
}

/** True if the dictionary fits in its tables. */
export function dictionaryFits(): bool {
  return fields <= MAX_FIELDS && nameTotal <= MAX_NAMES;
}

/** Number of fields in the dictionary. */
export function fieldCount(): i32 {
  return fields;
}

export function fieldAt(index: i32): Field {
  return changetype<Field>(FIELDS + ((<usize>index) << FIELD_BITS));
}

export function indexOf(field: Field): i32 {
  return <i32>((changetype<usize>(field) - FIELDS) >> FIELD_BITS);
}

/** The field's own name, a literal. */
export function firstName(index: i32): usize {
  return load<u32>(FIRST_NAMES + ((<usize>index) << 2));
}

/** Marks the field's value as written where it belongs, so that it does not go to `additional`. */
export function take(field: Field): void {
  store<u8>(UNTAKEN + ((changetype<usize>(field) - FIELDS) >> FIELD_BITS), 0);
}
