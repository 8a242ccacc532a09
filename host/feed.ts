/**
 * A stream of raw bytes, cut anywhere, on its way through the module. What it keeps between two calls stands in its own memory,
 * so that any number of feeds share one module: each takes the module's memory for as long as one call lasts.
 */
import type { Batch, HostTime, MappingFunction, MimecastModule, Position } from "./module.ts";

/** The longest record the module takes, in bytes. */
export const MAX_RECORD = 32 * 1024 * 1024;

/**
 * Above this, an incomplete record is looked at again only once it has grown by a quarter, or a line has ended: not each time from
 * its start.
 */
const PATIENT_FROM = 4 * 1024;
const FIRST_ROOM = 4 * 1024;
const LF = 0x0a;

/**
 * Holds the end of a record until the rest of it comes; a record that is longer than MAX_RECORD is passed over and reported as
 * `record_too_large`.
 */
export class Feed {
  readonly #module: MimecastModule;
  readonly #wanted: MappingFunction;
  readonly #time: HostTime;
  readonly #held = new Held();
  /** How many bytes there must be before the module is asked again. */
  #enough = 0;
  #offset: number;
  #flags: number;
  /** Bytes passed over of a record that is too long, or -1. */
  #passedOver = -1;

  constructor(module: MimecastModule, wanted: MappingFunction, time: HostTime, start: Position) {
    this.#module = module;
    this.#wanted = wanted;
    this.#time = time;
    this.#offset = start.offset;
    this.#flags = start.flags;
  }

  /** Where the input stands behind the batch that was given last, and behind none that was not. */
  get position(): Position {
    return { offset: this.#offset, flags: this.#flags };
  }

  /**
   * Maps the records that `bytes` complete. Each batch must be used before anything else is asked of the module, by this feed or
   * another, and `bytes` be left alone until there is no further batch.
   */
  *push(bytes: Uint8Array): Generator<Batch> {
    yield* this.#run(bytes, false);
  }

  /** Maps what is left, after `bytes`. The feed is of no use afterwards. */
  *end(bytes: Uint8Array = new Uint8Array()): Generator<Batch> {
    yield* this.#run(bytes, true);
  }

  *#run(bytes: Uint8Array, last: boolean): Generator<Batch> {
    let rest = bytes;
    do {
      rest = this.#passOver(rest, last);
      if (this.#passedOver >= 0 && (rest.length > 0 || last)) {
        this.#offset += this.#passedOver;
        yield this.#module.tooLarge(this.#passedOver, this.#wanted, this.#time);
        this.#passedOver = -1;
      }
      const fresh = rest.subarray(0, MAX_RECORD - this.#held.length);
      rest = rest.subarray(fresh.length);
      yield* this.#drain(fresh, last && rest.length === 0);
      if (rest.length > 0 && this.#held.length === MAX_RECORD) this.#startPassingOver();
    } while (rest.length > 0);
  }

  /** Maps what is held, and `fresh` behind it, until nothing more can be; holds what is left. */
  *#drain(fresh: Uint8Array, last: boolean): Generator<Batch> {
    let left = fresh;
    for (;;) {
      const size = this.#held.length + left.length;
      if (size === 0 || (!last && size < this.#enough && !this.#endsLine(left))) break;
      this.#enough = 0;
      const chunk = this.#module.chunk(this.#wanted, this.#held.bytes, left, this.#flags, last, this.#time);
      left = left.subarray(this.#held.drop(chunk.consumed));
      this.#flags = chunk.flags;
      this.#offset += chunk.consumed;
      if (chunk.records === 0) {
        const more = size - chunk.consumed;
        if (more > PATIENT_FROM) this.#enough = Math.min(MAX_RECORD, more + (more >> 2));
        break;
      }
      yield chunk;
    }
    this.#held.add(left);
  }

  /** True if a line ends in `bytes`, and with it a record: inside a member of API 1.0 it need not be one's end. */
  #endsLine(bytes: Uint8Array): boolean {
    return this.#flags === 0 && bytes.includes(LF);
  }

  #startPassingOver(): void {
    this.#passedOver = this.#held.length;
    this.#held.drop(this.#held.length);
    this.#enough = 0;
  }

  /** Drops the rest of a record that is too long, up to its line end. Returns what is behind it. */
  #passOver(bytes: Uint8Array, last: boolean): Uint8Array {
    if (this.#passedOver < 0) return bytes;
    const lineFeed = bytes.indexOf(LF);
    if (lineFeed >= 0) {
      this.#passedOver += lineFeed;
      return bytes.subarray(lineFeed);
    }
    this.#passedOver += bytes.length;
    return last ? bytes.subarray(bytes.length) : new Uint8Array();
  }
}

/** Bytes that are added at one end and dropped at the other. */
class Held {
  #room = new Uint8Array();
  #from = 0;
  #to = 0;

  get length(): number {
    return this.#to - this.#from;
  }

  /** All of them; valid until some are added. */
  get bytes(): Uint8Array {
    return this.#room.subarray(this.#from, this.#to);
  }

  /** Drops the first `count`, or all if there are fewer. Returns how many were wanting. */
  drop(count: number): number {
    const dropped = Math.min(count, this.length);
    this.#from += dropped;
    if (this.length === 0) this.#from = this.#to = 0;
    return count - dropped;
  }

  add(bytes: Uint8Array): void {
    const length = this.length + bytes.length;
    if (this.#from + length > this.#room.length) {
      const fits = length <= this.#room.length;
      const room = fits ? this.#room : new Uint8Array(Math.max(FIRST_ROOM, length, 2 * this.#room.length));
      room.set(this.bytes); // also within one room, where the two may overlap
      this.#to -= this.#from;
      this.#from = 0;
      this.#room = room;
    }
    this.#room.set(bytes, this.#to);
    this.#to += bytes.length;
  }
}
