/**
 * Counts over time, by name, in bounded memory: buckets that grow coarser when there are too many of them. Only buckets in which
 * something lies are held, so a single event of a wrong year costs one bucket and does not make the others coarse.
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Widths of a bucket in milliseconds, each a multiple of the one before it. Those of more than a day begin at 1970-01-01. */
export const WIDTHS = [
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
  12 * HOUR,
  DAY,
  7 * DAY,
  28 * DAY,
  364 * DAY,
  10 * 364 * DAY,
  100 * 364 * DAY,
  1000 * 364 * DAY,
  10_000 * 364 * DAY,
] as const;

export interface Bucket {
  /** Milliseconds since 1970, UTC. */
  readonly from: number;
  /** By name, as `names` of the figures has them; 0 where it ends early. */
  readonly counts: readonly number[];
}

export interface SeriesFigures {
  readonly width: number;
  readonly names: readonly string[];
  /** In order of time; those in which nothing lies are left out. */
  readonly buckets: readonly Bucket[];
  /** Of all that was counted. */
  readonly first?: number;
  readonly last?: number;
  /** What lies before the first or behind the last bucket given. */
  readonly outside: number;
}

/** Names beyond these are counted under the last one. */
const MOST_NAMES = 256;
export const OTHER = "(other)";

export class TimeSeries {
  readonly #most: number;
  #step = 0;
  #buckets = new Map<number, number[]>();
  readonly #names = new Map<string, number>();
  #first = Number.POSITIVE_INFINITY;
  #last = Number.NEGATIVE_INFINITY;

  /** At most `most` buckets are held. */
  constructor(most: number) {
    this.#most = most;
  }

  get width(): number {
    return WIDTHS[this.#step] as number;
  }

  /** How many buckets are held. */
  get held(): number {
    return this.#buckets.size;
  }

  add(time: number, name: string): void {
    this.#first = Math.min(this.#first, time);
    this.#last = Math.max(this.#last, time);
    const bucket = this.#bucket(time);
    const index = this.#index(name);
    while (bucket.length <= index) bucket.push(0);
    bucket[index] = (bucket[index] as number) + 1;
  }

  /**
   * At most `most` buckets, one behind the other without a gap. The few events that lie far from all others are left outside
   * where that makes the buckets finer.
   */
  figures(most: number): SeriesFigures {
    const names = [...this.#names.keys()];
    if (this.#buckets.size === 0) return { width: this.width, names, buckets: [], outside: 0 };
    const sorted = [...this.#buckets].sort(([a], [b]) => a - b);
    const whole = coarsened(sorted, this.#step, most);
    const near = coarsened(withoutFar(sorted, sum(whole.buckets) / 200), this.#step, most);
    const shown = near.width < whole.width ? near : whole;
    const outside = sum(whole.buckets) - sum(shown.buckets);
    return { ...shown, names, first: this.#first, last: this.#last, outside };
  }

  #bucket(time: number): number[] {
    let from = floor(time, this.width);
    let bucket = this.#buckets.get(from);
    if (bucket !== undefined) return bucket;
    while (this.#buckets.size >= this.#most && this.#step < WIDTHS.length - 1) this.#coarsen();
    from = floor(time, this.width);
    bucket = this.#buckets.get(from);
    if (bucket === undefined) {
      bucket = [];
      this.#buckets.set(from, bucket);
    }
    return bucket;
  }

  #coarsen(): void {
    this.#step++;
    this.#buckets = merged(this.#buckets, this.width);
  }

  #index(name: string): number {
    let index = this.#names.get(name);
    if (index === undefined) {
      const kept = this.#names.size < MOST_NAMES - 1 ? name : OTHER;
      index = this.#names.get(kept) ?? this.#names.size;
      this.#names.set(kept, index);
    }
    return index;
  }
}

const floor = (time: number, width: number): number => Math.floor(time / width) * width;

const countOf = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
const sum = (buckets: readonly Bucket[]): number =>
  buckets.reduce((all, { counts }) => all + countOf(counts), 0);

function merged(
  buckets: Iterable<readonly [number, readonly number[]]>,
  width: number,
): Map<number, number[]> {
  const wide = new Map<number, number[]>();
  for (const [from, counts] of buckets) {
    const start = floor(from, width);
    const into = wide.get(start);
    if (into === undefined) wide.set(start, [...counts]);
    else
      counts.forEach((count, index) => {
        into[index] = (into[index] ?? 0) + count;
      });
  }
  return wide;
}

type Sorted = readonly (readonly [number, readonly number[]])[];

interface Shown {
  readonly width: number;
  readonly buckets: readonly Bucket[];
}

/** In buckets so wide that from the first to the last there are at most `most`. */
function coarsened(sorted: Sorted, step: number, most: number): Shown {
  const widths = WIDTHS.slice(step);
  const width = widths.find((candidate) => span(sorted, candidate) <= most) ?? (WIDTHS.at(-1) as number);
  return { width, buckets: [...merged(sorted, width)].map(([from, counts]) => ({ from, counts })) };
}

/** How many buckets of this width there are from the first to the last. */
function span(sorted: Sorted, width: number): number {
  const [first, last] = [sorted[0]?.[0] ?? 0, sorted.at(-1)?.[0] ?? 0];
  return (floor(last, width) - floor(first, width)) / width + 1;
}

/**
 * Without the few at either end that lie far: farther from all others than those from each other, and more than a day. A few are
 * at most one in 200.
 */
function withoutFar(sorted: Sorted, few: number): Sorted {
  let from = skipped(sorted, few);
  let to = sorted.length - skipped([...sorted].reverse(), few);
  if (from >= to) return sorted;
  const at = (index: number): number => sorted[index]?.[0] ?? 0;
  const isFar = (gap: number): boolean => gap > Math.max(DAY, at(to - 1) - at(from));
  while (from > 0 && !isFar(at(from) - at(from - 1))) from--;
  while (to < sorted.length && !isFar(at(to) - at(to - 1))) to++;
  return sorted.slice(from, to);
}

/** How many buckets at the beginning hold at most `few` together. */
function skipped(sorted: Sorted, few: number): number {
  let seen = 0;
  const index = sorted.findIndex(([, counts]) => {
    seen += countOf(counts);
    return seen > few;
  });
  return Math.max(0, index);
}
