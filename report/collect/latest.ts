/** The items with the latest times, a bounded number of them. */

export interface Timed {
  readonly time: number;
}

export class Latest<T extends Timed> {
  readonly #most: number;
  #items: T[] = [];
  /** What is older has no chance, since the last time that items were dropped. */
  #oldest = Number.NEGATIVE_INFINITY;

  constructor(most: number) {
    this.#most = most;
  }

  /** `make` is called only if the item may be kept. */
  add(time: number, make: () => T): void {
    if (time < this.#oldest) return;
    this.#items.push(make());
    if (this.#items.length >= 2 * this.#most) this.#drop();
  }

  /** The latest first; of the same time, the one that came first. */
  items(): readonly T[] {
    this.#drop();
    return this.#items;
  }

  #drop(): void {
    this.#items.sort((a, b) => b.time - a.time);
    this.#items = this.#items.slice(0, this.#most);
    if (this.#items.length === this.#most) this.#oldest = this.#items.at(-1)?.time ?? this.#oldest;
  }
}
