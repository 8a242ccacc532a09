/** All accounts, once or for ever: each in its own loop, so that none holds up another. */
import { setMaxListeners } from "node:events";
import { type Clock, HOUR, MINUTE } from "../runtime/clock.ts";
import { type Files, nodeFiles } from "../runtime/files.ts";
import { createHttp, type Http, type Timeouts } from "../runtime/http.ts";
import { alreadyRunning, type Lock, lock } from "../runtime/lock.ts";
import type { Log } from "../runtime/log.ts";
import { Gate, Mutex } from "../runtime/mutex.ts";
import { RETRY, type RetryPolicy } from "../runtime/retry.ts";
import { type Health, type MetricsServer, serve } from "../runtime/server.ts";
import { Account, type PollOutcome } from "./account.ts";
import type { Config } from "./config.ts";
import { Elapsed } from "./elapsed.ts";
import { spoolError } from "./errors.ts";
import type { MergedFile } from "./merged.ts";
import { Metrics } from "./metrics.ts";
import { sweep } from "./room.ts";

export interface ServiceOptions {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly files?: Files;
  readonly http?: Http;
  readonly retry?: RetryPolicy;
  readonly timeouts?: Timeouts;
}

/** What one round over all accounts came to. */
export interface Round {
  readonly failed: number;
  /** Files or members in quarantine, lost files and gaps: published, and not in the spool. */
  readonly missing: number;
}

/** Intervals are up to this much longer or shorter, so that many fetchers do not ask at the same second. */
const JITTER = 0.1;
/** After a refusal nothing changes by itself; but someone may have enabled a key again. */
const REFUSED_WAIT = HOUR;
const HOUSEKEEPING = 5 * MINUTE;
/** More would keep no more processors busy, since hashing and splitting have one thread. */
const UNPACKED_AT_ONCE = 3;

export class Service {
  readonly metrics: Metrics;
  readonly #options: ServiceOptions;
  readonly #files: Files;
  /** One for each account: its connections are its own, so that hung ones are nobody else's matter. */
  readonly #https = new Set<Http>();
  readonly #accounts: Account[];
  readonly #elapsed: Elapsed;
  readonly #lock: Lock;
  readonly #startedAt: number;

  private constructor(options: ServiceOptions, files: Files, elapsed: Elapsed, lock: Lock) {
    this.#options = options;
    this.metrics = new Metrics(options.clock);
    this.#files = files;
    this.#elapsed = elapsed;
    this.#lock = lock;
    this.#startedAt = options.clock.uptime();
    this.#accounts = this.#createAccounts();
  }

