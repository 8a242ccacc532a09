/**
 * The line as decoded: fields of the dictionary in their places (fields/field.ts), and entries for what has none there:
 * unknown keys, losing values of duplicate keys, text before the first key. Values are addresses into the line or into scratch
 * memory; nothing is copied.
 */
import { scratch } from "../abi/memory";
import { FIELDS, FIELDS_BYTES, Field, Name, STRANGER, UNTAKEN, UNTAKEN_BYTES } from "../fields/field";
import { literal, literalLength } from "../output/literal";
import { classOf, DIGIT, sameBytes, startsWith } from "./bytes";
import { hashOf } from "./hash";

/** The key was seen, with a value or without. */
export const SEEN: u32 = 1;
/** It was first seen after a value that strangers write, so its last value counts. */
export const AFTER_STRANGER: u32 = 2;
/** It was seen more than once. */
export const DUPLICATE: u32 = 4;
/** It came from JSON, or from beside the line: no text that a stranger wrote can have forged it. */
export const FROM_JSON: u32 = 8;
/** The field's value went to another field, whose address stands in place of it. */
export const MOVED: u32 = 16;
/** Its value holds nothing that JSON would escape. */
export const CLEAN: u32 = 32;
/** One losing value, in the count that stands above the bits. */
export const ONE_LOSER: u32 = 256;

/** Different unknown keys of one line that keep their own names. */
export const MAX_UNKNOWN: u32 = 256;

/** What an entry is. */
export const UNKNOWN: u32 = 0;
export const EXTRA: u32 = 1;
export const LOSER: u32 = 2;
export const UNPARSED: u32 = 3;

/** A key or value that has no field. */
@unmanaged
export class Entry {
  kind: u32;
  /** Name as it came. */
  name: usize;
  nameLength: usize;
  value: usize;
  /** 0 if absent. */
  length: usize;
  /** As Field.state, for unknown keys. */
  state: u32;
  /** Counts EXTRA entries of the line, or (once `numberLoser` has run) losing values of one key, from 1. */
  ordinal: u32;
  /** Of a losing value: address of the state of the field or unknown key that it lost to. */
  owner: usize;
  next: usize;
  /** Of an unknown key's name. */
  hash: u32;
}

const ENTRY_BYTES: usize = 40;
/** Entries are allotted in blocks, since most lines have none. */
const ENTRIES_A_BLOCK: usize = 32;

const RESERVED_DUPLICATE = literal("duplicate.");
const RESERVED_EXTRA = literal("extra.");
const RESERVED_UNPARSED = literal("unparsed");
const RESERVED_LOG_TYPE = literal("mimecast_log_type");

/** Hash table of unknown keys, twice as large as it can be full: addresses of entries. */
const UNKNOWN_PLACES: u32 = 512;
const UNKNOWN_TABLE: usize = memory.data(2048, 8);

let firstEntry: usize = 0;
let lastEntry: usize = 0;
let freeEntry: usize = 0;
let freeEntries: usize = 0;

let knownKeys: u32 = 0;
let unknownKeys: u32 = 0;
let extraKeys: u32 = 0;
let strangerSeen: bool = false;
let anyDuplicate: bool = false;
let outOfMemory: bool = false;

/** Forgets the line before. Scratch memory has been laid anew: entries are gone. */
export function beginLine(): void {
  memory.fill(FIELDS, 0, FIELDS_BYTES);
  memory.fill(UNTAKEN, 0, UNTAKEN_BYTES);
  if (unknownKeys != 0) memory.fill(UNKNOWN_TABLE, 0, UNKNOWN_PLACES << 2);
  firstEntry = lastEntry = freeEntry = freeEntries = 0;
  knownKeys = unknownKeys = extraKeys = 0;
  strangerSeen = anyDuplicate = outOfMemory = false;
}

/** Keys of the dictionary seen so far. */
export function knownKeysSeen(): u32 {
  return knownKeys;
}

/** Takes back the count of known keys, so that those of the line itself can be told from those beside it. */
export function forgetKnownKeys(): void {
  knownKeys = 0;
}

export function hasDuplicates(): bool {
  return anyDuplicate;
}

