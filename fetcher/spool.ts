/**
 * Files on their way to the shipper. `stage` writes a file to the end under `.incoming/<account>/`, `commit` moves a set of
 * them into the spool, exactly once: durable bytes, then durable names in the journal, then the renames, then the folder.
 * A file in the spool is complete, never empty, ends with a newline, is never appended to, and its name is never reused.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import type { Files, OpenFile } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import { ArchiveError, spoolError } from "./errors.ts";
import type { Journal } from "./journal.ts";
import { appendMerged, type MergedFile, undoMerged } from "./merged.ts";
import { compactTime, TimeSpan } from "./record-time.ts";
import { RecordLines } from "./records.ts";

/** Small writes are gathered. */
const WRITE_SIZE = 128 * 1024;

export interface Staged {
  readonly name: string;
  readonly type: string;
  readonly bytes: number;
  readonly records: number;
  readonly newest: number | undefined;
}

export interface Committed {
  readonly dropped: readonly Staged[];
  /** Those that had been dropped before. */
  readonly repeated: readonly Staged[];
}

export interface SpoolOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly folder: string;
  readonly account: string;
  readonly journal: Journal;
  readonly merged?: MergedFile | undefined;
}

export class Spool {
  readonly #options: SpoolOptions;
  readonly incoming: string;
  /** Named in the journal and not yet renamed: what a failed commit leaves for the next one. */
  readonly #pending = new Set<string>();
  #number = 0;

  constructor(options: SpoolOptions) {
    this.#options = options;
    this.incoming = join(options.folder, ".incoming", options.account);
  }

