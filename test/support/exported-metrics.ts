/** Every metric that the programs export, as `run` serves them: the fetcher's, and those of a delivery that posts. */
import { Registry } from "prom-client";
import { Metrics as DeliveryMetrics } from "../../delivery/metrics.ts";
import { Metrics as FetcherMetrics } from "../../fetcher/metrics.ts";
import { systemClock } from "../../runtime/clock.ts";
import { HttpMetrics } from "../../vector/metrics.ts";

export interface Exported {
  readonly name: string;
  readonly type: string;
  /** prom-client has it, and does not declare it. */
  readonly labelNames: readonly string[];
}

export function exportedMetrics(): Map<string, Exported> {
  const delivery = new DeliveryMetrics();
  delivery.observe({
    pending: () => ({ files: 0, bytes: 0, oldest: undefined }),
    checkpointAgeMs: () => 0,
    ruleEvictions: () => 0,
    now: () => 0,
  });
  new HttpMetrics(delivery.registry);
  const registry = Registry.merge([new FetcherMetrics(systemClock).registry, delivery.registry]);
  const metrics = registry.getMetricsAsArray() as unknown as Exported[];
  return new Map(metrics.map((metric) => [metric.name, metric]));
}
