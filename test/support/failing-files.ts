// A file system whose n-th step fails: once, or it and all after it, as if the process had died there. Reads are steps, too.

import { Readable } from "node:stream";
import type { Files, OpenFile } from "../../runtime/files.ts";

/**
 * `once`: that step alone. `after`: that step is done, and its answer is an error, as network file systems have it. `dies`: of a
 * write one half is done, and nothing comes after it.
 */
export type Failure = "once" | "after" | "dies";

export class FailingFiles {
  readonly files: Files;
  /** What was asked for, in its order. */
  readonly steps: string[] = [];
  readonly #at: number;
  readonly #how: Failure;
  readonly #code: string;

  constructor(files: Files, at: number, how: Failure, code: string) {
    this.#at = at;
    this.#how = how;
    this.#code = code;
    const open = (name: string, action: (path: string) => Promise<OpenFile>) => {
      const step = this.#step(name, action, (file) => file.close());
      return async (path: string): Promise<OpenFile> => this.#opened(await step(path), path);
    };
    this.files = {
      create: open("create", files.create),
      append: open("append", files.append),
      rename: this.#step("rename", files.rename),
      remove: this.#step("remove", files.remove),
      truncate: this.#step("truncate", files.truncate),
      touch: this.#step("touch", files.touch),
      makeFolder: this.#step("makeFolder", files.makeFolder),
      syncFolder: this.#step("syncFolder", files.syncFolder),
      read: this.#step("read", files.read),
      openRead: this.#step("openRead", files.openRead, (file) => file.close()),
      list: this.#step("list", files.list),
      info: this.#step("info", files.info),
      free: this.#step("free", files.free),
      stream: (path, from) => {
        const open = this.#step("stream", (_path: string) => Promise.resolve());
        return Readable.from(
          (async function* (): AsyncGenerator<Uint8Array> {
            await open(path);
            yield* files.stream(path, from);
          })(),
          { objectMode: false },
        );
      },
    };
  }

  get reached(): boolean {
    return this.steps.length >= this.#at;
  }

  #opened(file: OpenFile, path: string): OpenFile {
    const write = this.#step(`write ${path}`, (bytes: Uint8Array) => file.write(bytes));
    const isNext = (): boolean => this.steps.length + 1 === this.#at;
    return {
      write: async (bytes) => {
        if (isNext() && this.#how === "dies") await file.write(bytes.subarray(0, bytes.length >> 1));
        await write(bytes);
      },
      sync: this.#step(`sync ${path}`, () => file.sync()),
      // A descriptor is gone, whatever close(2) answers.
      close: async () => {
        await file.close();
        await this.#step(`close ${path}`, () => Promise.resolve())();
      },
    };
  }

  #step<A extends unknown[], R>(
    name: string,
    action: (...args: A) => Promise<R>,
    undo: (result: R) => Promise<void> = () => Promise.resolve(),
  ): (...args: A) => Promise<R> {
    return async (...args) => {
      this.steps.push([name, ...args.filter((arg) => typeof arg === "string")].join(" "));
      const number = this.steps.length;
      const error = Object.assign(new Error(`${this.#code}: ${name}`), { code: this.#code, errno: -1 });
      if (number === this.#at && this.#how === "after") {
        await undo(await action(...args));
        throw error;
      }
      if (number === this.#at || (number > this.#at && this.#how === "dies")) throw error;
      return await action(...args);
    };
  }
}
