/** One file of the spool on its way through the module, from where its delivery stands to its end. */
import { fromNanoseconds } from "../host/host-time.ts";
import type { Batch as Answer, Feed, MappingFunction, MimecastModule, Position } from "../host/module.ts";
import { START } from "../host/module.ts";
import { ServiceError } from "../runtime/errors.ts";
import type { Files, ReadFile } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import type { BatchBuilder } from "./batch.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { isOther, type SpoolFile } from "./spool-file.ts";

export interface ReaderOptions {
  readonly files: Files;
  readonly log: Log;
  readonly checkpoint: Checkpoint;
  readonly module: MimecastModule;
  readonly wanted: MappingFunction;
  /** Where the file's bytes are put on their way into the module. */
  readonly buffer: Uint8Array;
}

export class Reader {
  readonly file: SpoolFile;
  readonly #source: ReadFile;
  readonly #feed: Feed;
  readonly #buffer: Uint8Array;
  #at: number;
  #position: Position;
  /** Answers for what was read last. */
  #answers: Generator<Answer> | undefined;
  #isLast = false;

  private constructor(file: SpoolFile, source: ReadFile, feed: Feed, start: Position, buffer: Uint8Array) {
    this.file = file;
    this.#source = source;
    this.#feed = feed;
    this.#buffer = buffer;
    this.#at = start.offset;
    this.#position = start;
  }

  /** Opens a claimed file where its delivery stands. Throws what the system says. */
  static async open(file: SpoolFile, options: ReaderOptions): Promise<Reader> {
    const source = await options.files.openRead(file.path);
    try {
      const { size, inode, mtimeMs, mtimeNs, birthMs, isFile } = await source.info();
      if (!isFile) {
        throw new ServiceError("it is no file", { code: "no_file", remedy: "remove it from the spool" });
      }
      if (size < file.size && !isOther(file, { inode, mtimeMs, birthMs })) {
        options.log.error(
          { file: file.name, size, was: file.size },
          "a file has become shorter since it was found; what it held there is not delivered. Files are to be complete",
        );
      }
      Object.assign(file, { size, inode, mtimeMs, birthMs });
      const start = startOf(file, options);
      file.delivered = start.offset;
      // As `convert` does: a record without a time gets that of its file's last change, in each attempt the same.
      const feed = options.module.feed(options.wanted, fromNanoseconds(mtimeNs), start);
      return new Reader(file, source, feed, start, options.buffer);
    } catch (error) {
      await source.close();
      throw error;
    }
  }

  /** Behind what was put into a builder last. */
  get position(): Position {
    return this.#position;
  }

  /**
   * Reads and maps a little, and puts the events into the builder. Answers false when that was all. Throws what the system
   * says; then, as after the end, `close` is all that is left to do.
   */
  async read(builder: BatchBuilder, now: number): Promise<boolean> {
    this.#answers ??= await this.#more();
    const next = this.#answers.next();
    if (next.done !== true) {
      const from = this.#position;
      this.#position = this.#feed.position;
      // No `await` since the answer was given: it lies in memory that other lanes' readers use as well.
      builder.append(this.file, next.value, from, this.#position, now);
      return true;
    }
    this.#answers = undefined;
    if (!this.#isLast) return true;
    this.#position = this.#feed.position;
    builder.end(this.file, this.#position, { how: "complete" }, now);
    return false;
  }

  async close(): Promise<void> {
    await this.#source.close();
  }

  async #more(): Promise<Generator<Answer>> {
    const size = await this.#source.read(this.#buffer, this.#at);
    this.#at += size;
    this.#isLast = size === 0;
    return this.#isLast ? this.#feed.end() : this.#feed.push(this.#buffer.subarray(0, size));
  }
}

/** Where to go on with a file. Says so where it is not the file that was read before. */
function startOf(file: SpoolFile, { checkpoint, log }: ReaderOptions): Position {
  const entry = checkpoint.find(file.name);
  if (entry === undefined) return START;
  const { offset, flags, complete } = entry;
  const fields = { file: file.name, delivered: offset, size: file.size };
  if (file.size < offset || isOther(entry, file)) {
    log.warn(
      fields,
      "another file has come under the name of one that was delivered; it is read from its start",
    );
    return START;
  }
  if (complete && file.size > offset) {
    log.warn(
      fields,
      "a file has grown since it was delivered; what is new is delivered. Files are to be complete",
    );
  }
  return { offset, flags };
}
