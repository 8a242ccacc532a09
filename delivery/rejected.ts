/**
 * Events that the other side refuses for good: `rejected/<hash>.ndjson`, and beside each why. The same event has the same
 * name, so that one that is refused again after a crash is there once. Nobody deletes them but a person.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Clock } from "../runtime/clock.ts";
import { diskRemedy, messageOf } from "../runtime/errors.ts";
import { type Files, replaceFile } from "../runtime/files.ts";
import { scrub } from "../runtime/secret.ts";
import { visible } from "../runtime/visible.ts";
import { DeliveryError } from "./errors.ts";

export interface Refusal {
  /** What the other side called it: a status code. */
  readonly status: number;
  /** The beginning of what it said. */
  readonly answer: string;
  /** Name of the file in the spool. */
  readonly file: string;
  /** Bytes of the file among which the record stands. */
  readonly from: number;
  readonly to: number;
  /** Which of the events between the two it is, from 0 on. */
  readonly event: number;
}

const HASH_LENGTH = 24;

export class Rejected {
  readonly folder: string;
  readonly #files: Files;
  readonly #clock: Clock;

  constructor(files: Files, clock: Clock, spool: string) {
    this.#files = files;
    this.#clock = clock;
    this.folder = join(spool, "rejected");
  }

  /** Keeps one event, with its LF, durably. Answers its name. Throws `rejected_unwritable`. */
  async keep(event: Uint8Array, refusal: Refusal): Promise<string> {
    const name = createHash("sha256").update(event).digest("hex").slice(0, HASH_LENGTH);
    const reason = { time: new Date(this.#clock.now()).toISOString(), ...refusal };
    const text = scrub(`${JSON.stringify(reason, null, 2)}\n`)
      .split("\n")
      .map(visible)
      .join("\n");
    try {
      await this.#files.makeFolder(this.folder);
      await replaceFile(this.#files, join(this.folder, `${name}.ndjson`), event);
      await replaceFile(this.#files, join(this.folder, `${name}.reason.json`), Buffer.from(text));
      await this.#files.syncFolder(this.folder);
    } catch (error) {
      throw new DeliveryError(`cannot keep a refused event in ${this.folder}: ${messageOf(error)}`, {
        code: "rejected_unwritable",
        remedy: `${diskRemedy(error, "let the user write there")}; it is tried again, and nothing behind it is delivered before`,
        cause: error,
      });
    }
    return name;
  }
}
