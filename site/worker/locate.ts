/**
 * Finds one record again in a part of an input that holds several. Where a record ends is for the module to say: it is asked
 * for ever shorter beginnings of the part, until the shortest one is found that completes the record.
 */
import type { HostTime, MimecastModule, Position } from "../../host/module.ts";

const TIME: HostTime = { sec: 0, nsec: 0 };

/** Where in `bytes` the record lies, which is the `index`-th of those that begin there, from 0. `start` is the place of `bytes`. */
export function locate(
  module: MimecastModule,
  bytes: Uint8Array,
  start: Position,
  index: number,
): { from: number; to: number } {
  const before = behind(module, bytes, start, index);
  const rest = bytes.subarray(before.offset - start.offset);
  const after = behind(module, rest, before, 1);
  const length = after.offset - before.offset;
  // All of it but its last byte is no record yet: the module then stands where the record begins, behind what belongs to none.
  const { position } = completed(module, rest.subarray(0, length - 1), before);
  return { from: position.offset - start.offset, to: after.offset - start.offset };
}

/** The place behind `count` records; the end, if that is what completes the last of them. */
function behind(module: MimecastModule, bytes: Uint8Array, start: Position, count: number): Position {
  if (count === 0) return start;
  let enough = bytes.length;
  let place = completed(module, bytes, start);
  if (place.records < count) return { offset: start.offset + bytes.length, flags: 0 };
  for (let short = 0; short + 1 < enough; ) {
    const middle = (short + enough) >> 1;
    const tried = completed(module, bytes.subarray(0, middle), start);
    if (tried.records < count) short = middle;
    else [enough, place] = [middle, tried];
  }
  return place.position;
}

/** How many records `bytes` complete, and the place behind them. */
function completed(module: MimecastModule, bytes: Uint8Array, start: Position) {
  const feed = module.feed("fields", TIME, start);
  let records = 0;
  for (const batch of feed.push(bytes)) records += batch.records;
  const { position } = feed;
  // Ends the feed, which may hold memory of the module; what is left is of no interest.
  for (const _ of feed.end());
  return { records, position };
}
