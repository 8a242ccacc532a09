// A spool and an output in memory, and a delivery between them.

import { mkdir } from "node:fs/promises";
import type { TestContext } from "node:test";
import type { Batch } from "../../delivery/batch.ts";
import { Delivery, type DeliveryOptions, type Outcome } from "../../delivery/delivery.ts";
import { Metrics } from "../../delivery/metrics.ts";
import type { Delivered, Output } from "../../delivery/output.ts";
import type { DeliveryConfig } from "../../delivery/settings.ts";
import { type Clock, systemClock } from "../../runtime/clock.ts";
import { createLog } from "../../runtime/log.ts";
import { deliveryConfig, loadModule, temporaryFolder, until } from "../vector/harness.ts";

/** What a batch was when it came. */
export interface Taken {
  readonly text: string;
  readonly events: number;
  /** `name from-to`, with a full stop behind the end of a file. */
  readonly segments: readonly string[];
}

export class MemoryOutput implements Output {
  readonly failure = undefined;
  readonly taken: Taken[] = [];
  /** Resolves when a batch may arrive. */
  hold: (batch: Batch) => Promise<void> = () => Promise.resolve();
  closed = false;

  async deliver(batch: Batch, signal: AbortSignal): Promise<Delivered> {
    signal.throwIfAborted();
    await this.hold(batch);
    this.taken.push({
      text: Buffer.from(batch.body).toString(),
      events: batch.events,
      segments: batch.segments.map(
        ({ file, from, to, ends }) =>
          `${file.name} ${from.offset}-${to.offset}${ends?.how === "complete" ? "." : ""}`,
      ),
    });
    return { rejected: 0 };
  }

  close(): Promise<void> {
    this.closed = true;
    return Promise.resolve();
  }

  get lines(): string[] {
    return this.taken.flatMap(({ text }) => text.split("\n").slice(0, -1));
  }
}

/** Lets nobody pass until it is opened. */
export class Gate {
  #waiting: (() => void)[] = [];
  #isOpen = false;

  get waiting(): number {
    return this.#waiting.length;
  }

  pass(): Promise<void> {
    if (this.#isOpen) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  open(): void {
    this.#isOpen = true;
    for (const pass of this.#waiting.splice(0)) pass();
  }
}

export interface Scene {
  readonly folder: string;
  readonly output: MemoryOutput;
  readonly logs: string[];
  config: DeliveryConfig;
  options: { -readonly [K in keyof DeliveryOptions]?: DeliveryOptions[K] };
  once(): Promise<Outcome>;
  start(): { readonly ended: Promise<Outcome>; stop(): Promise<Outcome>; delivery(): Promise<Delivery> };
  metric(name: string): Promise<number>;
  logText(): string;
}

/** A clock whose time goes by as the system's, and may be moved on. */
export class MovedClock implements Clock {
  offset = 0;
  now = (): number => systemClock.now() + this.offset;
  uptime = (): number => systemClock.uptime() + this.offset;
  sleep = systemClock.sleep;
  random = (): number => 0.5;
}

export async function scene(t: TestContext, changes: Partial<DeliveryConfig> = {}): Promise<Scene> {
  const folder = await temporaryFolder(t);
  const config = deliveryConfig(folder, changes);
  await mkdir(config.spool, { recursive: true });
  const logs: string[] = [];
  let metrics = new Metrics();
  let last: Delivery | undefined;
  const live = async (once: boolean, signal: AbortSignal): Promise<Outcome> => {
    metrics = new Metrics();
    const delivery = await Delivery.open(
      {
        config: it.config,
        module: await loadModule(),
        output: it.output,
        metrics,
        clock: systemClock,
        log: createLog("debug", (line) => logs.push(line)),
        once,
        commitMs: 10,
        ...it.options,
      },
      signal,
    );
    last = delivery;
    try {
      return await delivery.run(signal);
    } finally {
      await delivery.close();
    }
  };
  const it: Scene = {
    folder,
    output: new MemoryOutput(),
    logs,
    config,
    options: {},
    once: () => live(true, new AbortController().signal),
    start: () => {
      const stop = new AbortController();
      const ended = live(false, stop.signal);
      ended.catch(() => undefined); // whoever stops it is told
      const started = {
        ended,
        stop: async (): Promise<Outcome> => {
          stop.abort();
          return await ended;
        },
        delivery: async (): Promise<Delivery> => {
          await until(() => last !== undefined);
          return last as Delivery;
        },
      };
      t.after(() => started.stop().catch(() => undefined));
      return started;
    },
    metric: async (name) => {
      const all = await metrics.registry.getMetricsAsJSON();
      const found = all.find((metric) => metric.name === `mimecast_udm_push_${name}`);
      if (found === undefined) throw new Error(`there is no metric ${name}`);
      return found.values.reduce((sum, { value }) => sum + value, 0);
    },
    logText: () => logs.join(""),
  };
  return it;
}
