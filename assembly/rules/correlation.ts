/**
 * Counting over five minutes of event time, in memory of a fixed size. Each rule that counts has a table of SETS × WAYS keys, found
 * by the low bits of a 64-bit hash; a key has up to EVENTS events, in the order of their times. Work for one event is bounded
 * whatever an attacker sends: WAYS keys are compared, then each of EVENTS events with those before it, and a window slides over
 * them once.
 *
 * A window is [w, w + WINDOW], w the time of an event in it. An event fires the rule if a window that it stands in holds enough
 * events (or events of enough different values) of its key; the earliest such window is taken, and all events in it are spent. What
 * arrives late has its own window: nothing depends on the order of arrival but which event completes the count.
 */

/** Milliseconds, both ends included. */
export const WINDOW: i64 = 300_000;

const SETS: usize = 128;
/** Keys that share a place. */
export const WAYS: usize = 8;
const EVENTS: u32 = 16;

/** A key: its hash, when it was last used, its number of events (0: the place is free), and the events: time and value. */
const EVENTS_AT: usize = 16;
const EVENT_BYTES: usize = 16;
const KEY_BYTES: usize = 272;
const SET_BYTES: usize = 2176;
const TABLE_BYTES: usize = 278528;

/** Tables for this many rules. */
export const MAX_TABLES: u32 = 8;
const TABLES: usize = memory.data(2228224, 8);

/** For each event of the key at hand a byte: the first event that has its value. */
const FIRSTS: usize = memory.data(16, 8);
/** For each of those a byte: how many events in the window have its value. */
const HELD: usize = memory.data(16, 8);

let tick: u32 = 0;
let evicted: u32 = 0;

/** Bytes of all tables. */
export function correlationBytes(): usize {
  return TABLE_BYTES * <usize>MAX_TABLES;
}

/** Keys that a table holds, and events that a key holds, at most. */
export function keyLimit(): u32 {
  return <u32>(SETS * WAYS);
}

export function eventLimit(): u32 {
  return EVENTS;
}

/** Events that were forgotten for lack of room although they might still have counted, since the module's start. */
export function evictions(): u32 {
  return evicted;
}

function eventAt(key: usize, index: u32): usize {
  return key + EVENTS_AT + <usize>index * EVENT_BYTES;
}

function timeAt(key: usize, index: u32): i64 {
  return load<i64>(eventAt(key, index));
}

function valueAt(key: usize, index: u32): u64 {
  return load<u64>(eventAt(key, index), 8);
}

function countOf(key: usize): u32 {
  return load<u32>(key, 12);
}

/**
 * Takes an event of the key `hash` into table `table`. True if it completes `wanted` events within a window; `byValue`: `wanted`
 * different values of events.
 */
export function count(table: u32, hash: u64, value: u64, time: i64, wanted: u32, byValue: bool): bool {
  const key = find(table, hash, time);
  let index = countOf(key);
  while (index != 0 && timeAt(key, index - 1) >= time) {
    index--;
    // The same again: every window holds both or neither, and none is full, or it would have been spent.
    if (byValue && timeAt(key, index) == time && valueAt(key, index) == value) return false;
  }
  if (countOf(key) == EVENTS && forgetOne(key, time, byValue) < index) index--;
  memory.copy(eventAt(key, index + 1), eventAt(key, index), <usize>(countOf(key) - index) * EVENT_BYTES);
  store<i64>(eventAt(key, index), time);
  store<u64>(eventAt(key, index), value, 8);
  store<u32>(key, countOf(key) + 1, 12);
  return complete(key, index, wanted, byValue);
}

/** The key's place. Where its set is full, that of the one used longest ago, which is forgotten. */
function find(table: u32, hash: u64, time: i64): usize {
  const set = TABLES + <usize>table * TABLE_BYTES + (<usize>hash & (SETS - 1)) * SET_BYTES;
  let place = set;
  let longest: u32 = 0;
  tick++;
  for (let key = set; key < set + SET_BYTES; key += KEY_BYTES) {
    if (countOf(key) == 0) {
      place = key;
      longest = u32.MAX_VALUE;
      continue;
    }
    // A difference, so that it may count past its end.
    const ago = tick - load<u32>(key, 8);
    if (load<u64>(key) == hash) {
      store<u32>(key, tick, 8);
      return key;
    }
    if (ago > longest) {
      place = key;
      longest = ago;
    }
  }
  for (let i: u32 = 0; i < countOf(place); i++) noteForgotten(place, i, time);
  store<u64>(place, hash);
  store<u32>(place, tick, 8);
  store<u32>(place, 0, 12);
  return place;
}

/** Counts an event that goes, unless the one that takes its place is so much later that no window holds both. */
function noteForgotten(key: usize, index: u32, time: i64): void {
  if (timeAt(key, index) >= time - WINDOW) evicted++;
}

/**
 * Makes room for an event of the time: the oldest one goes. Where even that may stand in a window with it, the oldest one whose
 * value a later one has goes first, so that repeating one value does not hide the others. Returns its index.
 */
function forgetOne(key: usize, time: i64, byValue: bool): u32 {
  let index: u32 = 0;
  if (byValue && timeAt(key, 0) >= time - WINDOW) {
    while (index < EVENTS && !isRepeated(key, index)) index++;
    if (index == EVENTS) index = 0;
  }
  noteForgotten(key, index, time);
  remove(key, index, index + 1);
  return index;
}

function isRepeated(key: usize, index: u32): bool {
  for (let i = index + 1; i < countOf(key); i++) if (valueAt(key, i) == valueAt(key, index)) return true;
  return false;
}

/** Takes the events `[from, to)` away. */
function remove(key: usize, from: u32, to: u32): void {
  const left = countOf(key) - to;
  memory.copy(eventAt(key, from), eventAt(key, to), <usize>left * EVENT_BYTES);
  store<u32>(key, from + left, 12);
}

/** Looks for a full window that holds the event at `index`, and spends its events. */
function complete(key: usize, index: u32, wanted: u32, byValue: bool): bool {
  const time = timeAt(key, index);
  let from = index;
  while (from != 0 && time - timeAt(key, from - 1) <= WINDOW) from--;
  let end = index + 1;
  while (end < countOf(key) && timeAt(key, end) - time <= WINDOW) end++;
  if (end - from < wanted) return false;
  for (let i = from; i < end; i++) store<u8>(FIRSTS + <usize>i, <u8>(byValue ? firstOf(key, from, i) : i));
  memory.fill(HELD, 0, EVENTS);
  // The window slides: `to` goes in while `from`, its earliest event, goes out.
  let held: u32 = 0;
  for (let to = from; from <= index; from++) {
    for (; to < end && timeAt(key, to) - timeAt(key, from) <= WINDOW; to++) if (change(to, 1) == 1) held++;
    if (held >= wanted) {
      remove(key, from, to);
      return true;
    }
    if (change(from, -1) == 0) held--;
  }
  return false;
}

/** The first event from `from` on that has the value of the event at `index`. */
function firstOf(key: usize, from: u32, index: u32): u32 {
  while (valueAt(key, from) != valueAt(key, index)) from++;
  return from;
}

/** Counts an event of the window in or out. Returns how many of its value are left in it. */
function change(index: u32, by: i32): i32 {
  const at = HELD + <usize>load<u8>(FIRSTS + <usize>index);
  const left = <i32>load<u8>(at) + by;
  store<u8>(at, <u8>left);
  return left;
}
