/** One account: its spool, state and client put together, and its polls. What fails here stays here. */

import type { Clock } from "../runtime/clock.ts";
import { ServiceError } from "../runtime/errors.ts";
import type { Files } from "../runtime/files.ts";
import type { Http } from "../runtime/http.ts";
import type { Log } from "../runtime/log.ts";
import type { Gate } from "../runtime/mutex.ts";
import type { RetryPolicy } from "../runtime/retry.ts";
import type { AccountConfig } from "./account-config.ts";
import { Api1, discoverBaseUrl } from "./api-1.ts";
import { Api2 } from "./api-2.ts";
import type { ArchiveLimits } from "./archive.ts";
import type { Elapsed } from "./elapsed.ts";
import { RefusedError, spoolError } from "./errors.ts";
import { Journal } from "./journal.ts";
import type { MergedFile } from "./merged.ts";
import type { Metrics } from "./metrics.ts";
import { Quarantine } from "./quarantine.ts";
import { checkFree, type RoomLimits } from "./room.ts";
import { emptyReport, type PollReport, type Source, type SourceContext } from "./source.ts";
import { Spool } from "./spool.ts";
import { State } from "./state.ts";

export interface AccountOptions {
  readonly config: AccountConfig;
  readonly files: Files;
  readonly clock: Clock;
  readonly http: Http;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly spoolFolder: string;
  readonly stateFolder: string;
  readonly merged: MergedFile | undefined;
  readonly room: RoomLimits;
  readonly limits: ArchiveLimits;
  readonly retry: RetryPolicy;
  readonly patienceMs: number;
  readonly downloads: number;
  readonly unpacking: Gate;
  readonly elapsed: Elapsed;
}

/** How an account stands, for /healthz. */
export interface AccountHealth {
  caughtUpAt: number | undefined;
  /** The host's uptime then: a clock may jump. */
  caughtUpSince: number | undefined;
  /** The host's uptime when something last arrived. */
  progressSince: number | undefined;
  failure: { code: string; message: string; remedy: string } | undefined;
}

export type PollOutcome = { readonly report: PollReport } & (
  | { readonly outcome: "caught_up" | "stopped" }
  | { readonly outcome: "failed" | "refused"; readonly error: unknown }
);

/** Types of one account at once: each has its files in parallel besides. */
const TYPES_AT_ONCE = 3;

export class Account {
  readonly name: string;
  readonly health: AccountHealth = {
    caughtUpAt: undefined,
    caughtUpSince: undefined,
    progressSince: undefined,
    failure: undefined,
  };
  readonly #options: AccountOptions;
  #context: SourceContext | undefined;
  #source: Source | undefined;

  constructor(options: AccountOptions) {
    this.name = options.config.name;
    this.#options = options;
  }

