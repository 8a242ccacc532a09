/** What becomes of a file in the spool once all of it is delivered and the checkpoint says so, durably. */
import { join } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import { messageOf } from "../runtime/errors.ts";
import type { Files } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import { DeliveryError } from "./errors.ts";
import { Seldom } from "./seldom.ts";
import { isOther, type SpoolFile } from "./spool-file.ts";

export const DONE_MODES = ["keep", "delete", "move"] as const;
export type DoneMode = (typeof DONE_MODES)[number];

export interface DoneOptions {
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly spool: string;
  readonly mode: DoneMode;
  /** Where files are moved to: on the same file system. */
  readonly folder: string;
  /** Told of each file that is no longer in the spool, at once: its name may come again. */
  readonly onRemoved: (file: SpoolFile) => void;
}

export class Done {
  readonly #options: DoneOptions;
  readonly #seldom: Seldom;
  #waiting: SpoolFile[] = [];
  /** Whether names may be gone, and not for good. */
  #isUnsynced = false;

  constructor(options: DoneOptions) {
    this.#options = options;
    this.#seldom = new Seldom(options.clock);
  }

  /** A file is delivered. Nothing happens to it yet. */
  add(file: SpoolFile): void {
    if (this.#options.mode !== "keep") this.#waiting.push(file);
  }

  /** Files that are delivered, and still to be deleted or moved. */
  get left(): number {
    return this.#waiting.length;
  }

  /** The files that are delivered so far. When the checkpoint has become durable, they are to be given to `settle`. */
  take(): readonly SpoolFile[] {
    return this.#waiting.splice(0);
  }

  /** Gives back files for which the checkpoint could not be made durable. */
  putBack(files: readonly SpoolFile[]): void {
    this.#waiting.unshift(...files);
  }

  /** Deletes or moves files. One that fails is tried again with the next ones. */
  async settle(files: readonly SpoolFile[]): Promise<void> {
    if (files.length === 0 && !this.#isUnsynced) return;
    const { mode, folder, spool } = this.#options;
    const failed: SpoolFile[] = [];
    try {
      if (mode === "move") await this.#options.files.makeFolder(folder);
      this.#isUnsynced = true;
      for (const file of files) if (!(await this.#isSettled(file))) failed.push(file);
      // Before the next commit lets the checkpoint forget the names, they must be gone for good.
      await this.#options.files.syncFolder(spool);
      this.#isUnsynced = false;
    } catch (error) {
      this.#told(error, spool);
      failed.push(...files);
    }
    // A file that was removed is never tried again: under its name there may be another one by then.
    this.putBack([...new Set(failed)].filter(({ state }) => state !== "removed"));
  }

  async #isSettled(file: SpoolFile): Promise<boolean> {
    const { files, mode, folder, onRemoved } = this.#options;
    try {
      const info = await files.info(file.path);
      // It has grown or been replaced, and the next look at it will find that out; or it is here twice.
      if (file.state !== "complete") return true;
      if (info === undefined) {
        onRemoved(file);
        return true;
      }
      if (info.size !== file.delivered || isOther(file, info)) return true;
      if (mode === "delete") await files.remove(file.path);
      else await files.rename(file.path, await this.#freeName(join(folder, file.name)));
      onRemoved(file);
      return true;
    } catch (error) {
      this.#told(error, file.path);
      return false;
    }
  }

  /** Names are not used twice; should one be, the file that is there stays. */
  async #freeName(path: string): Promise<string> {
    for (let number = 0; ; number++) {
      const free = number === 0 ? path : `${path}.${number}`;
      if ((await this.#options.files.info(free)) === undefined) return free;
    }
  }

  #told(error: unknown, path: string): void {
    const { log, mode } = this.#options;
    this.#seldom.say("failed", () => {
      const told = new DeliveryError(`cannot ${mode} ${path}: ${messageOf(error)}`, {
        code: "done_failed",
        remedy:
          mode === "move"
            ? "let the user write there, and let the folder be on the spool's file system"
            : "let the user write to the spool",
        cause: error,
      });
      log.error({ error: told }, "a delivered file stays where it is; it is tried again");
    });
  }
}
