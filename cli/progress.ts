/** How far a long read is: a line on a terminal that is written over, and nothing where there is none. */
import type { Writable } from "node:stream";

interface Terminal extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

interface Sized {
  readonly bytes: number | undefined;
}

/** Milliseconds between two looks: more often nobody reads it. */
const EVERY = 100;
const BAR = 24;
const CLEAR = "\r\x1b[K";

export class Progress {
  readonly #terminal: Terminal | undefined;
  readonly #total: number | undefined;
  readonly #now: () => number;
  readonly #start: number;
  #bytes = 0;
  #shown = Number.NEGATIVE_INFINITY;

  /** `now`: milliseconds. */
  constructor(stream: Writable, sources: readonly Sized[], now: () => number) {
    const terminal: Terminal = stream;
    this.#terminal = terminal.isTTY === true ? terminal : undefined;
    const sizes = sources.map(({ bytes }) => bytes);
    this.#total = sizes.includes(undefined)
      ? undefined
      : sizes.reduce<number>((all, size) => all + (size ?? 0), 0);
    this.#now = now;
    this.#start = now();
  }

  /** Bytes that were read so far. */
  get bytes(): number {
    return this.#bytes;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#terminal === undefined) return;
    const now = this.#now();
    // A terminal that is slow is left alone; the next look will do.
    if (now - this.#shown < EVERY || this.#terminal.writableLength > 0) return;
    this.#shown = now;
    this.#terminal.write(CLEAR + this.#line(now - this.#start).slice(0, (this.#terminal.columns ?? 80) - 1));
  }

  /** Takes the line away. */
  end(): void {
    if (this.#terminal !== undefined && this.#shown > Number.NEGATIVE_INFINITY) this.#terminal.write(CLEAR);
  }

  #line(elapsed: number): string {
    const rate = elapsed > 0 ? this.#bytes / (elapsed / 1000) : 0;
    const read = `${megabytes(this.#bytes)} MB`;
    const speed = `${megabytes(rate)} MB/s`;
    if (this.#total === undefined || this.#total === 0) return `${read}  ${speed}`;
    const share = Math.min(1, this.#bytes / this.#total);
    const filled = Math.round(share * BAR);
    const left = rate > 0 ? Math.ceil(Math.max(0, this.#total - this.#bytes) / rate) : 0;
    const bar = `${"#".repeat(filled)}${".".repeat(BAR - filled)}`;
    return `[${bar}] ${Math.floor(100 * share)} %  ${read} of ${megabytes(this.#total)}  ${speed}  ${left} s left`;
  }
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0);
