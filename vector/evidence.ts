/**
 * Whether a receiver that refuses events refuses these, or all: a sink with a wrong key, or a decoder of the wrong kind, would
 * else send the whole spool into `rejected/`. Events are given up only where others are known to be taken.
 */

/** So many events refused in a row, with none taken in between, are no accident. */
export const SUSPICIOUS = 20;

export class Evidence {
  #taken = 0;
  #given = 0;

  /** A number that grows when the receiver takes something. */
  get taken(): number {
    return this.#taken;
  }

  tookSome(): void {
    this.#taken++;
    this.#given = 0;
  }

  /** `count` events were given up without knowing of others that are taken. */
  gaveUp(count: number): void {
    this.#given += count;
  }

  /** Whether `count` more refused events, and none taken, would be suspicious. `patience`: how many are borne. */
  isSuspicious(count: number, patience = SUSPICIOUS): boolean {
    return count > 0 && this.#given + count >= patience;
  }
}
