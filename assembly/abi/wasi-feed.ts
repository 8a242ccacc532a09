/**
 * A stream of raw bytes, cut anywhere, on its way through the batch function. Holds the end of a record until the rest of it
 * comes; a record longer than MAX_RECORD is passed over and answered with `record_too_large`. host/module.ts does the same
 * under Node (`Feed`), and the answers are the same bytes. Memory is one block of the arena, which grows with the longest
 * record, and the answer of one batch.
 */
import { findLineFeed } from "../input/bytes";
import { splitState } from "../input/split";
import { byte, outputStart, position } from "../output/writer";
import { LAST, mimecast_batch, Result } from "./batch";
import { writeRecordTooLarge } from "./errors";
import { ALERTS } from "./map";
import { beginCall, free, MAX_RECORD, malloc } from "./memory";

/** What is read at once, at most. Longer reads gain no time. */
export const READ_SIZE: usize = 256 * 1024;

/** One byte more than the longest record: whether one has come says if a record of that length is the last or too long. */
const MAX_CAPACITY: usize = MAX_RECORD + 1;

/** Above this, an incomplete record is looked at again only once it has grown by a quarter: not each time from its start. */
const PATIENT_FROM: usize = 4 * 1024;

let wanted: u32 = 0;
let seconds: u32 = 0;
let nanoseconds: u32 = 0;

/** The block, and what is held in it: `[from, to)`. */
let block: usize = 0;
let capacity: usize = 0;
let from: usize = 0;
let to: usize = 0;
/** How much must be held before it is looked at again. */
let enough: usize = 0;
let flags: u32 = 0;
let isLast: bool = false;

/** Whether a record that is too long is being passed over, and how much of it has been. */
let isTooLong: bool = false;
let passedOver: u64 = 0;

let answer: usize = 0;
let answerEnd: usize = 0;
let records: u64 = 0;
let unmapped: u64 = 0;

/** Starts a stream: what is wanted of each record, and the time for those that have none. */
export function beginFeed(what: u32, sec: u32, nsec: u32): void {
  wanted = what;
  seconds = sec;
  nanoseconds = nsec;
  free(block);
  block = capacity = from = to = enough = 0;
  flags = 0;
  isLast = isTooLong = false;
  records = unmapped = 0;
}

/** Where the next bytes are to be put, `roomLength` at most; 0 if the host gives no more memory. */
export function room(): usize {
  const held = to - from;
  if (from != block) memory.copy(block, from, held);
  from = block;
  to = block + held;
  if (capacity - held < READ_SIZE && capacity < MAX_CAPACITY && !grow()) return 0;
  return to;
}

export function roomLength(): usize {
  return min(READ_SIZE, block + capacity - to);
}

/**
 * Makes the block longer, where it stands: the arena starts anew once all blocks are back, so that the next one begins where
 * the last one did, and `malloc` leaves the bytes as they are.
 */
function grow(): bool {
  const longer = min(MAX_CAPACITY, max(READ_SIZE, capacity) << 1);
  const held = to - from;
  free(block);
  block = malloc(longer);
  if (block == 0) return false;
  capacity = longer;
  from = block;
  to = block + held;
  return true;
}

/** Takes `length` bytes that were put into the room; 0 says that the input has ended. */
export function feed(length: usize): void {
  isLast = length == 0;
  const before = to;
  to += length;
  if (isTooLong) passOver();
  // A line feed ends the line, however long it was: its answer does not wait for more.
  else if (enough != 0 && !isInMember() && findLineFeed(before, to) != to) enough = 0;
}

/** Maps records of what is held. True if there is an answer, which `answerStart` and `answerLength` give. */
export function nextAnswer(): bool {
  while (true) {
    if (isTooLong) {
      if (from == to && !isLast) return false;
      answerTooLarge();
      return true;
    }
    const length = min(to - from, MAX_RECORD);
    if (length == 0 || (length < enough && !isLast)) return false;
    if (mapRecords(length)) return true;
    if (to - from <= MAX_RECORD) return false;
    // The block is full, no record in it is whole, and more has come.
    isTooLong = true;
    enough = 0;
    passedOver = MAX_RECORD;
    from += MAX_RECORD;
    passOver();
  }
}

/** Maps the whole records among the first `length` bytes that are held; false if there is none. */
function mapRecords(length: usize): bool {
  const given = flags | (isLast ? LAST : 0);
  const batch = changetype<Result>(mimecast_batch(wanted, from, <u32>length, given, seconds, nanoseconds));
  flags = batch.flags;
  from += batch.consumed;
  records += batch.records;
  unmapped += batch.unmapped;
  answer = batch.output;
  answerEnd = answer + batch.outputLength;
  const held = to - from;
  enough = batch.records == 0 && held > PATIENT_FROM ? min(MAX_RECORD, held + (held >> 2)) : 0;
  return batch.records != 0;
}

/** Whether the stream stands inside a member, where line ends end nothing. */
function isInMember(): bool {
  return (splitState() & 1) != 0;
}

/** Drops what is held of a record that is too long, up to its line end. */
function passOver(): void {
  const lineEnd = findLineFeed(from, to);
  passedOver += lineEnd - from;
  from = lineEnd;
}

/** The answer for the record that was passed over. */
function answerTooLarge(): void {
  beginCall(0);
  writeRecordTooLarge(<usize>min<u64>(passedOver, u32.MAX_VALUE), 0, 0);
  byte(0x0a);
  answer = outputStart();
  answerEnd = wanted == ALERTS ? answer : position();
  isTooLong = false;
  records++;
  unmapped++;
}

/** The answer's first byte. It is valid until the next call of any function here. */
export function answerStart(): usize {
  return answer;
}

export function answerLength(): usize {
  return answerEnd - answer;
}

/** How many records were answered so far. */
export function recordCount(): u64 {
  return records;
}

/** How many of them with `mimecast_error`. */
export function unmappedCount(): u64 {
  return unmapped;
}
