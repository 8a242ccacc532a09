/**
 * Counting over five minutes of event time, in memory of a fixed size. Each rule that counts has a table of SETS × WAYS keys, found
 * by the low bits of a 64-bit hash; a key has up to EVENTS events. Work for one event is bounded whatever an attacker sends: at
 * most WAYS keys are compared, and at most EVENTS events looked at for each of EVENTS windows.
 *
 * A window is [w, w + WINDOW], w the time of an event in it. An event fires the rule if a window that it stands in holds enough
 * events (or events of enough different values) of its key; the earliest such window is taken, and all events in it are spent. What
 * arrives late has its own window: nothing depends on the order of arrival but which event completes the count.
 */

/** Milliseconds, both ends included. */
export const WINDOW: i64 = 300_000;

const SETS: usize = 128;
const WAYS: usize = 8;
const EVENTS: u32 = 16;

/** hash, when it was last used, number of events, events: time and value. */
const EVENT_BYTES: usize = 16;
const KEY_BYTES: usize = 272;
const SET_BYTES: usize = 2176;
const TABLE_BYTES: usize = 278528;

/** Tables for this many rules; `npm run docs` states the size. */
export const MAX_TABLES: u32 = 8;
const TABLES: usize = memory.data(2228224, 8);
/** For each table the newest time it has seen. */
const NEWEST: usize = memory.data(64, 8);

let tick: u32 = 0;
let evicted: u32 = 0;

/** Bytes of all tables. */
export function correlationBytes(): usize {
  return TABLE_BYTES * <usize>MAX_TABLES;
}

/** Keys that a table holds, and events a key holds, at most. */
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

/** A hash of bytes, all 64 bits of it well mixed (multiply and fold, as in wyhash). Reads up to 7 bytes behind them. */
export function hashOf(from: usize, length: usize): u64 {
  let hash = <u64>length * 0x9e37_79b9_7f4a_7c15;
  for (let left = length; left != 0; ) {
    const part = min<usize>(left, 8);
    const word = load<u64>(from) & (<u64>-1 >> ((8 - <u64>part) << 3));
    hash = (hash ^ word) * 0xff51_afd7_ed55_8ccd;
    hash ^= hash >> 32;
    from += part;
    left -= part;
  }
  hash *= 0xc4ce_b9fe_1a85_ec53;
  return hash ^ (hash >> 33);
}

function timeAt(key: usize, index: u32): i64 {
  return load<i64>(key + 16 + <usize>index * EVENT_BYTES);
}

function valueAt(key: usize, index: u32): u64 {
  return load<u64>(key + 24 + <usize>index * EVENT_BYTES);
}

function countOf(key: usize): u32 {
  return load<u32>(key, 12);
}

/**
 * Takes an event of `hash` into table `table`. True if it completes `count` within a window; `byValue`: events of one value count
 * once.
 */
export function count(table: u32, hash: u64, value: u64, time: i64, count: u32, byValue: bool): bool {
  const newest = NEWEST + ((<usize>table) << 3);
  if (time > load<i64>(newest)) store<i64>(newest, time);
  const key = find(table, hash, load<i64>(newest));
  if (countOf(key) == EVENTS) forgetOldest(key, load<i64>(newest));
  const index = countOf(key);
  store<i64>(key + 16 + <usize>index * EVENT_BYTES, time);
  store<u64>(key + 24 + <usize>index * EVENT_BYTES, value);
  store<u32>(key, index + 1, 12);
  return complete(key, time, count, byValue);
}

/** The key's place; another one's, if its set is full. */
function find(table: u32, hash: u64, newest: i64): usize {
  const set = TABLES + <usize>table * TABLE_BYTES + (<usize>hash & (SETS - 1)) * SET_BYTES;
  let oldest = set;
  tick++;
  for (let key = set; key < set + SET_BYTES; key += KEY_BYTES) {
    if (load<u64>(key) == hash && load<u32>(key, 8) != 0) {
      store<u32>(key, tick, 8);
      return key;
    }
    if (load<u32>(key, 8) < load<u32>(oldest, 8)) oldest = key;
  }
  for (let i: u32 = 0; i < countOf(oldest); i++) if (timeAt(oldest, i) >= newest - WINDOW) evicted++;
  store<u64>(oldest, hash);
  store<u32>(oldest, tick, 8);
  store<u32>(oldest, 0, 12);
  return oldest;
}

function forgetOldest(key: usize, newest: i64): void {
  let oldest: u32 = 0;
  for (let i: u32 = 1; i < countOf(key); i++) if (timeAt(key, i) < timeAt(key, oldest)) oldest = i;
  if (timeAt(key, oldest) >= newest - WINDOW) evicted++;
  remove(key, oldest);
}

/** The last event takes its place: their order means nothing. */
function remove(key: usize, index: u32): void {
  const last = countOf(key) - 1;
  memory.copy(key + 16 + <usize>index * EVENT_BYTES, key + 16 + <usize>last * EVENT_BYTES, EVENT_BYTES);
  store<u32>(key, last, 12);
}

function complete(key: usize, time: i64, count: u32, byValue: bool): bool {
  let start = i64.MIN_VALUE;
  while (true) {
    // The earliest window that holds the event, and begins later than the one before.
    let next = i64.MAX_VALUE;
    for (let i: u32 = 0; i < countOf(key); i++) {
      const from = timeAt(key, i);
      if (from > start && from < next && from <= time && time - from <= WINDOW) next = from;
    }
    if (next == i64.MAX_VALUE) return false;
    start = next;
    if (heldBy(key, start, byValue) >= count) break;
  }
  for (let i = countOf(key); i-- > 0; ) if (isIn(timeAt(key, i), start)) remove(key, i);
  return true;
}

function isIn(time: i64, start: i64): bool {
  return time >= start && time - start <= WINDOW;
}

function heldBy(key: usize, start: i64, byValue: bool): u32 {
  let held: u32 = 0;
  for (let i: u32 = 0; i < countOf(key); i++) {
    if (!isIn(timeAt(key, i), start)) continue;
    let isFirst = true;
    for (let j: u32 = 0; byValue && j < i; j++) {
      if (isIn(timeAt(key, j), start) && valueAt(key, j) == valueAt(key, i)) isFirst = false;
    }
    if (isFirst) held++;
  }
  return held;
}
