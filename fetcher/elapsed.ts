/**
 * How long ago something was, for what is deleted by its age. The clock alone would not do: it may jump, and a shipper reads
 * nothing while its host is off. Time that the clock says to have passed, and the host was not up for, does not count.
 */
import { join } from "node:path";
import { z } from "zod";
import { type Clock, MINUTE, SECOND } from "../runtime/clock.ts";
import { systemCode } from "../runtime/errors.ts";
import { type Files, replaceFile } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";

/** Clocks are set right by less than this all the time. */
const TOLERANCE = 2 * MINUTE;
const MOST_SPANS = 64;

const span = z.object({ from: z.number(), to: z.number() });
const schema = z.object({ wall: z.number(), uptime: z.number(), skipped: z.array(span) });
type Span = z.infer<typeof span>;
type Seen = z.infer<typeof schema>;

export class Elapsed {
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #path: string;
  readonly #log: Log;
  #seen: Seen;

  private constructor(files: Files, clock: Clock, path: string, log: Log, seen: Seen) {
    this.#files = files;
    this.#clock = clock;
    this.#path = path;
    this.#log = log;
    this.#seen = seen;
  }

  /** Where nothing is known of the time before, every age counts from now. */
  static async open(files: Files, clock: Clock, folder: string, log: Log): Promise<Elapsed> {
    const path = join(folder, "fetcher.uptime");
    const wall = clock.now();
    const unknown = { wall, uptime: clock.uptime(), skipped: [{ from: 0, to: wall }] };
    const elapsed = new Elapsed(files, clock, path, log, (await read(files, path, log)) ?? unknown);
    await elapsed.observe();
    return elapsed;
  }

  /** Looks at the clock and at how long the host has been up, and keeps both. To be called every few minutes. */
  async observe(): Promise<void> {
    const wall = this.#clock.now();
    const jump = this.#jump(wall);
    // What lies ahead of a clock that was set back will pass once more, and counts then.
    const before = this.#seen.skipped.map(({ from, to }) => ({ from, to: Math.min(to, wall) }));
    const skipped = [...before.filter(({ from, to }) => from < to), ...(jump ? [jump] : [])].slice(
      -MOST_SPANS,
    );
    if (jump) {
      const seconds = Math.round((jump.to - jump.from) / SECOND);
      this.#log.warn(
        { seconds },
        "the host was off, or its clock was set: this time does not count as age of what is in the spool",
      );
    }
    this.#seen = { wall, uptime: this.#clock.uptime(), skipped };
    try {
      await replaceFile(this.#files, this.#path, Buffer.from(`${JSON.stringify(this.#seen)}\n`));
    } catch (error) {
      // On a full disk, retention is what helps; and what is not kept makes files younger at the next start, never older.
      this.#log.error({ error, file: this.#path }, "how long the host has been up cannot be kept");
    }
  }

  /** Milliseconds since a time, less those that do not count. Never negative. */
  since(time: number): number {
    const now = this.#clock.now();
    const jump = this.#jump(now);
    const skipped = (jump ? [...this.#seen.skipped, jump] : this.#seen.skipped)
      .map(({ from, to }) => Math.max(0, Math.min(to, now) - Math.max(from, time)))
      .reduce((sum, length) => sum + length, 0);
    return Math.max(0, now - time - skipped);
  }

  /** The time that the clock went ahead of the host's uptime since the last look. */
  #jump(now: number): Span | undefined {
    const { wall, uptime } = this.#seen;
    const up = this.#clock.uptime();
    const passed = up >= uptime ? up - uptime : up;
    const ahead = now - wall - passed;
    return ahead > TOLERANCE ? { from: now - ahead, to: now } : undefined;
  }
}

async function read(files: Files, path: string, log: Log): Promise<Seen | undefined> {
  try {
    return schema.parse(JSON.parse((await files.read(path)).toString("utf8")));
  } catch (error) {
    if (systemCode(error) !== "ENOENT") {
      log.warn({ error, file: path }, "how old files are cannot be read; ages count from now");
    }
    return undefined;
  }
}
