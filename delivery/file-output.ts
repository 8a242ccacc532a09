/**
 * The output that appends to a file, and turns it over when it is large: events.ndjson, events.ndjson.1 and so on, the oldest
 * deleted. An event is delivered once it is on the disk. The file never ends in half an event for longer than a crash lasts,
 * and it may be moved away by others at any time: a new one is begun.
 */
import { dirname } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import { SECOND } from "../runtime/clock.ts";
import { diskRemedy, messageOf } from "../runtime/errors.ts";
import type { Files } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import { Mutex } from "../runtime/mutex.ts";
import { backoff } from "../runtime/retry.ts";
import type { Batch } from "./batch.ts";
import { DeliveryError, stoppedError } from "./errors.ts";
import type { Delivered, Output } from "./output.ts";

export interface FileOutputOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly path: string;
  /** A file that is as large as this is turned over before more is appended. */
  readonly rotateBytes: number;
  /** Files that were turned over and are kept. 0: they are deleted at once. */
  readonly keep: number;
  /** How often to try a batch that cannot be written; infinite for a service. */
  readonly attempts: number;
}

const RETRY_TIMES = { firstWaitMs: SECOND, longestWaitMs: 30 * SECOND };
const LF = 0x0a;
const TAIL = 64 * 1024;

export class FileOutput implements Output {
  readonly #options: FileOutputOptions;
  readonly #mutex = new Mutex();
  readonly #life = new AbortController();
  /** Whether the file is known to end with an event's end. */
  #isWhole = false;
  #failure: DeliveryError | undefined;

  constructor(options: FileOutputOptions) {
    this.#options = options;
  }

  get failure(): DeliveryError | undefined {
    return this.#failure;
  }

  close(): Promise<void> {
    this.#life.abort(stoppedError());
    return Promise.resolve();
  }

  async deliver({ body }: Batch, signal: AbortSignal): Promise<Delivered> {
    await this.#mutex.run(() => this.#append(body, signal));
    return { rejected: 0 };
  }

  async #append(body: Uint8Array, signal: AbortSignal): Promise<void> {
    const { clock, log, path, attempts } = this.#options;
    for (let failures = 1; ; failures++) {
      this.#life.signal.throwIfAborted();
      try {
        await this.#appendOnce(body);
        this.#failure = undefined;
        return;
      } catch (error) {
        this.#isWhole = false;
        if (error instanceof DeliveryError) throw error; // there is no use in trying again
        this.#failure = new DeliveryError(`cannot write to ${path}: ${messageOf(error)}`, {
          code: "output_unwritable",
          remedy: `${diskRemedy(error, "let the user write there")}; it is tried again, and nothing is lost`,
          cause: error,
        });
        log.error({ error: this.#failure }, "events cannot be written");
        if (failures >= attempts) throw this.#failure;
        await clock.sleep(backoff(failures, RETRY_TIMES, clock.random()), signal);
      }
    }
  }

  async #appendOnce(body: Uint8Array): Promise<void> {
    const { files, path, rotateBytes } = this.#options;
    await files.makeFolder(dirname(path));
    const there = await files.info(path);
    if (there?.isFile === false) throw noFile(path);
    if (!this.#isWhole) await this.#makeWhole();
    const found = await files.info(path);
    const isFull = found !== undefined && found.size >= rotateBytes;
    if (isFull) await this.#rotate();
    const before = isFull ? undefined : found;
    const file = await files.append(path);
    try {
      await file.write(body);
      await file.sync();
    } catch (error) {
      await this.#takeBack(before?.inode, before?.size ?? 0);
      throw error;
    } finally {
      await file.close();
    }
    if (before === undefined) await files.syncFolder(dirname(path));
  }

  /** What was written of a batch that failed would be there twice. Where it cannot be taken back, it will be. */
  async #takeBack(inode: number | undefined, size: number): Promise<void> {
    const { files, path, log } = this.#options;
    try {
      const now = await files.info(path);
      const isSame = inode === undefined || now?.inode === inode;
      if (now && isSame && now.size > size) await files.truncate(path, size);
    } catch (error) {
      log.warn({ error, file: path }, "part of a batch stays, and will be there twice");
    }
  }

  /** Cuts off half an event that a crash, or a disk without room, has left at the end. It is delivered again. */
  async #makeWhole(): Promise<void> {
    const { files, path, log } = this.#options;
    const info = await files.info(path);
    if (info !== undefined && info.size > 0) {
      const end = await endOfEvents(files, path, info.size);
      if (end < info.size) {
        log.warn({ file: path, bytes: info.size - end }, "half an event at the end of the file is cut off");
        await files.truncate(path, end);
      }
    }
    this.#isWhole = true;
  }

  /** `path.2` becomes `path.3`, and so on, from the oldest on: a crash in between leaves a gap in the numbers, and no loss. */
  async #rotate(): Promise<void> {
    const { files, path, keep } = this.#options;
    if (keep === 0) return await files.remove(path);
    for (let number = keep - 1; number >= 1; number--) {
      if (await files.info(`${path}.${number}`))
        await files.rename(`${path}.${number}`, `${path}.${number + 1}`);
    }
    await files.rename(path, `${path}.1`);
  }
}

/** What is appended to a pipe or a device is never known to be on a disk, and is there twice when it is tried again. */
const noFile = (path: string): DeliveryError =>
  new DeliveryError(`${path} is no regular file`, {
    code: "output_no_file",
    remedy: "name a file that is one, or none yet; - is standard output",
  });

/** Bytes of the file up to and with its last LF. */
async function endOfEvents(files: Files, path: string, size: number): Promise<number> {
  const file = await files.openRead(path);
  try {
    const tail = Buffer.alloc(TAIL);
    for (let end = size; end > 0; ) {
      const from = Math.max(0, end - TAIL);
      const length = await file.read(tail.subarray(0, end - from), from);
      const found = tail.subarray(0, length).lastIndexOf(LF);
      if (found >= 0) return from + found + 1;
      end = from;
    }
    return 0;
  } finally {
    await file.close();
  }
}
