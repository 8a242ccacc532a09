/**
 * The spool through the module to an output, once or for ever. At least once, in order within each file: what the output has
 * is noted in the checkpoint, and what the checkpoint does not hold is delivered again after a crash.
 */
import { setMaxListeners } from "node:events";
import type { MimecastModule } from "../host/module.ts";
import { type Clock, MINUTE, SECOND } from "../runtime/clock.ts";
import { messageOf } from "../runtime/errors.ts";
import { type Files, nodeFiles } from "../runtime/files.ts";
import { alreadyRunning, type Lock } from "../runtime/lock.ts";
import type { Log } from "../runtime/log.ts";
import type { Health } from "../runtime/server.ts";
import { Backlog } from "./backlog.ts";
import { Checkpoint } from "./checkpoint.ts";
import { Done } from "./done.ts";
import { DeliveryError, stoppedError } from "./errors.ts";
import { Lane } from "./lane.ts";
import type { Metrics } from "./metrics.ts";
import type { Output } from "./output.ts";
import { patientLock } from "./patient-lock.ts";
import { Seldom } from "./seldom.ts";
import type { DeliveryConfig } from "./settings.ts";
import { type Counts, Tally } from "./tally.ts";

export interface DeliveryOptions {
  readonly config: DeliveryConfig;
  /** For all lanes; nobody else may use it meanwhile. */
  readonly module: MimecastModule;
  readonly output: Output;
  readonly metrics: Metrics;
  readonly clock: Clock;
  readonly log: Log;
  /** Until everything that is there at the start is delivered, not for ever. */
  readonly once: boolean;
  readonly files?: Files | undefined;
  /** Between two writes of the checkpoint. */
  readonly commitMs?: number | undefined;
}

/** What a run came to. */
export interface Outcome extends Counts {
  /** Files that were removed before they were delivered. */
  readonly vanished: number;
  /** Files that could not be read. */
  readonly unreadable: number;
  /** Files that are delivered, and could not be deleted or moved. */
  readonly stuck: number;
}

const COMMIT_EVERY = SECOND;
/** Nothing acknowledged for so long, though something is pending, is no health. */
const PATIENCE = 5 * MINUTE;
const READ_ATTEMPTS_ONCE = 5;

export class Delivery {
  readonly #options: DeliveryOptions;
  readonly #checkpoint: Checkpoint;
  readonly #backlog: Backlog;
  readonly #done: Done;
  readonly #tally: Tally;
  readonly #seldom: Seldom;
  readonly #lock: Lock;
  /** Ends the work: when it is asked to, or when a part of it cannot go on. */
  readonly #stop = new AbortController();
  #failure: { readonly error: unknown } | undefined;

