/**
 * One of several workers on one module, whose rules thus count what any of them maps. Takes a file after the other, fills a batch, and has one delivery
 * under way while it fills the next: so the order within a file is kept, and neither side waits for the other.
 */
import type { MappingFunction, MimecastModule } from "../host/module.ts";
import type { Clock } from "../runtime/clock.ts";
import { ServiceError, systemCode } from "../runtime/errors.ts";
import type { Files } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import type { Backlog } from "./backlog.ts";
import { type Batch, BatchBuilder, type Segment } from "./batch.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { Output } from "./output.ts";
import { Reader, type ReaderOptions } from "./reader.ts";
import type { SpoolFile } from "./spool-file.ts";
import type { Tally } from "./tally.ts";

/** Longer reads gain little, and hold up the answers that other lanes wait for. */
const LONGEST_READ = 128 * 1024;
const SHORTEST_READ = 4 * 1024;

export interface LaneOptions {
  readonly module: MimecastModule;
  readonly wanted: MappingFunction;
  readonly batchBytes: number;
  readonly maxWaitMs: number;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly backlog: Backlog;
  readonly checkpoint: Checkpoint;
  readonly tally: Tally;
  readonly output: Output;
  /** Whether the lane ends when nothing is left, or waits for more. */
  readonly endsWhenDrained: boolean;
  /** Told at once of what this lane cannot go on for; `run` rejects with the same, when it has cleared up. */
  readonly onFailure: (error: unknown) => void;
}

/** A delivery under way. */
interface Flight {
  readonly result: Promise<void>;
  hasEnded: boolean;
}

export class Lane {
  readonly #options: LaneOptions;
  readonly #readerOptions: ReaderOptions;
  /** One is filled while the other is delivered. */
  readonly #builders: readonly [BatchBuilder, BatchBuilder];
  #reader: Reader | undefined;
  #flight: Flight | undefined;

  constructor(options: LaneOptions) {
    const { batchBytes, files, log, checkpoint, module, wanted } = options;
    this.#options = options;
    this.#builders = [new BatchBuilder(batchBytes), new BatchBuilder(batchBytes)];
    // Events are about three times as long as their records, and a batch is to be no coarser than it is said to be.
    const readSize = Math.max(SHORTEST_READ, Math.min(LONGEST_READ, batchBytes >> 3));
    const buffer = Buffer.allocUnsafeSlow(readSize);
    this.#readerOptions = { files, log, checkpoint, module, wanted, buffer };
  }

  /** Until the signal, or until nothing is left. Rejects with what it cannot go on for. */
  async run(signal: AbortSignal): Promise<void> {
    const { queue } = this.#options.backlog;
    const ring = (): void => queue.bell.ring();
    signal.addEventListener("abort", ring);
    try {
      for (let turn = 0; ; turn++) {
        const builder = this.#builders[turn % 2] as BatchBuilder;
        builder.clear();
        const isFilled = await this.#fill(builder, signal);
        await this.#flight?.result;
        if (!isFilled || signal.aborted) return;
        this.#flight = this.#deliver(builder.build(), signal);
      }
    } catch (error) {
      this.#options.onFailure(error);
      throw error;
    } finally {
      signal.removeEventListener("abort", ring);
      await this.#closeReader();
      await this.#flight?.result;
    }
  }

  /** Answers whether there is something to deliver; if not, nothing will come any more. */
  async #fill(builder: BatchBuilder, signal: AbortSignal): Promise<boolean> {
    const { backlog, clock, maxWaitMs, endsWhenDrained } = this.#options;
    while (!signal.aborted) {
      const isFlying = this.#flight?.hasEnded === false;
      const canGo = !builder.isEmpty && !isFlying;
      if (builder.isFull || (canGo && clock.now() - builder.since >= maxWaitMs)) return true;
      if (this.#reader) {
        await this.#read(this.#reader, builder);
        continue;
      }
      const file = backlog.claim(isFlying);
      if (file) {
        await this.#open(file);
        continue;
      }
      // Nothing more is to be had at once.
      if (canGo) return true;
      if (builder.isEmpty && endsWhenDrained && backlog.queue.isDrained) return false;
      if (!isFlying) backlog.queue.rests(true);
      await backlog.queue.bell.next();
      if (!isFlying) backlog.queue.rests(false);
    }
    return false;
  }

  async #open(file: SpoolFile): Promise<void> {
    const { backlog } = this.#options;
    try {
      this.#reader = await Reader.open(file, this.#readerOptions);
    } catch (error) {
      if (systemCode(error) === "ENOENT") backlog.gone(file);
      else if (isUnreadable(error)) backlog.broken(file, error);
      else throw error;
    }
  }

  async #read(reader: Reader, builder: BatchBuilder): Promise<void> {
    const { clock } = this.#options;
    try {
      if (await reader.read(builder, clock.now())) return;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      // What is before the place where it broke may still be under way: it is read again only when that has arrived.
      builder.end(reader.file, reader.position, { how: "broken", error }, clock.now());
    }
    this.#reader = undefined;
    await reader.close();
  }

  #deliver(batch: Batch, signal: AbortSignal): Flight {
    const flight: Flight = {
      hasEnded: false,
      result: this.#send(batch, signal).finally(() => {
        flight.hasEnded = true;
        this.#options.backlog.queue.bell.ring();
      }),
    };
    flight.result.catch(this.#options.onFailure); // `run` awaits it, only later
    return flight;
  }

  async #send(batch: Batch, signal: AbortSignal): Promise<void> {
    const { output, tally } = this.#options;
    // A file without a record in it has nothing to send, nor, for alerts, one on which no rule fires.
    const delivered = batch.events === 0 ? { rejected: 0 } : await output.deliver(batch, signal);
    for (const segment of batch.segments) this.#note(segment);
    tally.delivered(batch, delivered);
  }

  #note({ file, to, ends }: Segment): void {
    const { checkpoint, backlog } = this.#options;
    const { inode, mtimeMs } = file;
    if (to.offset > file.delivered) file.failures = 0;
    file.delivered = to.offset;
    checkpoint.note(file.name, { ...to, complete: ends?.how === "complete", inode, mtimeMs });
    if (ends?.how === "complete") backlog.complete(file);
    if (ends?.how === "broken") backlog.broken(file, ends.error);
  }

  async #closeReader(): Promise<void> {
    const reader = this.#reader;
    if (reader === undefined) return;
    this.#reader = undefined;
    this.#options.backlog.release(reader.file);
    await reader.close();
  }
}

/** Whether it is the file that cannot be read. All else is a matter of this program. */
function isUnreadable(error: unknown): boolean {
  return error instanceof ServiceError || /^E[A-Z0-9]+$/.test(systemCode(error) ?? "");
}
