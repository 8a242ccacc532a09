/** Says the same thing once a minute at most: what is tried every second must not fill a log. */
import { type Clock, MINUTE } from "../runtime/clock.ts";

/** More would be a leak: names of files are among the keys. */
const MOST_KEYS = 1000;

export class Seldom {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #saidAt = new Map<string, number>();

  constructor(clock: Clock, everyMs = MINUTE) {
    this.#clock = clock;
    this.#everyMs = everyMs;
  }

  /** Calls `say` unless it did for this key within the last minute. */
  say(key: string, say: () => void): void {
    const now = this.#clock.now();
    const last = this.#saidAt.get(key);
    if (last !== undefined && Math.abs(now - last) < this.#everyMs) return;
    if (this.#saidAt.size >= MOST_KEYS) this.#saidAt.clear();
    this.#saidAt.set(key, now);
    say();
  }

  /** The key may be said again at once. */
  forget(key: string): void {
    this.#saidAt.delete(key);
  }
}
