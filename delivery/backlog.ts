/** What of the spool is still to be delivered: looks into the folder again and again, and knows how each file stands. */
import { join } from "node:path";
import { type Clock, MINUTE, SECOND } from "../runtime/clock.ts";
import { messageOf } from "../runtime/errors.ts";
import type { FileInfo, Files } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import { inParallel } from "../runtime/mutex.ts";
import { backoff } from "../runtime/retry.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { DeliveryError } from "./errors.ts";
import type { Metrics } from "./metrics.ts";
import { Queue } from "./queue.ts";
import { Seldom } from "./seldom.ts";
import { isOther, isReadableName, isSpoolName, type SpoolFile } from "./spool-file.ts";

/** Complete files are not supposed to change: they are looked at this often, and not every time. */
const LOOK_AT_ALL_EVERY = MINUTE;
const LOOKED_AT_ONCE = 16;
const READ_AGAIN = { firstWaitMs: SECOND, longestWaitMs: MINUTE };

export interface BacklogOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly folder: string;
  readonly checkpoint: Checkpoint;
  /** How often in a row a file may be unreadable before it is given up; infinite for a service. */
  readonly attempts: number;
  /** Whether delivered files are removed from the folder: one that is not there was, and its name is free for another. */
  readonly removes: boolean;
  /** Told of each file of which everything is delivered, now or in an earlier life. */
  readonly onComplete: (file: SpoolFile) => void;
}

export class Backlog {
  readonly queue = new Queue();
  readonly #options: BacklogOptions;
  readonly #known = new Map<string, SpoolFile>();
  readonly #seldom: Seldom;
  /** Names that were removed since the last scan began: what that saw of them is out of date. */
  readonly #removed = new Set<string>();
  #lookedAtAll: number | undefined;
  /** Files that are passed over for their names, as the last scan saw them. */
  #unusable = 0;
  #vanished = 0;
  #givenUp = 0;

  constructor(options: BacklogOptions) {
    this.#options = options;
    this.#seldom = new Seldom(options.clock);
  }

  /** Files that were removed before they were delivered. */
  get vanished(): number {
    return this.#vanished;
  }

  /** Files that could not be read, or have no name to read them by, and are not tried again. */
  get givenUp(): number {
    return this.#givenUp + this.#unusable;
  }

