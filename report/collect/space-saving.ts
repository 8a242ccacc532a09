/**
 * The most frequent of a stream's values, in bounded memory: Space-Saving (Metwally, Agrawal, El Abbadi: Efficient Computation
 * of Frequent and Top-k Elements in Data Streams, 2005). Exact until more than `capacity` distinct values came; from then on a
 * new value takes over the place, and the count, of the rarest one, and `error` says how much of its count may be another's.
 */
import { createHash } from "node:crypto";
import type { Counted } from "./figures.ts";

/** Longer values are told apart by their hash: what is held of one is bounded. */
const LONGEST = 256;
const KEPT = 160;

interface Place {
  value: string;
  count: number;
  error: number;
  sample: string | undefined;
  /** Its index in the heap. */
  at: number;
}

export class SpaceSaving {
  readonly capacity: number;
  readonly #places = new Map<string, Place>();
  /** A binary heap, the lowest count first. Built when the first value has to give way: until then nobody asks. */
  readonly #heap: Place[] = [];
  #isHeap = false;
  #total = 0;

  constructor(capacity: number) {
    if (!Number.isSafeInteger(capacity) || capacity < 1) throw new RangeError(`capacity ${capacity}`);
    this.capacity = capacity;
  }

  /** How many values came, repeated ones counted each time. Always exact. */
  get total(): number {
    return this.#total;
  }

  /** Distinct values that are held: all there were, where `isExact`. */
  get held(): number {
    return this.#places.size;
  }

  get isExact(): boolean {
    return !this.#isHeap;
  }

  /** A value that is not held came at most so often. */
  get bound(): number {
    return this.#isHeap ? (this.#heap[0]?.count ?? 0) : 0;
  }

  add(text: string, sample?: () => string): void {
    this.#total++;
    const value = bounded(text);
    const place = this.#places.get(value);
    if (place !== undefined) {
      place.count++;
      if (this.#isHeap) this.#sink(place);
    } else if (this.#places.size < this.capacity) {
      const added = { value, count: 1, error: 0, sample: sample?.(), at: this.#heap.length };
      this.#heap.push(added);
      this.#places.set(value, added);
    } else {
      this.#replaceRarest(value, sample?.());
    }
  }

  /** The `most` values with the highest counts, the highest first; those of equal count by their value. */
  top(most: number): Counted[] {
    return [...this.#places.values()]
      .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
      .slice(0, most)
      .map(({ value, count, error, sample }) =>
        sample === undefined ? { value, count, error } : { value, count, error, sample },
      );
  }

  #replaceRarest(value: string, sample: string | undefined): void {
    if (!this.#isHeap) this.#build();
    const rarest = this.#heap[0] as Place;
    this.#places.delete(rarest.value);
    rarest.value = value;
    rarest.sample = sample;
    rarest.error = rarest.count;
    rarest.count++;
    this.#places.set(value, rarest);
    this.#sink(rarest);
  }

  #build(): void {
    this.#isHeap = true;
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#sink(this.#heap[i] as Place);
  }

  /** Moves a place whose count rose to where nothing below it is lower. */
  #sink(place: Place): void {
    const heap = this.#heap;
    let at = place.at;
    for (;;) {
      let child = heap[2 * at + 1];
      if (child === undefined) break;
      const right = heap[2 * at + 2];
      if (right !== undefined && right.count < child.count) child = right;
      if (child.count >= place.count) break;
      const free = child.at;
      heap[at] = child;
      child.at = at;
      at = free;
    }
    heap[at] = place;
    place.at = at;
  }
}

/** A copy, where it is cut: a slice would keep the whole text alive. */
function bounded(text: string): string {
  if (text.length <= LONGEST) return text;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  return Buffer.from(`${text.slice(0, KEPT)}…[${text.length - KEPT} more, sha256 ${hash}…]`).toString();
}