  /**
   * Makes the folders, finishes what a crash or an error interrupted, and clears what it left half-written. To be called
   * while nothing else of this account is on its way.
   */
  async recover(): Promise<{ finished: number; cleared: number }> {
    const { files, journal, log, merged } = this.#options;
    return await this.#told(async () => {
      await files.makeFolder(this.#options.folder);
      await files.makeFolder(this.incoming);
      await journal.repair();
      let finished = 0;
      let cleared = 0;
      for (const name of (await files.list(this.incoming)).sort()) {
        const entry = journal.find(name);
        if (entry === undefined) {
          await files.remove(join(this.incoming, name));
          cleared++;
        } else if (merged && entry.merged) {
          const { merged: place } = entry;
          const from = join(this.incoming, name);
          await merged.mutex.run(async () => {
            await told(merged.path, async () => {
              await undoMerged(files, merged, place, from, log);
              await appendMerged(files, merged, from);
            });
            await this.#rename(name);
          });
          finished++;
        } else {
          await this.#rename(name);
          finished++;
        }
      }
      if (finished > 0) await this.#syncFolders();
      return { finished, cleared };
    });
  }

  /** A path for what arrives, before it is known what it is. */
  downloadPath(): string {
    return join(this.incoming, `${++this.#number}.download`);
  }

  /** Writes bytes as they arrive, no more than `most`. Answers how many; throws ArchiveError if there are more. */
  async download(path: string, content: AsyncIterable<Uint8Array>, most: number): Promise<number> {
    let size = 0;
    const file = await this.#told(() => this.#options.files.create(path));
    try {
      for await (const part of content) {
        size += part.length;
        if (size > most) {
          throw new ArchiveError(`more than ${most} bytes arrived in one answer`, {
            code: "archive_too_large",
            remedy: "raise limits.maxDownload if Mimecast's files are really that large",
          });
        }
        await this.#told(() => file.write(part));
      }
    } catch (error) {
      await this.discard(path);
      throw error;
    } finally {
      await file.close();
    }
    return size;
  }

  /**
   * Writes the content's records, one a line. Its name follows from the content alone (and `identity`, what the source is
   * called where content does not tell two sources apart), so that the same answer gives the same name. Undefined if there
   * is no record.
   */
  async stage(
    type: string,
    identity: string,
    content: AsyncIterable<Uint8Array>,
  ): Promise<Staged | undefined> {
    const part = join(this.incoming, `${++this.#number}.part`);
    const file = await this.#told(() => this.#options.files.create(part));
    let written: Written;
    try {
      written = await this.#write(file, identity, content);
    } catch (error) {
      await this.discard(part);
      throw error;
    } finally {
      await file.close();
    }
    if (written.records === 0) {
      await this.discard(part);
      return undefined;
    }
    const { first, newest, hash, records, bytes } = written;
    const name = `${compactTime(first ?? 0)}-${this.#options.account}-${type}-${hash}.siem`;
    await this.#told(() => this.#options.files.rename(part, join(this.incoming, name)));
    return { name, type, bytes, records, newest };
  }

  async #write(file: OpenFile, identity: string, content: AsyncIterable<Uint8Array>): Promise<Written> {
    const lines = new RecordLines();
    const span = new TimeSpan();
    const hash = createHash("sha256");
    if (identity !== "") hash.update(`${identity}\0`);
    let gathered: Buffer[] = [];
    let gatheredSize = 0;
    let bytes = 0;
    const flush = async (): Promise<void> => {
      if (gatheredSize === 0) return;
      const all = gathered.length === 1 ? (gathered[0] as Buffer) : Buffer.concat(gathered);
      gathered = [];
      gatheredSize = 0;
      await this.#told(() => file.write(all));
    };
    const take = (ready: Buffer): void => {
      if (ready.length === 0) return;
      hash.update(ready);
      span.push(ready);
      gathered.push(ready);
      gatheredSize += ready.length;
      bytes += ready.length;
    };
    for await (const part of content) {
      take(lines.push(part));
      if (gatheredSize >= WRITE_SIZE) await flush();
    }
    take(lines.end());
    await flush();
    if (lines.records > 0) await this.#told(() => file.sync());
    return {
      first: span.first,
      newest: span.newest(),
      hash: hash.digest("hex").slice(0, HASH_LENGTH),
      records: lines.records,
      bytes,
    };
  }

  /**
   * Moves staged files into the spool. Afterwards they are there, durably, and no second time. If it fails, they must be
   * left where they are: the next commit of the same names, or the next `recover`, finishes what the journal holds.
   */
  async commit(staged: readonly Staged[]): Promise<Committed> {
    const { files, journal, clock, merged } = this.#options;
    return await this.#told(async () => {
      const unique = new Map(staged.map((file) => [file.name, file]));
      const dropped: Staged[] = [];
      const repeated = staged.filter(
        (file, index) => staged.findIndex(({ name }) => name === file.name) < index,
      );
      for (const file of unique.values()) {
        if (this.#pending.has(file.name) || !(await this.#isKnown(file.name))) dropped.push(file);
        else {
          await files.remove(join(this.incoming, file.name));
          repeated.push(file);
        }
      }
      if (dropped.length === 0) return { dropped, repeated };
      await files.syncFolder(this.incoming);
      if (merged) {
        for (const file of dropped) await this.#dropMerged(merged, file);
      } else {
        await journal.add(dropped, clock.now());
        for (const { name } of dropped) this.#pending.add(name);
        for (const { name } of dropped) await this.#rename(name);
      }
      await this.#syncFolders();
      return { dropped, repeated };
    });
  }

  /** Whether it was dropped: by the journal, or, should that be lost, by its own presence. */
  async #isKnown(name: string): Promise<boolean> {
    const { files, folder, journal } = this.#options;
    return journal.find(name) !== undefined || (await files.info(join(folder, name))) !== undefined;
  }

  async #rename(name: string): Promise<void> {
    await this.#options.files.rename(join(this.incoming, name), join(this.#options.folder, name));
    this.#pending.delete(name);
  }

  /** One after the other over all accounts: after a crash, at most one text stands half-written in the merged file. */
  async #dropMerged(merged: MergedFile, { name }: Staged): Promise<void> {
    const { files, journal, clock, log } = this.#options;
    await merged.mutex.run(async () => {
      const before = await told(merged.path, () => files.info(merged.path));
      const place = { offset: before?.size ?? 0, inode: before?.inode ?? 0 };
      const from = join(this.incoming, name);
      await journal.add([{ name, merged: place }], clock.now());
      this.#pending.add(name);
      await told(merged.path, async () => {
        try {
          await appendMerged(files, merged, from);
        } catch (error) {
          await undoMerged(files, merged, place, from, log);
          throw error;
        }
      });
      await this.#rename(name);
    });
  }

  async #syncFolders(): Promise<void> {
    await this.#options.files.syncFolder(this.#options.folder);
    await this.#options.files.syncFolder(this.incoming);
  }

  /** Gives up a file under `.incoming`. What cannot be removed now is removed by the next `recover`. */
  async discard(path: string): Promise<void> {
    try {
      await this.#options.files.remove(path);
    } catch (error) {
      this.#options.log.warn({ error }, "a temporary file stays until the next start");
    }
  }

  async discardStaged(staged: readonly Staged[]): Promise<void> {
    for (const { name } of staged) await this.discard(join(this.incoming, name));
  }

  #told<T>(action: () => Promise<T>): Promise<T> {
    return told(this.#options.folder, action);
  }
}

async function told<T>(path: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    throw spoolError(error, path);
  }
}

/** 96 bits: no two files of one account and type share them by chance. */
const HASH_LENGTH = 24;

interface Written {
  readonly first: number | undefined;
  readonly newest: number | undefined;
  readonly hash: string;
  readonly records: number;
  readonly bytes: number;
}
