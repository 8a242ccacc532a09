/** `push`: the spool to an HTTP receiver, put together from its parts. */

import { Delivery, type Outcome } from "../delivery/delivery.ts";
import { Metrics } from "../delivery/metrics.ts";
import type { Output } from "../delivery/output.ts";
import { Rejected } from "../delivery/rejected.ts";
import type { MimecastModule } from "../host/module.ts";
import { type Clock, SECOND } from "../runtime/clock.ts";
import { type Files, nodeFiles } from "../runtime/files.ts";
import { createHttp } from "../runtime/http.ts";
import type { Log } from "../runtime/log.ts";
import { type MetricsServer, serve } from "../runtime/server.ts";
import type { PushConfig } from "./config.ts";
import { HttpOutput } from "./http-output.ts";
import { HttpMetrics } from "./metrics.ts";
import { type RetryTimes, Sender } from "./sender.ts";
import { isLoopback } from "./url.ts";

export interface PushOptions {
  readonly config: PushConfig;
  readonly module: MimecastModule;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  /** Until everything that is there is delivered, not for ever. */
  readonly once: boolean;
  readonly files?: Files | undefined;
  readonly retry?: RetryTimes | undefined;
  readonly refusesAll?: RetryTimes | undefined;
  readonly refusesAllTurns?: number | undefined;
  readonly commitMs?: number | undefined;
}

const CONNECT_TIMEOUT = 5 * SECOND;
/** Silence within an answer: what it means is known by then. */
const IDLE_TIMEOUT = 5 * SECOND;
/** How often a receiver that does not answer is asked where the command is to come to an end. */
const ATTEMPTS_ONCE = 5;
/** How often one that refuses everything is asked there. */
const REFUSALS_ONCE = 3;

/** Until the signal, or until everything is delivered. Rejects with what it cannot go on for. */
export async function push(
  options: PushOptions,
  signal: AbortSignal,
  metrics = new Metrics(),
): Promise<Outcome> {
  const { config, clock, log, once, module, files = nodeFiles } = options;
  const output = createHttpOutput({ ...options, metrics });
  let server: MetricsServer | undefined;
  try {
    const delivery = await Delivery.open(
      {
        config: config.delivery,
        module,
        output,
        metrics,
        clock,
        log,
        once,
        files,
        commitMs: options.commitMs,
      },
      signal,
    );
    try {
      if (config.listen) {
        server = await serve(config.listen, metrics.registry, () => delivery.health());
        log.info({ host: config.listen.host, port: server.port }, "metrics and health are served");
      }
      log.info({ spool: config.delivery.spool, url: config.url, lanes: config.delivery.lanes }, "delivering");
      return await delivery.run(signal);
    } finally {
      await server?.close();
      await delivery.close();
    }
  } finally {
    await output.close();
  }
}

export interface HttpOutputSettings extends Omit<PushOptions, "module" | "commitMs"> {
  readonly metrics: Metrics;
  /** How many batches may be on their way at once. */
  readonly lanes?: number;
}

/** The output with its connections, which it closes with itself. */
export function createHttpOutput(settings: HttpOutputSettings): Output {
  const {
    config,
    clock,
    log,
    once,
    version,
    files = nodeFiles,
    retry,
    refusesAll,
    refusesAllTurns,
  } = settings;
  const metrics = new HttpMetrics(settings.metrics.registry);
  const http = createHttp({
    ca: config.ca,
    userAgent: `mimecast-udm/${version}`,
    timeouts: {
      connectMs: CONNECT_TIMEOUT,
      headersMs: config.timeoutMs,
      idleMs: Math.min(IDLE_TIMEOUT, config.timeoutMs),
      totalMs: config.timeoutMs,
    },
    direct: isLoopback(config.url),
    // One for each lane, whoever's they are: `run` has its own.
    connections: settings.lanes ?? config.delivery.lanes,
  });
  const sender = new Sender({
    http,
    url: config.url,
    authorization: config.authorization,
    gzip: config.gzip,
    attempts: once ? ATTEMPTS_ONCE : Number.POSITIVE_INFINITY,
    clock,
    log,
    metrics,
    retry,
  });
  return new HttpOutput({
    sender,
    http,
    rejected: new Rejected(files, clock, config.delivery.spool),
    clock,
    log,
    metrics,
    attempts: once ? REFUSALS_ONCE : Number.POSITIVE_INFINITY,
    refusesAllTimes: refusesAll,
    refusesAllTurns,
  });
}