  claim(isBusy: boolean): SpoolFile | undefined {
    return this.queue.claim(isBusy, this.#options.clock.uptime());
  }

  /** All of a claimed file is delivered, as it was when it was read. */
  complete(file: SpoolFile): void {
    this.#completed(file);
    this.queue.give();
  }

  /** A claimed file could not be read, or not to its end. It comes again after a while. */
  broken(file: SpoolFile, cause: unknown): void {
    const { clock, log, metrics, attempts } = this.#options;
    file.failures++;
    metrics.unreadable.inc();
    this.#seldom.say(file.name, () => {
      const error = new DeliveryError(`cannot read ${file.path}: ${messageOf(cause)}`, {
        code: "file_unreadable",
        remedy: "let the user read it; it is tried again, and the others are delivered meanwhile",
        cause,
      });
      log.error({ error, file: file.name }, "a file cannot be read");
    });
    if (file.failures >= attempts) {
      this.#givenUp++;
      file.state = "given_up";
    } else {
      file.retryAt = clock.uptime() + backoff(file.failures, READ_AGAIN, clock.random());
      this.queue.add([file]);
    }
    this.queue.give();
  }

  /** A claimed file is no longer there. */
  gone(file: SpoolFile): void {
    this.#vanish(file.name, file.delivered);
    this.queue.give();
  }

  /** A complete file was deleted or moved. A new one of its name, though it have its inode and its size, is another one. */
  removed(file: SpoolFile): void {
    file.state = "removed";
    if ((this.#known.get(file.name) ?? file) !== file) return;
    this.#known.delete(file.name);
    this.#removed.add(file.name);
    this.#options.checkpoint.forget(file.name);
  }

  /** A lane stops before it has read a claimed file to its end. */
  release(file: SpoolFile): void {
    this.queue.add([file]);
    this.queue.give();
  }

  /** Looks what is there. Throws where the folder cannot be read. */
  async scan(): Promise<void> {
    const { files, clock, folder, checkpoint, removes } = this.#options;
    this.#removed.clear();
    const now = clock.uptime();
    const isFirst = this.#lookedAtAll === undefined;
    const all = now - (this.#lookedAtAll ?? Number.NEGATIVE_INFINITY) >= LOOK_AT_ALL_EVERY;
    const listed = await files.list(folder);
    const named = listed.filter(isSpoolName);
    const names = new Set(named.filter((name) => this.#isUsable(name)));
    this.#unusable = named.length - named.filter(isReadableName).length;
    const wanted = [...names].filter((name) => {
      const known = this.#known.get(name);
      return known === undefined || (all && known.state === "complete");
    });
    const looked = await inParallel(wanted, LOOKED_AT_ONCE, (name) => files.info(join(folder, name)));
    const found = wanted.flatMap((name, index) => this.#look(name, infoOf(looked[index])));
    this.queue.add(found);
    this.#missing([...this.#known.values()].filter(({ name }) => !names.has(name)));
    if (isFirst) {
      for (const [name, { complete, offset }] of checkpoint.entries) {
        if (names.has(name)) continue;
        if (!complete) this.#vanish(name, offset);
        else if (removes) checkpoint.forget(name);
        else checkpoint.gone(name);
      }
    }
    if (all) this.#lookedAtAll = now;
    this.queue.bell.ring();
  }

  /** What is still to be delivered, as far as scans have seen it. `oldest`: when the oldest file of it was written. */
  pending(): { files: number; bytes: number; oldest: number | undefined } {
    let [files, bytes] = [0, 0];
    let oldest: number | undefined;
    for (const { state, size, delivered, mtimeMs } of this.#known.values()) {
      if (state === "complete") continue;
      files++;
      bytes += Math.max(0, size - delivered);
      oldest = Math.min(oldest ?? mtimeMs, mtimeMs);
    }
    return { files, bytes, oldest };
  }

  /** A new name, or a complete file that is looked at again: the file, if there is something to deliver of it. */
  #look(name: string, info: FileInfo | undefined): SpoolFile[] {
    // An empty one is about to be written, by somebody who does not rename complete files.
    if (info?.isFile !== true || (info.size === 0 && info !== UNKNOWN)) return [];
    if (this.#removed.has(name)) return [];
    const { folder, checkpoint } = this.#options;
    const entry = checkpoint.find(name);
    const known = this.#known.get(name);
    const isDone = entry?.complete === true && entry.offset === info.size && !isOther(entry, info);
    if (isDone && known) return [];
    const file = known ?? { name, path: join(folder, name), state: "waiting", ...NOTHING };
    const mtimeMs = Math.floor(info.mtimeMs);
    const { size, inode, birthMs } = info;
    Object.assign(file, { size, inode, mtimeMs, birthMs, delivered: entry?.offset ?? 0 });
    this.#known.set(name, file);
    if (!isDone) return [file];
    // It was touched, or copied: should it be once more, it must not look like another one.
    if (entry.inode !== file.inode || entry.mtimeMs !== mtimeMs) {
      checkpoint.note(name, { ...entry, inode: file.inode, mtimeMs });
    }
    this.#completed(file);
    return [];
  }

  #completed(file: SpoolFile): void {
    file.state = "complete";
    file.failures = 0;
    this.#options.onComplete(file);
  }

  /** Files whose names are no longer in the folder. What a lane has open can be read to its end. */
  #missing(files: readonly SpoolFile[]): void {
    const missing = new Set(files.filter(({ state }) => state !== "claimed"));
    this.queue.remove(missing);
    for (const file of missing) {
      const { name, state, delivered } = file;
      if (state !== "complete") this.#vanish(name, delivered);
      else if (this.#options.removes) this.removed(file);
      else {
        this.#known.delete(name);
        this.#options.checkpoint.gone(name);
      }
    }
  }

  #vanish(name: string, delivered: number): void {
    const { log, metrics, checkpoint } = this.#options;
    this.#known.delete(name);
    // It is said once, not at each start again.
    checkpoint.gone(name);
    this.#vanished++;
    metrics.vanished.inc();
    const error = new DeliveryError("a file was removed before it was delivered to its end", {
      code: "file_vanished",
      remedy: "let files stay in the spool for longer than any outage of the receiver (retention.minAge)",
    });
    log.error({ error, file: name, delivered }, "events are lost to the receiver: their file is gone");
  }

  #isUsable(name: string): boolean {
    if (isReadableName(name)) return true;
    this.#seldom.say(`name ${name}`, () =>
      this.#options.log.warn({ file: name }, "a file's name is no UTF-8; it is passed over: rename it"),
    );
    return false;
  }
}

const NOTHING = { size: 0, inode: 0, mtimeMs: 0, birthMs: 0, delivered: 0, retryAt: 0, failures: 0 };
const UNKNOWN: FileInfo = { size: 0, inode: 0, mtimeMs: 0, birthMs: 0, isFile: true };

/** What cannot be looked at is claimed like the others, and its reader says why. */
const infoOf = (looked: PromiseSettledResult<FileInfo | undefined> | undefined): FileInfo | undefined =>
  looked?.status === "fulfilled" ? looked.value : UNKNOWN;
