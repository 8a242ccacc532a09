/** How often values lay in fixed bins. The bins are chosen before the first value comes, so memory is theirs alone. */

export interface HistogramFigures {
  /** Bin `i` holds what is at least `edges[i - 1]` and below `edges[i]`; the first has no lower, the last no upper edge. */
  readonly edges: readonly number[];
  /** One more than there are edges. */
  readonly counts: readonly number[];
  readonly total: number;
  readonly least?: number;
  readonly most?: number;
  readonly mean?: number;
  /** Values that are no number; they are in no bin and not in `total`. */
  readonly unreadable: number;
}

export class Histogram {
  readonly #edges: readonly number[];
  readonly #counts: number[];
  #total = 0;
  #sum = 0;
  #least = Number.POSITIVE_INFINITY;
  #most = Number.NEGATIVE_INFINITY;
  #unreadable = 0;

  /** `edges` in ascending order. */
  constructor(edges: readonly number[]) {
    this.#edges = edges;
    this.#counts = new Array<number>(edges.length + 1).fill(0);
  }

  /** Counts a number as events have it: as text. */
  add(text: string): void {
    if (!DECIMAL.test(text)) {
      this.#unreadable++;
      return;
    }
    const value = Number(text);
    const bin = this.#bin(value);
    this.#counts[bin] = (this.#counts[bin] ?? 0) + 1;
    this.#total++;
    this.#sum += value;
    this.#least = Math.min(this.#least, value);
    this.#most = Math.max(this.#most, value);
  }

  figures(): HistogramFigures {
    const counted = {
      edges: this.#edges,
      counts: [...this.#counts],
      total: this.#total,
      unreadable: this.#unreadable,
    };
    if (this.#total === 0) return counted;
    return { ...counted, least: this.#least, most: this.#most, mean: this.#sum / this.#total };
  }

  /** How many edges are at most `value`. */
  #bin(value: number): number {
    let [low, high] = [0, this.#edges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#edges[middle] as number) <= value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** At most 15 digits: what a double holds exactly, and nothing that adds up to infinity. */
const DECIMAL = /^-?\d{1,15}(\.\d{1,9})?$/;

/**
 * Between which edges the value lies below which `share` of all values are: the bin that holds it. `undefined` where an edge
 * is missing.
 */
export function quantile(
  { edges, counts, total }: HistogramFigures,
  share: number,
): readonly [number | undefined, number | undefined] | undefined {
  if (total === 0) return undefined;
  const rank = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  const bin = counts.findIndex((count) => {
    seen += count;
    return seen >= rank;
  });
  return [edges[bin - 1], edges[bin]];
}