/** True if entries did not fit in memory: the line cannot be mapped whole. */
export function lineOverflowed(): bool {
  return outOfMemory;
}

/** Address of the first entry, or 0; each has that of the next. */
export function entries(): usize {
  return firstEntry;
}

/** Length of a value, 0 if it means absent: nothing, `<>` or `null`. */
function present(value: usize, length: usize): usize {
  if (length == 2 && load<u16>(value) == 0x3e3c) return 0;
  if (length == 4 && load<u32>(value) == 0x6c6c_756e) return 0;
  return length;
}

/** Sets a field of a key=value line, by its rule for duplicates (docs/grammar.md). `clean`: CLEAN or 0. */
export function setField(name: Name, value: usize, length: usize, clean: u32): void {
  const field = name.field;
  const there = present(value, length);
  knownKeys++;
  if (field.state == 0) {
    put(field, name, value, there);
    field.state = SEEN | clean | (strangerSeen ? AFTER_STRANGER : 0);
  } else if ((field.state & AFTER_STRANGER) == 0) {
    lose(field, name.text, value, there);
  } else {
    lose(field, field.name, field.value, field.length);
    const state = field.state;
    put(field, name, value, there);
    field.state = (state & ~CLEAN) | clean;
  }
  if ((name.marks & STRANGER) != 0) strangerSeen = true;
}

/** Sets a field of a JSON line: the first value that is not absent stays. `clean`: CLEAN or 0. */
export function setJsonField(name: Name, value: usize, length: usize, clean: u32): void {
  const there = present(value, length);
  knownKeys++;
  if (there == 0) return;
  const field = name.field;
  if (field.state == 0) {
    put(field, name, value, there);
    field.state = SEEN | FROM_JSON | clean;
  } else lose(field, name.text, value, there);
}

function put(field: Field, name: Name, value: usize, length: usize): void {
  field.value = value;
  field.length = length;
  field.name = name.text;
  store<u8>(UNTAKEN + ((changetype<usize>(field) - FIELDS) >> 4), <u8>(length != 0));
}

/** Notes a losing value of a field. */
function lose(field: Field, name: usize, value: usize, length: usize): void {
  anyDuplicate = true;
  field.state |= DUPLICATE;
  if (length == 0) return;
  addEntry(LOSER, name, literalLength(name), value, length).owner = stateOf(field);
}

function stateOf(field: Field): usize {
  return changetype<usize>(field) + offsetof<Field>("state");
}

/** Numbers a losing value among those of its key, 1 for the first. To be called for each once, in order. */
export function numberLoser(entry: Entry): u32 {
  let state = entry.owner;
  if ((load<u32>(state) & MOVED) != 0) {
    // What a moved field holds is the field that it moved to.
    state = stateOf(changetype<Field>(changetype<Field>(state - offsetof<Field>("state")).value));
  }
  store<u32>(state, load<u32>(state) + ONE_LOSER);
  entry.ordinal = load<u32>(state) >> 8;
  return entry.ordinal;
}

/**
 * Moves what `from` holds to `to`, a field under another name; where `to` was seen already the value is a losing one.
 */
export function moveField(from: Field, to: Field): void {
  if (from.state == 0) return;
  const untaken = UNTAKEN + ((changetype<usize>(from) - FIELDS) >> 4);
  if (to.state == 0) {
    to.value = from.value;
    to.length = from.length;
    to.name = from.name;
    to.state = from.state;
    store<u8>(UNTAKEN + ((changetype<usize>(to) - FIELDS) >> 4), load<u8>(untaken));
  } else {
    lose(to, from.name, from.value, from.length);
  }
  store<u8>(untaken, 0);
  from.state = MOVED;
  from.value = changetype<usize>(to);
  from.length = 0;
}

/** Unknown keys seen so far, duplicates among them not counted. */
export function unknownKeysSeen(): u32 {
  return unknownKeys;
}

/**
 * Adds an unknown key. `jsonRule`: the first value that is not absent stays, as in JSON; else the rule of key=value lines.
 */
