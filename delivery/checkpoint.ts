/**
 * How far each file of the spool is delivered: `<state>/push.checkpoint`, to which lines are appended and synced, many at
 * once. What was acknowledged and is not there yet is delivered again after a crash; what is there is not. A line that cannot
 * be read costs duplicates, and no event.
 */
import { join } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import { diskRemedy, messageOf, systemCode } from "../runtime/errors.ts";
import { type Files, replaceFile } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import { Mutex } from "../runtime/mutex.ts";
import {
  decodeLine,
  decodeVersion,
  type Entry,
  encodeLine,
  encodeVersion,
  FORGOTTEN,
  isForgotten,
  VERSION,
} from "./checkpoint-line.ts";
import { DeliveryError } from "./errors.ts";
import type { Metrics } from "./metrics.ts";

/** A file of more lines than twice what it says of files that are there, and these, is written anew. */
const SPARE_LINES = 1000;
/** Stands for the inode of a file that is gone: no file has it. */
const NO_INODE = 0;

export interface CheckpointOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly folder: string;
}

export class Checkpoint {
  readonly #options: CheckpointOptions;
  readonly #path: string;
  readonly #mutex = new Mutex();
  readonly #entries = new Map<string, Entry>();
  /** Names of entries whose files are not in the spool. */
  readonly #gone = new Set<string>();
  /** What is not durable yet. */
  #noted = new Map<string, Entry>();
  #lines = 0;
  /** The file may not end with a whole line: the next one must not be glued to it. */
  #torn = false;
  #isThere = false;
  /** When the oldest note that is not durable was taken. */
  #since: number | undefined;

  private constructor(options: CheckpointOptions) {
    this.#options = options;
    this.#path = join(options.folder, "push.checkpoint");
  }

  /** Reads what there is. Throws where a checkpoint is there and cannot be read at all. */
  static async open(options: CheckpointOptions): Promise<Checkpoint> {
    const checkpoint = new Checkpoint(options);
    await checkpoint.#load();
    return checkpoint;
  }

  get entries(): ReadonlyMap<string, Entry> {
    return this.#entries;
  }

  /** How long something has been waiting to be made durable, in milliseconds. */
  get age(): number {
    return this.#since === undefined ? 0 : Math.max(0, this.#options.clock.now() - this.#since);
  }

  find(name: string): Entry | undefined {
    return this.#entries.get(name);
  }

  /** Takes note; it is durable with the next commit. */
  note(name: string, entry: Entry): void {
    this.#since ??= this.#options.clock.now();
    this.#entries.set(name, entry);
    this.#noted.set(name, entry);
    this.#gone.delete(name);
  }

  /**
   * A file is no longer in the spool, delivered or not. Should it come back, it goes on where it was; but inodes are used again,
   * so that its time alone now tells it from another one. Durable with the next commit; forgotten when all is written anew.
   */
  gone(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined) return;
    const marked = { ...entry, complete: true, inode: NO_INODE };
    // What an earlier life has marked is not noted at each start again.
    if (!entry.complete || entry.inode !== NO_INODE) this.note(name, marked);
    this.#gone.add(name);
  }

  /** A file was removed: another one that comes under its name begins at its start. Durable with the next commit. */
  forget(name: string): void {
    if (!this.#entries.has(name)) return;
    this.note(name, FORGOTTEN);
    this.#entries.delete(name);
  }

  /** Makes durable what was noted before the call. Throws `checkpoint_unwritable`, and keeps it for the next one. */
  commit(): Promise<void> {
    return this.#mutex.run(() => this.#commit());
  }

  async #commit(): Promise<void> {
    const lines = this.#noted;
    if (lines.size === 0) return;
    this.#noted = new Map();
    const began = this.#options.clock.now();
    try {
      const there = this.#entries.size - this.#gone.size;
      if (this.#torn || this.#lines > 2 * there + SPARE_LINES) await this.#rewrite();
      else await this.#append(lines);
      this.#since = this.#noted.size === 0 ? undefined : began;
    } catch (error) {
      for (const [name, entry] of lines) if (!this.#noted.has(name)) this.#noted.set(name, entry);
      this.#options.metrics.checkpointErrors.inc();
      throw new DeliveryError(`cannot write ${this.#path}: ${messageOf(error)}`, {
        code: "checkpoint_unwritable",
        remedy: `${diskRemedy(error, "let the user write there")}; delivery goes on, and what is not in the checkpoint is delivered once more should the process be ended now`,
        cause: error,
      });
    }
  }

  async #append(entries: ReadonlyMap<string, Entry>): Promise<void> {
    const { files, folder } = this.#options;
    this.#torn = true;
    const file = await files.append(this.#path);
    try {
      const lines = [...entries].map(([name, entry]) => encodeLine(name, entry));
      if (!this.#isThere) lines.unshift(encodeVersion(VERSION));
      await file.write(Buffer.from(lines.join("")));
      await file.sync();
    } finally {
      await file.close();
    }
    if (!this.#isThere) await files.syncFolder(folder);
    this.#isThere = true;
    this.#torn = false;
    this.#lines += entries.size;
  }

  async #rewrite(): Promise<void> {
    const { files, folder } = this.#options;
    for (const name of this.#gone) this.#entries.delete(name);
    this.#gone.clear();
    const lines = [...this.#entries].map(([name, entry]) => encodeLine(name, entry));
    await replaceFile(files, this.#path, Buffer.from(encodeVersion(VERSION) + lines.join("")));
    await files.syncFolder(folder);
    this.#isThere = true;
    this.#torn = false;
    this.#lines = lines.length;
  }

  async #load(): Promise<void> {
    const { files, log, metrics } = this.#options;
    let text: string;
    try {
      text = (await files.read(this.#path)).toString("utf8");
    } catch (error) {
      if (systemCode(error) === "ENOENT") return;
      throw this.#unreadable(messageOf(error), error);
    }
    this.#isThere = true;
    const lines = text.split("\n");
    // A line without its LF was not durable when the process ended, and nothing was done on its behalf.
    this.#torn = lines.pop() !== "" || lines.length === 0;
    const version = decodeVersion(lines[0] ?? "");
    if (version !== undefined && version !== VERSION) throw this.#unreadable(`its version is ${version}`);
    let broken = version === undefined && lines.length > 0 ? 1 : 0;
    for (const line of lines.slice(1)) {
      const decoded = decodeLine(line);
      if (decoded === undefined) broken++;
      else if (isForgotten(decoded[1])) this.#entries.delete(decoded[0]);
      else this.#entries.set(...decoded);
    }
    this.#lines = lines.length;
    if (broken === 0) return;
    this.#torn = true;
    metrics.checkpointBroken.inc(broken);
    log.error(
      { file: this.#path, broken, lines: lines.length },
      "lines of the checkpoint cannot be read; what they stood for is delivered again",
    );
  }

  #unreadable(why: string, cause?: unknown): DeliveryError {
    return new DeliveryError(`cannot read ${this.#path}: ${why}`, {
      code: "checkpoint_unreadable",
      remedy:
        "let the user, and the version of mimecast-udm that wrote it, read it; or remove it, and everything in the spool is delivered again",
      ...(cause === undefined ? {} : { cause }),
    });
  }
}
