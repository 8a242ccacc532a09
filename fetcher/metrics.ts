/** What Prometheus sees. Labels are account, type, status code and the like: never anything that a stranger wrote. */
import { Counter, Gauge, Registry } from "prom-client";
import type { Clock } from "../runtime/clock.ts";

const PREFIX = "mimecast_udm_";

export class Metrics {
  readonly registry = new Registry();
  readonly polls = this.#counter("polls_total", "Polls by outcome: caught_up, failed, refused, stopped", [
    "account",
    "outcome",
  ]);
  readonly responses = this.#counter("responses_total", "HTTP answers by status code", ["account", "code"]);
  readonly retries = this.#counter("retries_total", "Requests that were repeated, by reason", [
    "account",
    "reason",
  ]);
  readonly files = this.#counter("files_total", "Files dropped into the spool", ["account", "type"]);
  readonly bytes = this.#counter("bytes_total", "Bytes dropped into the spool", ["account", "type"]);
  readonly events = this.#counter("events_total", "Records dropped into the spool", ["account", "type"]);
  readonly repeats = this.#counter("repeated_files_total", "Files that had been dropped before, left out", [
    "account",
  ]);
  readonly quarantined = this.#counter("quarantined_total", "What could not be read, by reason", [
    "account",
    "reason",
  ]);
  readonly lost = this.#counter("lost_files_total", "Files that Mimecast named and did not give", [
    "account",
  ]);
  readonly gaps = this.#counter("gaps_total", "Spans of time whose logs Mimecast no longer had", ["account"]);
  readonly gapSeconds = this.#counter("gap_seconds_total", "Length of those spans", ["account"]);
  readonly stateRecoveries = this.#counter(
    "state_recoveries_total",
    "States not read from their current file",
    ["account", "origin"],
  );
  readonly errors = this.#counter("errors_total", "Errors by code", ["account", "code"]);
  readonly skew = this.#gauge("clock_skew_seconds", "Mimecast's clock less ours", ["account"]);
  readonly paused = this.#gauge("paused", "1 while too little room is free to fetch", ["account"]);
  readonly spoolBytes = this.#gauge("spool_bytes", "Bytes in the spool", []);
  readonly spoolFiles = this.#gauge("spool_files", "Files in the spool", []);
  readonly freeBytes = this.#gauge("spool_free_bytes", "Bytes free on the spool's file system", []);
  readonly #newest = new Map<string, number>();
  readonly #saved = new Map<string, number>();
  readonly #success = new Map<string, number>();

  constructor(clock: Clock) {
    const age = (
      name: string,
      help: string,
      labels: readonly string[],
      times: ReadonlyMap<string, number>,
    ): void => {
      const registry = this.registry;
      const gauge: Gauge = new Gauge({
        name: PREFIX + name,
        help,
        labelNames: labels,
        registers: [registry],
        collect: () => {
          for (const [key, time] of times) gauge.set(JSON.parse(key), Math.max(0, clock.now() - time) / 1000);
        },
      });
    };
    age("newest_event_age_seconds", "Age of the newest record so far", ["account"], this.#newest);
    age("token_age_seconds", "Since a cursor was last saved", ["account", "cursor"], this.#saved);
    age("last_success_age_seconds", "Since an account was last caught up", ["account"], this.#success);
  }

  newestEvent(account: string, time: number): void {
    const key = JSON.stringify({ account });
    this.#newest.set(key, Math.max(time, this.#newest.get(key) ?? 0));
  }

  cursorSaved(account: string, cursor: string, time: number): void {
    this.#saved.set(JSON.stringify({ account, cursor }), time);
  }

  caughtUp(account: string, time: number): void {
    this.#success.set(JSON.stringify({ account }), time);
  }

  #counter<L extends string>(name: string, help: string, labels: readonly L[]): Counter<L> {
    return new Counter({ name: PREFIX + name, help, labelNames: labels, registers: [this.registry] });
  }

  #gauge<L extends string>(name: string, help: string, labels: readonly L[]): Gauge<L> {
    return new Gauge({ name: PREFIX + name, help, labelNames: labels, registers: [this.registry] });
  }
}