export function setUnknown(
  name: usize,
  nameLength: usize,
  value: usize,
  length: usize,
  jsonRule: bool,
): void {
  const there = present(value, length);
  if (jsonRule && there == 0) return;
  if (isReserved(name, nameLength)) {
    addExtra(name, nameLength, value, there);
    return;
  }
  const place = findUnknown(name, nameLength);
  const known = load<u32>(place);
  if (known != 0) {
    const entry = changetype<Entry>(<usize>known);
    anyDuplicate = true;
    entry.state |= DUPLICATE;
    let loser = value;
    let loserLength = there;
    if ((entry.state & AFTER_STRANGER) != 0 && !jsonRule) {
      loser = entry.value;
      loserLength = entry.length;
      entry.value = value;
      entry.length = there;
    }
    if (loserLength == 0) return;
    addEntry(LOSER, name, nameLength, loser, loserLength).owner =
      changetype<usize>(entry) + offsetof<Entry>("state");
  } else if (unknownKeys == MAX_UNKNOWN) {
    addExtra(name, nameLength, value, there);
  } else {
    unknownKeys++;
    const entry = addEntry(UNKNOWN, name, nameLength, value, there);
    entry.state = SEEN | (strangerSeen ? AFTER_STRANGER : 0);
    entry.hash = foundHash;
    store<u32>(place, <u32>changetype<usize>(entry));
  }
}

function addExtra(name: usize, nameLength: usize, value: usize, length: usize): void {
  addEntry(EXTRA, name, nameLength, value, length).ordinal = ++extraKeys;
}

/** Names that the event uses itself, and names that could pass for a numbered one. */
function isReserved(name: usize, length: usize): bool {
  const end = name + length;
  return (
    length == 0 ||
    (classOf(load<u8>(name)) & DIGIT) != 0 ||
    startsWith(name, end, RESERVED_DUPLICATE) ||
    startsWith(name, end, RESERVED_EXTRA) ||
    (length == literalLength(RESERVED_UNPARSED) && startsWith(name, end, RESERVED_UNPARSED)) ||
    (length == literalLength(RESERVED_LOG_TYPE) && startsWith(name, end, RESERVED_LOG_TYPE))
  );
}

let foundHash: u32 = 0;

/** Place of an unknown key in the table: that of its entry, or an empty one. `foundHash` is then the name's. */
function findUnknown(name: usize, length: usize): usize {
  foundHash = <u32>hashOf(name, length);
  let place = foundHash & (UNKNOWN_PLACES - 1);
  while (true) {
    const at = UNKNOWN_TABLE + ((<usize>place) << 2);
    const entry = changetype<Entry>(<usize>load<u32>(at));
    if (changetype<usize>(entry) == 0) return at;
    // The hash is compared first, so that long names which share a place cost no more than short ones.
    if (entry.hash == foundHash && entry.nameLength == length && sameBytes(entry.name, name, length))
      return at;
    place = (place + 1) & (UNKNOWN_PLACES - 1);
  }
}

/** Keeps text that stands before the first key. */
export function setUnparsed(value: usize, length: usize): void {
  if (length != 0) addEntry(UNPARSED, RESERVED_UNPARSED, literalLength(RESERVED_UNPARSED), value, length);
}

/** Where entries go when memory has run out; never linked. */
const SINK: usize = memory.data(40, 8);

function addEntry(kind: u32, name: usize, nameLength: usize, value: usize, length: usize): Entry {
  if (freeEntries == 0) {
    freeEntry = scratch(ENTRIES_A_BLOCK * ENTRY_BYTES);
    if (freeEntry == 0) {
      outOfMemory = true;
      memory.fill(SINK, 0, ENTRY_BYTES);
      return changetype<Entry>(SINK);
    }
    freeEntries = ENTRIES_A_BLOCK;
  }
  const entry = changetype<Entry>(freeEntry);
  entry.kind = kind;
  entry.name = name;
  entry.nameLength = nameLength;
  entry.value = value;
  entry.length = length;
  entry.state = 0;
  entry.ordinal = 0;
  entry.owner = 0;
  entry.next = 0;
  if (lastEntry == 0) firstEntry = freeEntry;
  else changetype<Entry>(lastEntry).next = freeEntry;
  lastEntry = freeEntry;
  freeEntry += ENTRY_BYTES;
  freeEntries--;
  return entry;
}
