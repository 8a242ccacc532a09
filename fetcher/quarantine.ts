/** What cannot be read: the bytes as they came, and beside them why. The same bytes get the same name. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import { type Files, replaceFile } from "../runtime/files.ts";
import { scrub } from "../runtime/secret.ts";
import { spoolError } from "./spool.ts";

export interface Reason {
  readonly code: string;
  readonly message: string;
  /** Where it came from: a type, a member's name, an object's path; no token and no query. */
  readonly source: Readonly<Record<string, string | number | readonly string[]>>;
}

export class Quarantine {
  readonly folder: string;
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #account: string;

  constructor(files: Files, clock: Clock, spool: string, account: string) {
    this.#files = files;
    this.#clock = clock;
    this.#account = account;
    this.folder = join(spool, "quarantine");
  }

  /** Moves the file in, durably. Answers its name there. */
  async keep(path: string, extension: string, reason: Reason): Promise<string> {
    try {
      await this.#files.makeFolder(this.folder);
      const hash = createHash("sha256");
      for await (const part of this.#files.stream(path)) hash.update(part as Uint8Array);
      const name = `${this.#account}-${hash.digest("hex").slice(0, 24)}.${extension}`;
      const file = await this.#files.append(path);
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#files.rename(path, join(this.folder, name));
      await this.#write(name, reason);
      return name;
    } catch (error) {
      throw spoolError(error, this.folder);
    }
  }

  /** Says why something is not there at all: nothing but the reason can be kept. */
  async note(reason: Reason): Promise<string> {
    const identity = createHash("sha256").update(JSON.stringify(reason.source)).digest("hex");
    const name = `${this.#account}-${identity.slice(0, 24)}.missing`;
    try {
      await this.#files.makeFolder(this.folder);
      await this.#write(name, reason);
    } catch (error) {
      throw spoolError(error, this.folder);
    }
    return name;
  }

  async #write(name: string, reason: Reason): Promise<void> {
    const content = {
      account: this.#account,
      time: new Date(this.#clock.now()).toISOString(),
      ...reason,
    };
    const text = scrub(`${JSON.stringify(content, null, 2)}\n`);
    await replaceFile(this.#files, join(this.folder, `${name}.reason.json`), Buffer.from(text));
    await this.#files.syncFolder(this.folder);
  }
}
