// A spool, a double of Vector, and `push` between them, in this process.

import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Outcome } from "../../delivery/delivery.ts";
import { Metrics } from "../../delivery/metrics.ts";
import type { DeliveryConfig } from "../../delivery/settings.ts";
import { MimecastModule } from "../../host/module.ts";
import { systemClock } from "../../runtime/clock.ts";
import { createLog } from "../../runtime/log.ts";
import type { PushConfig } from "../../vector/config.ts";
import { type PushOptions, push } from "../../vector/push.ts";
import { VectorDouble } from "./receiver.ts";

/** In memory where there is such a place: every run syncs often, and no test cuts the power. */
const TEMPORARY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(TEMPORARY, "mimecast-udm-push-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Longer than any test that goes well. */
const TEST_TIMEOUT = 5000;

export function deliveryConfig(folder: string, changes: Partial<DeliveryConfig> = {}): DeliveryConfig {
  const spool = join(folder, "spool");
  return {
    spool,
    state: join(folder, "state"),
    wanted: "udm",
    lanes: 4,
    batchBytes: 16 * 1024,
    maxWaitMs: 50,
    scanMs: 20,
    graceMs: 1000,
    done: "keep",
    doneFolder: join(spool, "done"),
    ...changes,
  };
}

export function pushConfig(
  folder: string,
  url: string,
  changes: Partial<DeliveryConfig> = {},
  others: Partial<PushConfig> = {},
): PushConfig {
  return {
    delivery: deliveryConfig(folder, changes),
    url,
    authorization: undefined,
    ca: undefined,
    timeoutMs: TEST_TIMEOUT,
    gzip: false,
    listen: undefined,
    logLevel: "debug",
    ...others,
  };
}

/** Records that tell which they are: `aCode` is the file's name and their number. */
export const record = (file: string, number: number, extra = ""): string =>
  `datetime=2026-01-02T03:04:05+0000|aCode=${file}#${number}|acc=C0A0|Sender=a@example.com|Subject=\\s${extra}\\`;

export const records = (file: string, count: number, extra = ""): string[] =>
  Array.from({ length: count }, (_, number) => record(file, number, extra));

/** Which record an event came from. */
export function originOf(event: string): { readonly file: string; readonly number: number } {
  const [, file = "", number] = /"aCode":"([^"#]*)#(\d+)"/.exec(event) ?? [];
  return { file, number: number === undefined ? -1 : Number(number) };
}

/** As each process does: rules have counted nothing yet. */
export const loadModule = (): Promise<MimecastModule> => MimecastModule.load("build/mimecast.wasm");

export interface Bench {
  readonly folder: string;
  readonly spool: string;
  readonly receiver: VectorDouble;
  readonly logs: string[];
  config: PushConfig;
  options: { -readonly [K in keyof PushOptions]?: PushOptions[K] };
  /** Drops a file, complete, as the fetcher does. */
  drop(name: string, lines: readonly string[] | string, mtime?: number): Promise<void>;
  /** A new process's life that delivers what is there. */
  once(): Promise<Outcome>;
  /** A life that goes on until the answer is called. */
  start(): { stop: () => Promise<Outcome> };
  metric(name: string): Promise<number>;
  logText(): string;
  rejected(): Promise<string[]>;
}

export async function bench(
  t: TestContext,
  changes: Partial<DeliveryConfig> = {},
  others: Partial<PushConfig> = {},
): Promise<Bench> {
  const folder = await temporaryFolder(t);
  await mkdir(join(folder, "spool"));
  const receiver = await VectorDouble.start(t);
  const logs: string[] = [];
  let metrics = new Metrics();
  const life = async (once: boolean, signal: AbortSignal): Promise<Outcome> => {
    metrics = new Metrics();
    const options: PushOptions = {
      config: it.config,
      module: await loadModule(),
      clock: systemClock,
      log: createLog("debug", (line) => logs.push(line)),
      version: "0.0.0",
      once,
      retry: { firstWaitMs: 4, longestWaitMs: 30 },
      refusesAll: { firstWaitMs: 4, longestWaitMs: 30 },
      refusesAllTurns: Number.POSITIVE_INFINITY,
      commitMs: 20,
      ...it.options,
    };
    return await push(options, signal, metrics);
  };
  const it: Bench = {
    folder,
    spool: join(folder, "spool"),
    receiver,
    logs,
    config: pushConfig(folder, receiver.url, changes, others),
    options: {},
    drop: async (name, lines, mtime) => {
      await mkdir(it.spool, { recursive: true });
      const part = join(it.spool, `${name}.part`);
      await writeFile(part, typeof lines === "string" ? lines : `${lines.join("\n")}\n`);
      if (mtime !== undefined) await utimes(part, mtime, mtime);
      await rename(part, join(it.spool, name));
    },
    once: () => life(true, new AbortController().signal),
    start: () => {
      const stop = new AbortController();
      const ended = life(false, stop.signal);
      ended.catch(() => undefined); // whoever stops it is told
      const started = {
        stop: async (): Promise<Outcome> => {
          stop.abort();
          return await ended;
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
    rejected: async () => {
      const path = join(it.spool, "rejected");
      const names = (await readdir(path).catch(() => [])).filter((name) => name.endsWith(".ndjson")).sort();
      return await Promise.all(names.map((name) => readFile(join(path, name), "utf8")));
    },
  };
  return it;
}

/** Waits until something is so. */
export async function until(what: () => boolean | Promise<boolean>, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`it did not come to be: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
