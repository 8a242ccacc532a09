/** What cannot be read: the bytes as they came, and beside them why. The same bytes of the same source get the same name. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import { type Files, replaceFile } from "../runtime/files.ts";
import { scrub } from "../runtime/secret.ts";
import { spoolError } from "./errors.ts";

export interface Reason {
  readonly code: string;
  readonly message: string;
  /** Where it came from: a type, a member's name, an object's path; no token and no query. */
  readonly source: Readonly<Record<string, string | number | readonly string[]>>;
}

/** Says aloud what went there, under which name. Called before it is known to be there: after a crash it is called again. */
export type Tell = (name: string) => void;

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

  /** Moves the file in, durably; if it is there already it is not told again. */
  async keep(path: string, extension: string, reason: Reason, tell: Tell): Promise<void> {
    try {
      await this.#files.makeFolder(this.folder);
      const hash = createHash("sha256").update(JSON.stringify(reason.source));
      for await (const part of this.#files.stream(path)) hash.update(part as Uint8Array);
      const name = `${this.#account}-${hash.digest("hex").slice(0, 24)}.${extension}`;
      if (await this.#isThere(name)) return;
      const file = await this.#files.append(path);
      try {
        await file.sync();
      } finally {
        await file.close();
      }
      await this.#files.rename(path, join(this.folder, name));
      tell(name);
      await this.#write(name, reason);
    } catch (error) {
      throw spoolError(error, this.folder);
    }
  }

  /** Says why something is not there at all, once for each source: nothing but the reason can be kept. */
  async note(reason: Reason, tell: Tell): Promise<void> {
    const identity = createHash("sha256").update(JSON.stringify(reason.source)).digest("hex");
    const name = `${this.#account}-${identity.slice(0, 24)}.missing`;
    try {
      await this.#files.makeFolder(this.folder);
      if (await this.#isThere(name)) return;
      tell(name);
      await this.#write(name, reason);
    } catch (error) {
      throw spoolError(error, this.folder);
    }
  }

  /** The reason is written last: where it is, all is. */
  async #isThere(name: string): Promise<boolean> {
    return (await this.#files.info(join(this.folder, `${name}.reason.json`))) !== undefined;
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
