/** What Prometheus sees of a delivery. No label holds anything that a stranger wrote, and no name of a file. */
import { Counter, Gauge, Registry } from "prom-client";
import { SECOND } from "../runtime/clock.ts";

export const PREFIX = "mimecast_udm_push_";

/** What is asked when the metrics are asked for. */
export interface Observed {
  readonly pending: () => {
    readonly files: number;
    readonly bytes: number;
    /** When the oldest file was written, in milliseconds since 1970. */
    readonly oldest: number | undefined;
  };
  readonly checkpointAgeMs: () => number;
  /** Of the module: 32 bits, and 0 behind the last of them. */
  readonly ruleEvictions: () => number;
  readonly now: () => number;
}

export class Metrics {
  readonly registry = new Registry();
  readonly events = this.#counter("events_total", "Events that were acknowledged");
  readonly unmapped = this.#counter(
    "unmapped_total",
    "Acknowledged events that are records with mimecast_error",
  );
  readonly inputBytes = this.#counter(
    "input_bytes_total",
    "Bytes of the spool's files that were acknowledged",
  );
  readonly outputBytes = this.#counter("output_bytes_total", "Bytes of events that were acknowledged");
  readonly batches = this.#counter("batches_total", "Batches that were acknowledged");
  readonly files = this.#counter("files_total", "Files that were delivered to their end");
  readonly vanished = this.#counter(
    "vanished_files_total",
    "Files that were removed from the spool before they were delivered",
  );
  readonly unreadable = this.#counter("unreadable_total", "Attempts to read a file that failed");
  readonly checkpointErrors = this.#counter(
    "checkpoint_errors_total",
    "Times that the checkpoint could not be written",
  );
  readonly checkpointBroken = this.#counter(
    "checkpoint_broken_lines_total",
    "Lines of the checkpoint that could not be read",
  );

  /** What is read off something else is not there before this. */
  observe({ pending, checkpointAgeMs, ruleEvictions, now }: Observed): void {
    this.#wrapping(
      "rule_evictions_total",
      "Events that rules which count have forgotten for lack of room",
      ruleEvictions,
    );
    this.#gauge("pending_files", "Files of which something is still to be delivered", () => pending().files);
    this.#gauge("pending_bytes", "Bytes still to be delivered", () => pending().bytes);
    this.#gauge(
      "oldest_pending_age_seconds",
      "Since the oldest file that is still to be delivered was written; 0 if there is none",
      () => {
        const { oldest } = pending();
        return oldest === undefined ? 0 : Math.max(0, now() - oldest) / SECOND;
      },
    );
    this.#gauge(
      "checkpoint_age_seconds",
      "For how long something acknowledged has waited for the checkpoint",
      () => checkpointAgeMs() / SECOND,
    );
  }

  #counter(name: string, help: string): Counter {
    return new Counter({ name: PREFIX + name, help, registers: [this.registry] });
  }

  /** Of a 32-bit count. It wraps once at most between two looks, or the difference is not known. */
  #wrapping(name: string, help: string, value: () => number): void {
    let seen = 0;
    const counter: Counter = new Counter({
      name: PREFIX + name,
      help,
      registers: [this.registry],
      collect: () => {
        const now = value();
        counter.inc((now - seen) >>> 0);
        seen = now;
      },
    });
  }

  #gauge(name: string, help: string, value: () => number): void {
    const registers = [this.registry];
    const gauge: Gauge = new Gauge({
      name: PREFIX + name,
      help,
      registers,
      collect: () => gauge.set(value()),
    });
  }
}
