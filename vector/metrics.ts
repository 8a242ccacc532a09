/** What Prometheus sees of the requests. */
import { Counter, type Registry } from "prom-client";
import { PREFIX } from "../delivery/metrics.ts";

export class HttpMetrics {
  /** `code`: the status, or `network` where there was no answer. */
  readonly requests: Counter<"code">;
  readonly retries: Counter<"reason">;
  readonly rejected: Counter<"status">;

  constructor(registry: Registry) {
    const counter = <L extends string>(name: string, help: string, label: L): Counter<L> =>
      new Counter({ name: PREFIX + name, help, labelNames: [label], registers: [registry] });
    this.requests = counter("requests_total", "Requests by status code, or network", "code");
    this.retries = counter(
      "retries_total",
      "Requests that were repeated, by status code or network",
      "reason",
    );
    this.rejected = counter(
      "rejected_total",
      "Events that were put into rejected/, by status code",
      "status",
    );
  }
}
