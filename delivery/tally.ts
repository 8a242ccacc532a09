/** What was delivered so far, and how long ago: for the exit status, the metrics and the health. */
import type { Clock } from "../runtime/clock.ts";
import type { Batch } from "./batch.ts";
import type { Metrics } from "./metrics.ts";
import type { Delivered } from "./output.ts";

export interface Counts {
  readonly files: number;
  readonly events: number;
  readonly unmapped: number;
  readonly rejected: number;
}

export class Tally {
  readonly #clock: Clock;
  readonly #metrics: Metrics;
  readonly #counts = { files: 0, events: 0, unmapped: 0, rejected: 0 };
  #movedAt: number;
  #acknowledgedAt: number | undefined;

  constructor(clock: Clock, metrics: Metrics) {
    this.#clock = clock;
    this.#metrics = metrics;
    this.#movedAt = clock.uptime();
  }

  get counts(): Counts {
    return { ...this.#counts };
  }

  /** Milliseconds since 1970; undefined if nothing was. */
  get acknowledgedAt(): number | undefined {
    return this.#acknowledgedAt;
  }

  /** Milliseconds since something was acknowledged, or since there was something to do again. */
  get stillFor(): number {
    return this.#clock.uptime() - this.#movedAt;
  }

  /** After a time without anything to do there is something. */
  began(): void {
    this.#movedAt = this.#clock.uptime();
  }

  /** A batch is safe at the other side. */
  delivered({ body, events, segments }: Batch, { rejected }: Delivered): void {
    const counts = this.#counts;
    this.#movedAt = this.#clock.uptime();
    this.#acknowledgedAt = this.#clock.now();
    this.#metrics.batches.inc();
    this.#metrics.outputBytes.inc(body.length);
    this.#metrics.events.inc(events - rejected);
    counts.events += events - rejected;
    counts.rejected += rejected;
    for (const { from, to, unmapped, ends } of segments) {
      this.#metrics.inputBytes.inc(to.offset - from.offset);
      this.#metrics.unmapped.inc(unmapped);
      counts.unmapped += unmapped;
      if (ends?.how !== "complete") continue;
      this.#metrics.files.inc();
      counts.files++;
    }
  }
}