  /**
   * Reads state and journal, says aloud what was wrong with them, and finishes what a crash interrupted. Part of a poll,
   * since a folder that one account cannot write must not end the others.
   */
  async #open(): Promise<SourceContext> {
    const { config, files, clock, log, metrics, spoolFolder, room } = this.#options;
    const options = this.#options;
    const account = config.name;
    const { journal, state } = await this.#load();
    if (journal.isUnreadable) metrics.stateRecoveries.inc({ account, origin: "journal" });
    const { merged } = options;
    const spool = new Spool({ files, clock, log, folder: spoolFolder, account, journal, merged });
    const recovered = await spool.recover();
    if (recovered.finished > 0) log.warn(recovered, "finished what the last run had begun");
    reportOrigin(state, journal.size > 0 || journal.isUnreadable, log, metrics, account);
    for (const [key, { savedAt }] of Object.entries(state.cursors))
      metrics.cursorSaved(account, key, savedAt);
    return {
      account,
      files,
      clock,
      log,
      metrics,
      spool,
      state,
      http: options.http,
      quarantine: new Quarantine(files, clock, spoolFolder, account),
      limits: options.limits,
      retry: options.retry,
      checkRoom: async () => {
        metrics.freeBytes.set({}, await files.free(spoolFolder));
        await checkFree(files, spoolFolder, room);
      },
      downloads: options.downloads,
      unpacking: options.unpacking,
      types: TYPES_AT_ONCE,
      patienceMs: options.patienceMs,
      elapsed: options.elapsed,
      onProgress: () => {
        this.health.progressSince = clock.uptime();
      },
    };
  }

  async #load(): Promise<{ journal: Journal; state: State }> {
    const { config, files, log, stateFolder, elapsed } = this.#options;
    try {
      await files.makeFolder(stateFolder);
      const journal = await Journal.open(files, stateFolder, config.name, elapsed, log);
      return { journal, state: await State.load(files, stateFolder, config.name) };
    } catch (error) {
      throw spoolError(error, stateFolder, "state_unwritable");
    }
  }

  /** Fetches until caught up. Never throws. */
  async poll(signal: AbortSignal): Promise<PollOutcome> {
    const { metrics, clock, log } = this.#options;
    const result = await this.#poll(signal);
    metrics.polls.inc({ account: this.name, outcome: result.outcome });
    if (result.outcome === "caught_up") {
      this.health.caughtUpAt = clock.now();
      this.health.caughtUpSince = clock.uptime();
      this.health.failure = undefined;
      metrics.caughtUp(this.name, clock.now());
      log.info({ ...result.report }, "caught up");
    } else if (result.outcome === "failed" || result.outcome === "refused") {
      this.#failed(result.error, result.report);
    }
    return result;
  }

  async #poll(signal: AbortSignal): Promise<PollOutcome> {
    const report = emptyReport();
    try {
      if (this.#context) await this.#context.spool.recover();
      this.#context ??= await this.#open();
      this.#source ??= await this.#connect(this.#context, signal);
      await this.#source.poll(report, signal);
      this.#options.metrics.paused.set({ account: this.name }, 0);
      return { outcome: "caught_up", report };
    } catch (error) {
      if (signal.aborted) return { outcome: "stopped", report };
      const told = spoolError(error, this.#options.spoolFolder);
      return { outcome: told instanceof RefusedError ? "refused" : "failed", error: told, report };
    }
  }

  #failed(error: unknown, report: PollReport): void {
    const { metrics, log } = this.#options;
    const known = error instanceof ServiceError ? error : undefined;
    const code = known?.code ?? "unexpected";
    metrics.errors.inc({ account: this.name, code });
    metrics.paused.set({ account: this.name }, code === "spool_full" ? 1 : 0);
    this.health.failure = {
      code,
      message: known?.message ?? "something that should not happen; the log has it",
      remedy: known?.remedy ?? "please report it",
    };
    log.error(
      { ...report, error },
      "this poll ended early; nothing is lost, the next one goes on where it stopped",
    );
  }

  async #connect(context: SourceContext, signal: AbortSignal): Promise<Source> {
    const { api, baseUrl, email } = this.#options.config;
    if (api.version === 2) return new Api2(context, { ...api, baseUrl: baseUrl as string });
    const base = baseUrl ?? (await discoverBaseUrl(context, api.credentials, email as string, signal));
    return new Api1(context, { ...api, baseUrl: base });
  }
}

function reportOrigin(state: State, hasDropped: boolean, log: Log, metrics: Metrics, account: string): void {
  if (state.origin === "current") return;
  if (state.origin === "fresh" && !hasDropped) {
    log.info({}, "no state yet: fetching starts with the earliest log that Mimecast has");
    return;
  }
  const origin = state.origin === "fresh" ? "nothing" : state.origin;
  metrics.stateRecoveries.inc({ account, origin });
  const fields = { problem: state.problem ?? "both copies are missing" };
  if (origin === "previous")
    log.warn(fields, "the state cannot be read; fetching goes on from the copy before it");
  else log.error(fields, "no state can be read: fetching restarts with the earliest log that Mimecast has");
}
