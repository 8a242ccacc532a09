/**
 * Many raw lines in one call, newline-delimited JSON out: for hosts that read files themselves (Node, WASI). The answer of one
 * record is written behind scratch memory, which begins behind the answers before it, and then moved up to them.
 */
import { beginLine } from "../input/line";
import {
  beginSplit,
  behindRecord,
  nextRecord,
  RECORD,
  recordAscii,
  recordControls,
  recordStart,
  recordStop,
  splitState,
} from "../input/split";
import { isUtf8, repairUtf8 } from "../input/utf8";
import { beginOutput, byte, outputStart, position } from "../output/writer";
import { clearRules, hasFired } from "../rules/engine";
import { EVENT_TOO_LARGE_CODE, writeEventTooLarge, writeLineError } from "./errors";
import { ALERTS, mapLine } from "./map";
import { beginCall, ensure, scratch, scratchTop } from "./memory";

/** `flags` in: nothing follows this chunk. */
export const LAST: u32 = 1;
/** `flags` in and out, from this bit on: the state of split.ts between two chunks, 0 at the start of an input. */
const STATE_BITS: u32 = 1;

/** A call stops taking records once its answer is this long, so that memory is bounded by the chunk, not by what it becomes. */
const MAX_ANSWER: usize = 8 * 1024 * 1024;

/** What `mimecast_batch` returns the address of. */
@unmanaged
export class Result {
  /** Bytes of the chunk that were read; the rest is to be given again, with more behind it. */
  consumed: u32;
  /** Address and length of the answer: one JSON object and LF for each event. Valid until the next call. */
  output: usize;
  outputLength: u32;
  records: u32;
  /** Records that were written with `mimecast_error`. */
  unmapped: u32;
  flags: u32;
  /** Objects in the answer: as many as records, but for ALERTS. */
  events: u32;
}

const RESULT: usize = memory.data(28, 4);

/**
 * Maps the records of a chunk. `wanted`: 0 UDM events, 1 decoded lines, 2 UDM events without
 * detection rules, 3 UDM events of lines on which a rule fires, and nothing for the others. `input` is memory that `malloc` gave and stays the
 * caller's. `seconds` and `nanoseconds` stand in for a time that a line lacks. Returns the address of a Result: seven u32.
 * A result that consumed nothing asks for a longer chunk.
 */
export function mimecast_batch(
  wanted: u32,
  input: usize,
  length: u32,
  flags: u32,
  seconds: u32,
  nanoseconds: u32,
): usize {
  beginCall(0);
  const result = changetype<Result>(RESULT);
  let start = scratchTop();
  const end = input + length;
  const last = (flags & LAST) != 0;
  let to = start;
  let from = input;
  result.records = result.unmapped = result.events = 0;
  beginSplit(flags >> STATE_BITS);
  while (to - start < MAX_ANSWER) {
    const state = splitState();
    const found = nextRecord(from, end, last);
    from = behindRecord();
    if (found != RECORD) break;
    beginCall(to);
    result.records++;
    clearRules();
    const mapped = mapRaw(
      recordStart(),
      recordStop(),
      wanted,
      seconds,
      nanoseconds,
      recordAscii(),
      recordControls(),
    );
    if (!mapped) result.unmapped++;
    if (wanted == ALERTS && !hasFired()) continue;
    byte(0x0a);
    const written = position() - outputStart();
    if (outputStart() < to && !ensure(to + written)) {
      // No memory is left, and the answer stands where the next one will: it is handed over from there, alone.
      if (to != start) {
        result.records--;
        result.unmapped--;
        from = recordStart();
        beginSplit(state);
      } else {
        start = outputStart();
        to = start + written;
        result.events++;
      }
      break;
    }
    if (to != outputStart()) memory.copy(to, outputStart(), written);
    to += written;
    result.events++;
  }
  result.consumed = <u32>(from - input);
  result.output = start;
  result.outputLength = <u32>(to - start);
  result.flags = splitState() << STATE_BITS;
  return RESULT;
}

/**
 * Writes the answer for one raw record; false if it is an error. `isAscii`: it is known to have no byte above 0x7f; `mayBreak` is
 * false if it is known to have no control characters.
 */
export function mapRaw(
  from: usize,
  end: usize,
  wanted: u32,
  seconds: u32,
  nanoseconds: u32,
  isAscii: bool = false,
  mayBreak: bool = true,
): bool {
  if (!isAscii && !isUtf8(from, end)) {
    const repaired = scratch(3 * (end - from));
    if (repaired == 0) {
      beginOutput();
      writeEventTooLarge(end - from);
      return false;
    }
    end = repairUtf8(from, end, repaired);
    from = repaired;
  }
  beginLine();
  const code = mapLine(from, end, wanted, seconds, nanoseconds, mayBreak);
  if (code == 0) return true;
  if (code != EVENT_TOO_LARGE_CODE) writeLineError(code, from, end);
  return false;
}
