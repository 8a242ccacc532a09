/** A fetcher against the simulated Mimecast, with a spool of its own and waits that take no time. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { AccountConfig } from "../../fetcher/account-config.ts";
import { ARCHIVE_LIMITS } from "../../fetcher/archive.ts";
import type { Config } from "../../fetcher/config.ts";
import { EVENT_TYPES } from "../../fetcher/event-type.ts";
import { type Round, Service, type ServiceOptions } from "../../fetcher/service.ts";
import { type Clock, DAY } from "../../runtime/clock.ts";
import { createLog } from "../../runtime/log.ts";
import { Secret } from "../../runtime/secret.ts";
import { SimulatedMimecast } from "../mimecast/server.ts";

export class TestClock implements Clock {
  offset = 0;
  readonly slept: number[] = [];
  #passed = 0;
  now(): number {
    return Date.now() + this.offset;
  }
  /** Time passes; to change `offset` alone is a jump of the clock. */
  passes(milliseconds: number): void {
    this.offset += milliseconds;
    this.#passed += milliseconds;
  }
  uptime(): number {
    return 30 * DAY + performance.now() + this.#passed;
  }
  async sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.slept.push(milliseconds);
    await new Promise((resolve) => setImmediate(resolve));
  }
  random(): number {
    return 0.5;
  }
}

/** Ages as the clock says, of a host that was never off. */
export const AGES = { since: (time: number): number => Date.now() - time };

/** In memory where there is such a place: every run syncs dozens of times, and no test cuts the power. */
const TEMPORARY = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(TEMPORARY, "mimecast-udm-fetch-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export async function simulated(t: TestContext): Promise<SimulatedMimecast> {
  const server = await new SimulatedMimecast().start();
  t.after(() => server.stop());
  return server;
}

export function accountConfig(server: SimulatedMimecast, version: 1 | 2, name = "acme"): AccountConfig {
  const { appId, appKey, accessKey, secretKey, clientId, clientSecret } = server.credentials;
  const api =
    version === 1
      ? ({
          version,
          fileFormat: "key_value",
          credentials: {
            appId,
            appKey: new Secret(appKey),
            accessKey: new Secret(accessKey),
            secretKey: new Secret(secretKey),
          },
        } as const)
      : ({
          version,
          types: EVENT_TYPES,
          pageSize: 100,
          credentials: { clientId, clientSecret: new Secret(clientSecret) },
        } as const);
  return { name, api, baseUrl: server.url, email: undefined };
}

export function testConfig(folder: string, ca: string, accounts: readonly AccountConfig[]): Config {
  return {
    spool: join(folder, "spool"),
    state: join(folder, "state"),
    intervalMs: 60_000,
    listen: undefined,
    ca,
    mergeTo: undefined,
    logLevel: "debug",
    downloads: 4,
    patienceMs: DAY,
    room: { maxAgeMs: 14 * DAY, maxBytes: 1e12, minAgeMs: DAY, quarantineAgeMs: 30 * DAY, minFreeBytes: 0 },
    limits: ARCHIVE_LIMITS,
    accounts,
  };
}

export interface Bench {
  readonly folder: string;
  readonly spool: string;
  readonly clock: TestClock;
  readonly logs: string[];
  config: Config;
  options: Partial<ServiceOptions>;
  /** A new process's life: opens, polls once, closes. */
  run(): Promise<Round>;
  lines(): Promise<string[]>;
  files(): Promise<string[]>;
  metric(name: string): Promise<number>;
  logText(): string;
}

export async function bench(
  t: TestContext,
  server: SimulatedMimecast,
  versions: readonly (1 | 2)[],
): Promise<Bench> {
  const folder = await temporaryFolder(t);
  const clock = new TestClock();
  server.now = () => clock.now();
  const logs: string[] = [];
  const totals = new Map<string, number>();
  const accounts = versions.map((version, index) =>
    accountConfig(server, version, index === 0 ? "acme" : `more${index}`),
  );
  const it: Bench = {
    folder,
    spool: join(folder, "spool"),
    clock,
    logs,
    config: testConfig(folder, server.ca, accounts),
    options: {},
    run: async () => {
      const log = createLog("debug", (line) => logs.push(line));
      const service = await Service.open({
        config: it.config,
        clock,
        log,
        version: "0.0.0",
        timeouts: { connectMs: 5000, headersMs: 1500, idleMs: 1500, totalMs: 4000 },
        ...it.options,
      });
      try {
        return await service.once(new AbortController().signal);
      } finally {
        for (const metric of await service.metrics.registry.getMetricsAsJSON()) {
          const name = metric.name.replace("mimecast_udm_", "");
          const sum = metric.values.reduce((total, { value }) => total + value, 0);
          totals.set(name, metric.name.endsWith("_total") ? (totals.get(name) ?? 0) + sum : sum);
        }
        await service.close();
      }
    },
    lines: () => spooledLines(it.spool),
    files: async () => (await readdir(it.spool)).filter((name) => name.endsWith(".siem")).sort(),
    metric: (name) => Promise.resolve(totals.get(name) ?? 0),
    logText: () => logs.join(""),
  };
  return it;
}

/** Every record in the spool, sorted; asserts what a shipper may rely on. */
export async function spooledLines(spool: string): Promise<string[]> {
  const lines: string[] = [];
  for (const name of await readdir(spool)) {
    if (!name.endsWith(".siem")) continue;
    assert.match(name, /^\d{8}T\d{6}Z-[a-z0-9_]+-[a-z-]+-[0-9a-f]{24}\.siem$/);
    const text = await readFile(join(spool, name), "utf8");
    assert.ok(text.endsWith("\n") && text.length > 1, `${name} ends with a newline`);
    lines.push(...text.slice(0, -1).split("\n"));
  }
  return lines.sort();
}

let serial = 0;
/** A record of API 1.0 that no other is equal to. */
export const kv = (extra = ""): string =>
  `datetime=2026-01-02T03:04:05+0000|aCode=code${serial++}|acc=C0A0|Sender=a@example.com|Subject=\\x${extra}\\`;
export const kvs = (count: number): string[] => Array.from({ length: count }, () => kv());
/** A record of API 2.0 that no other is equal to. */
export const ndjson = (type: string): string =>
  JSON.stringify({
    type,
    processingId: `id${serial}`,
    timestamp: 1767323045000,
    _offset: serial++,
    _partition: 1,
  });

/** Publishes `answers` zips of two members, or for each of two types `answers` pages of two files. All records. */
export function publish(server: SimulatedMimecast, version: 1 | 2, answers = 3): string[] {
  const all: string[] = [];
  const lines = (make: () => string): string => {
    const made = [make(), make(), make()];
    all.push(...made);
    return made.join("\n");
  };
  for (let at = 0; at < answers; at++) {
    if (version === 1) {
      const members = ["receipt", "process"].map((type) => ({
        name: `${type}_20260102_${at}.siem`,
        content: Buffer.from(lines(kv)),
      }));
      server.batches.push({ members });
    } else {
      for (const type of ["receipt", "url protect"]) {
        const pages = server.pages.get(type) ?? [];
        pages.push([{ content: lines(() => ndjson(type)) }, { content: lines(() => ndjson(type)) }]);
        server.pages.set(type, pages);
      }
    }
  }
  return all.sort();
}
