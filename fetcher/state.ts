/**
 * Where each account goes on: `<state>/<account>.json`, with its checksum, and the copy before it. Saved only after what it
 * stands for is durable in the spool. A state that cannot be read is never passed over in silence.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import * as z from "zod";
import { diskRemedy, isOutOfFiles, messageOf, systemCode } from "../runtime/errors.ts";
import type { Files } from "../runtime/files.ts";
import { Mutex } from "../runtime/mutex.ts";
import { FetchError } from "./errors.ts";

/** A longer one is no cursor: it would fit into no header and no URL. */
export const MOST_TOKEN = 65536;

const cursorSchema = z.object({
  /** API 1.0: mc-siem-token. API 2.0: @nextPage. Absent: from the earliest log. */
  token: z.string().max(MOST_TOKEN).optional(),
  /** API 2.0: the first day of the range that the token belongs to. */
  from: z.string().optional(),
  savedAt: z.number(),
  /** The last answer that Mimecast gave to it. */
  answeredAt: z.number().optional(),
  caughtUpAt: z.number().optional(),
  /** The page behind the token, while files of it cannot be had: what is missing since when, and what is done. */
  page: z.object({ missing: z.record(z.string(), z.number()), done: z.array(z.string()) }).optional(),
});

const gapSchema = z.object({ cursor: z.string(), from: z.number(), to: z.number(), reportedAt: z.number() });

const stateSchema = z.object({
  version: z.literal(1),
  cursors: z.record(z.string(), cursorSchema),
  gaps: z.array(gapSchema),
});

export type Cursor = z.infer<typeof cursorSchema>;
export type Gap = z.infer<typeof gapSchema>;
type Content = z.infer<typeof stateSchema>;

/** `fresh`: there was none yet. `nothing`: there was one, and neither it nor its copy can be read. */
export type StateOrigin = "current" | "previous" | "fresh" | "nothing";

const MOST_GAPS = 100;

export class State {
  readonly #files: Files;
  readonly #folder: string;
  readonly #path: string;
  readonly #mutex = new Mutex();
  #content: Content = { version: 1, cursors: {}, gaps: [] };
  /** Whether the file under #path is one that a copy should be kept of. */
  #currentIsGood = false;
  origin: StateOrigin = "fresh";
  /** Why it did not come from the current file. */
  problem: string | undefined;

  private constructor(files: Files, folder: string, account: string) {
    this.#files = files;
    this.#folder = folder;
    this.#path = join(folder, `${account}.json`);
  }

  static async load(files: Files, folder: string, account: string): Promise<State> {
    const state = new State(files, folder, account);
    await state.#load();
    return state;
  }

  async #load(): Promise<void> {
    const current = await this.#read(this.#path);
    if (typeof current === "object") {
      this.#content = current;
      this.#currentIsGood = true;
      this.origin = "current";
      return;
    }
    const previous = await this.#read(`${this.#path}.previous`);
    this.problem = current;
    if (typeof previous === "object") {
      this.#content = previous;
      this.origin = "previous";
      this.problem ??= "it is missing";
    } else if (current !== undefined || previous !== undefined) {
      this.origin = "nothing";
      this.problem = [current ?? "it is missing", previous ?? "it is missing"].join("; the copy before it: ");
    }
  }

  /** The content; why there is none; undefined if there is no file. Throws where it may be read a moment later. */
  async #read(path: string): Promise<Content | string | undefined> {
    try {
      return decodeState(await this.#files.read(path));
    } catch (error) {
      if (isOutOfFiles(error)) throw error;
      return systemCode(error) === "ENOENT" ? undefined : messageOf(error);
    }
  }

  cursor(key: string): Cursor | undefined {
    return this.#content.cursors[key];
  }

  get cursors(): Readonly<Record<string, Cursor>> {
    return this.#content.cursors;
  }

  get gaps(): readonly Gap[] {
    return this.#content.gaps;
  }

  /** Resolves when it is durable. */
  save(key: string, cursor: Cursor, gap?: Gap): Promise<void> {
    return this.#mutex.run(async () => {
      const content: Content = {
        version: 1,
        cursors: { ...this.#content.cursors, [key]: cursor },
        gaps: [...this.#content.gaps, ...(gap ? [gap] : [])].slice(-MOST_GAPS),
      };
      try {
        await this.#write(encodeState(content));
      } catch (error) {
        throw new FetchError(`cannot save the state in ${this.#folder}: ${messageOf(error)}`, {
          code: "state_unwritable",
          remedy: `${diskRemedy(error, "let the fetcher's user write there")}; what was dropped is not dropped again`,
          cause: error,
        });
      }
      this.#content = content;
    });
  }

  /** Between the two renames there is only the copy, which `load` then takes. */
  async #write(bytes: Uint8Array): Promise<void> {
    const file = await this.#files.create(`${this.#path}.new`);
    try {
      await file.write(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    if (this.#currentIsGood) {
      this.#currentIsGood = false;
      await this.#files.rename(this.#path, `${this.#path}.previous`);
    }
    await this.#files.rename(`${this.#path}.new`, this.#path);
    await this.#files.syncFolder(this.#folder);
    this.#currentIsGood = true;
  }
}

export function encodeState(content: Content): Buffer {
  const body = JSON.stringify(content);
  return Buffer.from(`${JSON.stringify({ sha256: sum(body) })}\n${body}\n`);
}

/** Throws, in words for people, what is wrong with it. */
export function decodeState(bytes: Uint8Array): Content {
  const text = Buffer.from(bytes).toString("utf8");
  if (text.trim() === "") throw new Error("it is empty");
  const [head = "", body = ""] = text.split("\n");
  if (!text.endsWith("\n") || body === "" || head !== JSON.stringify({ sha256: sum(body) })) {
    throw new Error("it is torn: its checksum does not fit");
  }
  const parsed = stateSchema.safeParse(JSON.parse(body));
  if (!parsed.success) throw new Error("it is of a version that this fetcher does not know");
  return parsed.data;
}

const sum = (text: string): string => createHash("sha256").update(text).digest("hex");
