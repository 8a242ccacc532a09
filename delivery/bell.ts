/** Wakes all that wait for a change, whatever it was: they look for themselves. */
export class Bell {
  #waiting: (() => void)[] = [];

  /** Resolves at the next ring. Who looked right before, without an `await` in between, misses nothing. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  ring(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}
