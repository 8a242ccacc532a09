/** `run`: fetcher, module and an output in one process, for a first look and for small sites. */
import { Registry } from "prom-client";
import { Delivery, type Outcome } from "../delivery/delivery.ts";
import { FileOutput } from "../delivery/file-output.ts";
import { Metrics } from "../delivery/metrics.ts";
import type { Output } from "../delivery/output.ts";
import { StreamOutput } from "../delivery/stream-output.ts";
import { type Round, Service, type ServiceOptions } from "../fetcher/service.ts";
import type { MimecastModule } from "../host/module.ts";
import type { Clock } from "../runtime/clock.ts";
import { nodeFiles } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import { type Health, serve } from "../runtime/server.ts";
import { createHttpOutput } from "../vector/push.ts";
import type { RunConfig } from "./config.ts";

export interface RunOptions {
  readonly config: RunConfig;
  readonly module: MimecastModule;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** Until all accounts are caught up and everything is delivered, not for ever. */
  readonly once: boolean;
  /** Writes to standard output. */
  readonly write: (bytes: Uint8Array) => Promise<void>;
  /** What a test gives the fetcher besides. */
  readonly fetch?: Partial<ServiceOptions>;
}

export interface RunOutcome {
  /** Undefined where it ran for ever. */
  readonly fetched: Round | undefined;
  readonly delivered: Outcome;
}

/** How often to try where the command is to come to an end. */
const ATTEMPTS_ONCE = 5;

/** Until the signal, or until everything is delivered. Rejects with what it cannot go on for. */
export async function run(options: RunOptions, signal: AbortSignal): Promise<RunOutcome> {
  const { config, clock, log, version, once, module } = options;
  const { listen, ...fetchConfig } = config.fetch;
  const metrics = new Metrics();
  const output = outputOf(options, metrics);
  const service = await Service.open({
    // Metrics and health of both halves are served here.
    config: { ...fetchConfig, listen: undefined },
    clock,
    log,
    version,
    ...options.fetch,
  });
  try {
    const delivery = await Delivery.open(
      { config: config.delivery, module, output, metrics, clock, log, once },
      signal,
    );
    const registry = Registry.merge([service.metrics.registry, metrics.registry]);
    const server =
      listen && (await serve(listen, registry, () => bothOf(service.health(), delivery.health())));
    if (server) log.info({ host: listen?.host, port: server.port }, "metrics and health are served");
    try {
      if (once) {
        const fetched = await service.once(signal);
        return { fetched, delivered: await delivery.run(signal) };
      }
      return { fetched: undefined, delivered: await both(service, delivery, signal) };
    } finally {
      await server?.close();
      await delivery.close();
    }
  } finally {
    await output.close();
    await service.close();
  }
}

/** For ever: what ends one of the two ends the other. */
async function both(service: Service, delivery: Delivery, signal: AbortSignal): Promise<Outcome> {
  const stop = new AbortController();
  const follow = (): void => stop.abort(signal.reason);
  signal.addEventListener("abort", follow);
  if (signal.aborted) follow();
  const ending = async <T>(work: Promise<T>): Promise<T> => {
    try {
      return await work;
    } finally {
      stop.abort();
    }
  };
  try {
    const [fetched, delivered] = await Promise.allSettled([
      ending(service.forever(stop.signal)),
      ending(delivery.run(stop.signal)),
    ]);
    if (fetched.status === "rejected") throw fetched.reason;
    if (delivered.status === "rejected") throw delivered.reason;
    return delivered.value;
  } finally {
    signal.removeEventListener("abort", follow);
  }
}

const bothOf = (fetching: Health, delivering: Health): Health => ({
  ok: fetching.ok && delivering.ok,
  fetching,
  delivering,
});

function outputOf(options: RunOptions, metrics: Metrics): Output {
  const { config, clock, log, once, version, write } = options;
  const { output } = config;
  const attempts = once ? ATTEMPTS_ONCE : Number.POSITIVE_INFINITY;
  if (output.kind === "stdout") return new StreamOutput(write);
  if (output.kind === "file") {
    const { path, rotateBytes, keep } = output;
    return new FileOutput({ files: nodeFiles, clock, log, path, rotateBytes, keep, attempts });
  }
  const { lanes } = config.delivery;
  return createHttpOutput({ config: output.push, clock, log, version, once, metrics, lanes });
}