  #createHttp(): Http {
    const { config, http, version, timeouts } = this.#options;
    const userAgent = `mimecast-udm/${version}`;
    const made = http ?? createHttp({ ca: config.ca, userAgent, ...(timeouts ? { timeouts } : {}) });
    this.#https.add(made);
    return made;
  }

  /** Throws if folders cannot be written, or another fetcher uses them. */
  static async open(options: ServiceOptions): Promise<Service> {
    const { config, clock, log, files = nodeFiles } = options;
    await files.makeFolder(config.spool).catch((error: unknown) => {
      throw spoolError(error, config.spool);
    });
    const held = await lock(files, clock, config.state, "fetcher", log);
    const elapsed = await Elapsed.open(files, clock, config.state, log);
    return new Service(options, files, elapsed, held);
  }

  #createAccounts(): Account[] {
    const { config, clock, log, retry = RETRY } = this.#options;
    const merged: MergedFile | undefined =
      config.mergeTo === undefined ? undefined : { path: config.mergeTo, mutex: new Mutex() };
    const unpacking = new Gate(UNPACKED_AT_ONCE);
    return config.accounts.map(
      (account) =>
        new Account({
          config: account,
          files: this.#files,
          clock,
          http: this.#createHttp(),
          log: forAccount(log, account.name),
          metrics: this.metrics,
          spoolFolder: config.spool,
          stateFolder: config.state,
          merged,
          room: config.room,
          limits: config.limits,
          retry,
          patienceMs: config.patienceMs,
          downloads: config.downloads,
          unpacking,
          elapsed: this.#elapsed,
        }),
    );
  }

  /** One round: every account until it is caught up or fails. */
  async once(signal: AbortSignal): Promise<Round> {
    setMaxListeners(0, signal);
    await this.#sweep();
    const outcomes = await Promise.all(this.#accounts.map((account) => account.poll(signal)));
    await this.#sweep();
    return {
      failed: outcomes.filter(({ outcome }) => outcome !== "caught_up").length,
      missing: missing(outcomes),
    };
  }

  /** Until the signal. What is on its way then is abandoned: it is fetched again, and not dropped twice. */
  async forever(signal: AbortSignal): Promise<void> {
    setMaxListeners(0, signal);
    const { config, clock, log } = this.#options;
    let server: MetricsServer | undefined;
    try {
      if (config.listen) {
        server = await serve(config.listen, this.metrics.registry, () => this.health());
        log.info({ host: config.listen.host, port: server.port }, "metrics and health are served");
      }
      await together(signal, (stop) => [
        this.#loop(stop, async () => {
          await this.#sweep();
          // Should another process have taken it over, unable to see this one: two would drop everything twice.
          if (!(await this.#lock.isHeld())) throw alreadyRunning(config.state);
          return HOUSEKEEPING;
        }),
        ...this.#accounts.map((account) =>
          this.#loop(stop, async () => {
            const { outcome } = await account.poll(stop);
            const wait =
              outcome === "refused" ? Math.max(REFUSED_WAIT, config.intervalMs) : config.intervalMs;
            return wait * (1 + JITTER * (2 * clock.random() - 1));
          }),
        ),
      ]);
    } finally {
      await server?.close();
    }
  }

  async #loop(signal: AbortSignal, turn: () => Promise<number>): Promise<void> {
    while (!signal.aborted) {
      const wait = await turn();
      try {
        if (!signal.aborted) await this.#options.clock.sleep(wait, signal);
      } catch (error) {
        if (!signal.aborted) throw error;
      }
    }
  }

  async #sweep(): Promise<void> {
    const { config, clock, log } = this.#options;
    try {
      await this.#elapsed.observe();
      const report = await sweep(this.#files, clock, this.#elapsed, config.spool, config.room, log);
      this.metrics.spoolBytes.set({}, report.bytes);
      this.metrics.spoolFiles.set({}, report.files);
      this.metrics.freeBytes.set({}, await this.#files.free(config.spool));
      if (report.overBytes > 0) {
        log.warn(
          { overBytes: report.overBytes },
          "the spool is over its size, and its files are too young to be deleted",
        );
      }
    } catch (error) {
      log.error({ error }, "retention could not look after the spool");
    }
  }

  /**
   * Well as long as every account was caught up within three intervals, and no shorter than ten minutes; or is on its way
   * there, moves on, and has not failed since it last was.
   */
  health(): Health {
    const { config, clock } = this.#options;
    const patience = Math.max(3 * config.intervalMs, 10 * MINUTE);
    const accounts = this.#accounts.map(({ name, health }) => {
      const isRecent = (time: number | undefined): boolean =>
        time !== undefined && clock.uptime() - time <= patience;
      const ok =
        isRecent(health.caughtUpSince ?? this.#startedAt) ||
        (health.failure === undefined && isRecent(health.progressSince));
      const caughtUpAt = health.caughtUpAt === undefined ? null : new Date(health.caughtUpAt).toISOString();
      return [name, { ok, caughtUpAt, ...(health.failure ? { failure: health.failure } : {}) }] as const;
    });
    return { ok: accounts.every(([, { ok }]) => ok), accounts: Object.fromEntries(accounts) };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#https].map((http) => http.close()));
    await this.#lock.release();
  }
}

/** Loops that end together: one that fails ends the others, and its error is thrown when all have ended. */
async function together(
  signal: AbortSignal,
  start: (stop: AbortSignal) => readonly Promise<void>[],
): Promise<void> {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const follow = (): void => stop.abort(signal.reason);
  signal.addEventListener("abort", follow, { once: true });
  if (signal.aborted) follow();
  let failure: { readonly error: unknown } | undefined;
  const failed = (error: unknown): void => {
    failure ??= { error };
    stop.abort(error);
  };
  await Promise.all(start(stop.signal).map((loop) => loop.catch(failed)));
  signal.removeEventListener("abort", follow);
  if (failure) throw failure.error;
}

const missing = (outcomes: readonly PollOutcome[]): number =>
  outcomes.reduce((sum, { report }) => sum + report.quarantined + report.lost + report.gaps, 0);

const forAccount = (log: Log, account: string): Log => ({
  debug: (fields, message) => log.debug({ account, ...fields }, message),
  info: (fields, message) => log.info({ account, ...fields }, message),
  warn: (fields, message) => log.warn({ account, ...fields }, message),
  error: (fields, message) => log.error({ account, ...fields }, message),
});
