/**
 * A batch: events of one file, or of several small ones, in their order, and where in which file they stood. A builder has
 * one buffer and writes the next batch into it when the last one is delivered.
 */
import type { Batch as Answer, Position } from "../host/module.ts";
import type { SpoolFile } from "./spool-file.ts";

/**
 * How reading the file came to its end: all of it is in this batch and those before; or it broke off, for what the system
 * said, and goes on at `to`.
 */
export type SegmentEnd = { readonly how: "complete" } | { readonly how: "broken"; readonly error: unknown };

/** The part of a batch that stems from one file. */
export interface Segment {
  readonly file: SpoolFile;
  /** Where in the file it begins, and what it leaves to the next batch. */
  readonly from: Position;
  readonly to: Position;
  /** Where its events stand in the body. */
  readonly begin: number;
  readonly end: number;
  readonly events: number;
  /** Events with `mimecast_error`. */
  readonly unmapped: number;
  readonly ends: SegmentEnd | undefined;
}

export interface Batch {
  /** One JSON object and LF after another. Valid until its delivery has ended: then other bytes are written there. */
  readonly body: Uint8Array;
  readonly events: number;
  readonly segments: readonly Segment[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A buffer that one long event made this many times as large as it should be is given back. */
const MOST_GROWTH = 4;

export class BatchBuilder {
  readonly #fullAt: number;
  #buffer: Buffer;
  #size = 0;
  #events = 0;
  #segments: Mutable<Segment>[] = [];
  #since = 0;

  /** `fullAt`: bytes of events from which on a batch is full. It becomes longer than that by one answer of the module at most. */
  constructor(fullAt: number) {
    this.#fullAt = fullAt;
    this.#buffer = Buffer.allocUnsafeSlow(fullAt + (fullAt >> 1));
  }

  get isFull(): boolean {
    return this.#size >= this.#fullAt;
  }

  /** Nothing is in it, not even the end of a file. */
  get isEmpty(): boolean {
    return this.#segments.length === 0;
  }

  /** When its first segment came. */
  get since(): number {
    return this.#since;
  }

  /** Copies the answer's events behind those that are there. They stood in `file` between `from` and `to`. */
  append(file: SpoolFile, answer: Answer, from: Position, to: Position, now: number): void {
    const { output, events, unmapped } = answer;
    const segment = this.#segment(file, from, now);
    this.#makeRoom(output.length);
    this.#buffer.set(output, this.#size);
    this.#size += output.length;
    this.#events += events;
    segment.end = this.#size;
    segment.to = to;
    segment.events += events;
    segment.unmapped += unmapped;
  }

  /** Reading `file` has come to its end at `to`. */
  end(file: SpoolFile, to: Position, ends: SegmentEnd, now: number): void {
    const segment = this.#segment(file, to, now);
    segment.to = to;
    segment.ends = ends;
  }

  /** What is in it. The body is a view of the builder's buffer, until `clear`. */
  build(): Batch {
    return { body: this.#buffer.subarray(0, this.#size), events: this.#events, segments: this.#segments };
  }

  clear(): void {
    if (this.#buffer.length > MOST_GROWTH * this.#fullAt) {
      this.#buffer = Buffer.allocUnsafeSlow(this.#fullAt + (this.#fullAt >> 1));
    }
    this.#size = this.#events = 0;
    this.#segments = [];
  }

  /** The last segment if it is this file's, else a new one. */
  #segment(file: SpoolFile, from: Position, now: number): Mutable<Segment> {
    const last = this.#segments.at(-1);
    if (last?.file === file && last.ends === undefined) return last;
    if (this.isEmpty) this.#since = now;
    const begin = this.#size;
    const segment = { file, from, to: from, begin, end: begin, events: 0, unmapped: 0, ends: undefined };
    this.#segments.push(segment);
    return segment;
  }

  #makeRoom(more: number): void {
    const needed = this.#size + more;
    if (needed <= this.#buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#buffer.length));
    this.#buffer.copy(larger, 0, 0, this.#size);
    this.#buffer = larger;
  }
}
