/**
 * The names that were dropped into the spool, kept longer than Mimecast keeps its logs. A name is written here, durably,
 * before its file is renamed into the spool: after a crash, a file that still waits and is named here is to be renamed, one
 * that is named here and waits no more was dropped, whether or not a shipper has removed it since.
 */
import { DAY, SECOND } from "../runtime/clock.ts";
import { isOutOfFiles, systemCode } from "../runtime/errors.ts";
import { type Files, replaceFile } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import { Mutex } from "../runtime/mutex.ts";
import type { Elapsed } from "./elapsed.ts";

/** Mimecast keeps 7 days; files are dated by when they were dropped. */
const KEPT = 9 * DAY;
const MOST = 200_000;

const LINE = /^(\d{1,12}) (\S{1,240})(?: (\d{1,16}) (\d{1,20}))?$/;

export interface JournalEntry {
  readonly name: string;
  /** Where the file's text begins in the merged file, and that file's inode; 0 if there was none. */
  readonly merged?: { readonly offset: number; readonly inode: number };
}

export class Journal {
  readonly #files: Files;
  readonly #path: string;
  readonly #folder: string;
  readonly #elapsed: Pick<Elapsed, "since">;
  readonly #entries = new Map<string, JournalEntry & { readonly second: number }>();
  /** Whether some of what it held is not known any more. */
  isUnreadable = false;
  #lines = 0;
  #torn = false;
  /** Types of one account drop at the same time. */
  readonly #mutex = new Mutex();

  private constructor(files: Files, folder: string, account: string, elapsed: Pick<Elapsed, "since">) {
    this.#files = files;
    this.#elapsed = elapsed;
    this.#folder = folder;
    this.#path = `${folder}/${account}.dropped`;
  }

  static async open(
    files: Files,
    folder: string,
    account: string,
    elapsed: Pick<Elapsed, "since">,
    log: Log,
  ): Promise<Journal> {
    const journal = new Journal(files, folder, account, elapsed);
    await journal.#load(log);
    return journal;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(name: string): JournalEntry | undefined {
    return this.#entries.get(name);
  }

  /** Resolves when the names are durable. */
  add(entries: readonly JournalEntry[], now: number): Promise<void> {
    return this.#mutex.run(() => this.#add(entries, now));
  }

  /** Makes the file what memory holds, should an append have failed half-way. */
  repair(): Promise<void> {
    return this.#mutex.run(() => this.#repair());
  }

  async #add(entries: readonly JournalEntry[], now: number): Promise<void> {
    if (entries.length === 0) return;
    const second = Math.floor(now / SECOND);
    await this.#repair();
    const isNew = this.#lines === 0;
    // Until it is known to be whole, the next line must not be glued to this one.
    this.#torn = true;
    const file = await this.#files.append(this.#path);
    try {
      await file.write(Buffer.from(entries.map((entry) => line({ ...entry, second })).join("")));
      await file.sync();
    } finally {
      await file.close();
    }
    if (isNew) await this.#files.syncFolder(this.#folder);
    this.#torn = false;
    this.#lines += entries.length;
    for (const entry of entries) this.#entries.set(entry.name, { ...entry, second });
    if (this.#lines > MOST + MOST / 10) await this.#compact();
  }

  async #repair(): Promise<void> {
    if (this.#torn) await this.#compact();
  }

  /** A torn last line is one whose fsync never returned, so nothing was renamed on its behalf. */
  async #load(log: Log): Promise<void> {
    let text = "";
    try {
      text = (await this.#files.read(this.#path)).toString("latin1");
    } catch (error) {
      if (isOutOfFiles(error)) throw error;
      if (systemCode(error) !== "ENOENT") {
        this.isUnreadable = true;
        log.error({ error, file: this.#path }, "the record of dropped files cannot be read; it starts anew");
      }
    }
    const lines = text.split("\n");
    const torn = lines.pop() !== "";
    let broken = 0;
    for (const content of lines) {
      const [, second, name, offset, inode] = LINE.exec(content) ?? [];
      if (name === undefined) {
        broken++;
        continue;
      }
      const merged = offset === undefined ? {} : { merged: { offset: Number(offset), inode: Number(inode) } };
      this.#entries.set(name, { name, second: Number(second), ...merged });
    }
    this.#lines = lines.length;
    if (broken > 0) {
      this.isUnreadable = true;
      log.error({ file: this.#path, broken }, "lines of the record of dropped files cannot be read");
    }
    const old = [...this.#entries.values()].some((entry) => this.#isOld(entry));
    if (torn || broken > 0 || old || this.#lines > this.#entries.size * 2 + 1000) await this.#compact();
  }

  #isOld({ second }: { readonly second: number }): boolean {
    return this.#elapsed.since(second * SECOND) > KEPT;
  }

  async #compact(): Promise<void> {
    for (const [name, entry] of this.#entries) {
      if (this.#isOld(entry) || this.#entries.size > MOST) this.#entries.delete(name);
    }
    await replaceFile(this.#files, this.#path, Buffer.from([...this.#entries.values()].map(line).join("")));
    await this.#files.syncFolder(this.#folder);
    this.#lines = this.#entries.size;
    this.#torn = false;
  }
}

function line({ name, second, merged }: JournalEntry & { readonly second: number }): string {
  return `${second} ${name}${merged ? ` ${merged.offset} ${merged.inode}` : ""}\n`;
}