  private constructor(options: DeliveryOptions, checkpoint: Checkpoint, lock: Lock) {
    const { config, clock, log, metrics, once, files = nodeFiles } = options;
    const common = { files, clock, log };
    this.#options = options;
    this.#checkpoint = checkpoint;
    this.#lock = lock;
    this.#seldom = new Seldom(clock);
    this.#tally = new Tally(clock, metrics);
    this.#done = new Done({
      ...common,
      spool: config.spool,
      mode: config.done,
      folder: config.doneFolder,
      onRemoved: (file) => this.#backlog.removed(file),
    });
    this.#backlog = new Backlog({
      ...common,
      metrics,
      checkpoint,
      folder: config.spool,
      attempts: once ? READ_ATTEMPTS_ONCE : Number.POSITIVE_INFINITY,
      removes: config.done !== "keep",
      onComplete: (file) => this.#done.add(file),
    });
    metrics.observe({
      pending: () => this.#backlog.pending(),
      checkpointAgeMs: () => checkpoint.age,
      ruleEvictions: () => options.module.ruleEvictions,
      now: () => clock.now(),
    });
    setMaxListeners(0, this.#stop.signal);
  }

  /**
   * Makes the folder of its state, takes the lock, reads the checkpoint. Throws where one of them cannot be done, or where
   * there is no spool, or at the signal.
   */
  static async open(options: DeliveryOptions, signal: AbortSignal): Promise<Delivery> {
    const { config, clock, log, metrics, files = nodeFiles } = options;
    await assertSpool(files, config.spool);
    const lock = await patientLock(files, clock, config.state, log, signal);
    try {
      const folder = config.state;
      const checkpoint = await Checkpoint.open({ files, clock, log, metrics, folder });
      return new Delivery(options, checkpoint, lock);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /**
   * Until the signal, or until everything is delivered. What is on its way at the signal may arrive within the grace; then
   * the checkpoint is saved. Rejects with what it cannot go on for. To be called once.
   */
  async run(signal: AbortSignal): Promise<Outcome> {
    const { config, commitMs = COMMIT_EVERY } = this.#options;
    const ended = new AbortController();
    const stop = (): void => this.#stop.abort(stoppedError());
    this.#stop.signal.addEventListener("abort", () => this.#giveUpAfterGrace(ended.signal));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    try {
      await this.#backlog.scan();
      const background = [
        this.#every(config.scanMs, () => this.#look()),
        this.#every(commitMs, () => this.#save()),
      ];
      await Promise.allSettled(this.#lanes().map((lane) => lane.run(this.#stop.signal)));
      stop();
      await Promise.all(background);
      await this.#saveLast();
    } finally {
      ended.abort();
      signal.removeEventListener("abort", stop);
    }
    if (this.#failure) throw this.#failure.error;
    const { vanished, givenUp } = this.#backlog;
    return { ...this.#tally.counts, vanished, unreadable: givenUp, stuck: this.#done.left };
  }

  /** Well as long as something was acknowledged within five minutes, or nothing is pending. */
  health(): Health {
    const { failure } = this.#options.output;
    const { files, bytes } = this.#backlog.pending();
    const at = this.#tally.acknowledgedAt;
    return {
      ok: files === 0 || this.#tally.stillFor <= PATIENCE,
      acknowledgedAt: at === undefined ? null : new Date(at).toISOString(),
      pendingFiles: files,
      pendingBytes: bytes,
      ...(failure ? { failure } : {}),
    };
  }

  /** To be called when `run` has ended. */
  async close(): Promise<void> {
    await this.#options.output.close();
    await this.#lock.release();
  }

  #lanes(): Lane[] {
    const { module, config, clock, output, once, files = nodeFiles, log } = this.#options;
    const common = {
      module,
      wanted: config.wanted,
      batchBytes: config.batchBytes,
      maxWaitMs: config.maxWaitMs,
      files,
      clock,
      log,
      backlog: this.#backlog,
      checkpoint: this.#checkpoint,
      tally: this.#tally,
      output,
      endsWhenDrained: once,
      onFailure: (error: unknown) => this.#fail(error),
    };
    return Array.from({ length: config.lanes }, () => new Lane(common));
  }

  #fail(error: unknown): void {
    // What ends because it is asked to is no failure.
    if (this.#stop.signal.aborted) return;
    this.#failure = { error };
    this.#stop.abort(stoppedError());
  }

  #giveUpAfterGrace(ended: AbortSignal): void {
    const { clock, config, output } = this.#options;
    clock.sleep(config.graceMs, ended).then(
      () => output.close(),
      () => undefined, // it has ended in time
    );
  }

  async #every(milliseconds: number, action: () => Promise<void>): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        await this.#options.clock.sleep(milliseconds, signal);
        await action();
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  /** What is wrong with the folder may be over a second later. */
  async #look(): Promise<void> {
    const { once, log, config } = this.#options;
    const { queue } = this.#backlog;
    // Once, there is nothing new to be found; but what could not be read is claimed again.
    if (once) return queue.bell.ring();
    const wasDrained = queue.isDrained;
    try {
      await this.#backlog.scan();
    } catch (cause) {
      this.#seldom.say("scan", () => {
        const error = new DeliveryError(`cannot read ${config.spool}: ${messageOf(cause)}`, {
          code: "spool_unreadable",
          remedy: "let the user read the folder; it is looked at again every second",
          cause,
        });
        log.error({ error }, "new files cannot be found");
      });
    }
    if (wasDrained) this.#tally.began();
  }

  /** Delivery goes on where the checkpoint cannot be written: only a crash would then bring duplicates. */
  async #save(): Promise<void> {
    const { config, log } = this.#options;
    // What cannot be told now is told a second later.
    if (!(await this.#lock.isHeld().catch(() => true))) throw alreadyRunning(config.state);
    try {
      await this.#commit();
      this.#seldom.forget("save");
    } catch (error) {
      this.#seldom.say("save", () => log.error({ error }, "the checkpoint falls behind"));
    }
  }

  async #saveLast(): Promise<void> {
    try {
      await this.#commit();
    } catch (error) {
      const { log } = this.#options;
      log.error({ error }, "the checkpoint is not up to date; the next start delivers some events again");
      this.#failure ??= { error };
    }
  }

  async #commit(): Promise<void> {
    const delivered = this.#done.take();
    try {
      await this.#checkpoint.commit();
    } catch (error) {
      this.#done.putBack(delivered);
      throw error;
    }
    await this.#done.settle(delivered);
    // Names that are free now: the next life may find other files under them.
    if (delivered.length > 0) await this.#checkpoint.commit();
  }
}

/** Whoever fills the spool makes it. One that is not there is a wrong name more often than one that is not there yet. */
async function assertSpool(files: Files, spool: string): Promise<void> {
  try {
    await files.list(spool);
  } catch (cause) {
    throw new DeliveryError(`cannot read the spool ${spool}: ${messageOf(cause)}`, {
      code: "spool_unreadable",
      remedy:
        "name the folder that the fetcher fills, make it if it is not there yet, and let the user read it",
      cause,
    });
  }
}
