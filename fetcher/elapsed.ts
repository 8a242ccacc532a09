/**
 * How long ago something was, for what is deleted by its age. The clock alone would not do: it may jump, and a shipper reads
 * nothing while its host is off. Time that the clock says to have passed, and the host was not up for, does not count.
 */
import { join } from "node:path";
import * as z from "zod";
import { type Clock, MINUTE, SECOND } from "../runtime/clock.ts";
import { systemCode } from "../runtime/errors.ts";
import { type Files, replaceFile } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";

/** Clocks are set right by less than this all the time. */
const TOLERANCE = 2 * MINUTE;
const MOST_SPANS = 64;

const span = z.object({ from: z.number(), to: z.number() });
const schema = z.object({
  /** The last look at both. */
  wall: z.number(),
  uptime: z.number(),
  /** What the clock was ahead of the uptime when they were last brought together. */
  offset: z.number(),
  skipped: z.array(span),
});
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
    const uptime = clock.uptime();
    const unknown = { wall, uptime, offset: wall - uptime, skipped: [{ from: 0, to: wall }] };
    const elapsed = new Elapsed(files, clock, path, log, (await read(files, path, log)) ?? unknown);
    await elapsed.observe();
    return elapsed;
  }

  /** Looks at the clock and at how long the host has been awake, and keeps both. To be called every few minutes. */
  async observe(): Promise<void> {
    const { now, uptime, ahead, skipped } = this.#look();
    if (ahead > TOLERANCE) {
      this.#log.warn(
        { seconds: Math.round(ahead / SECOND) },
        "the host was off, or its clock was set: this time does not count as age of what is in the spool",
      );
    }
    // Small differences are let be, until they have come to a large one.
    const isTogether = Math.abs(now - uptime - this.#seen.offset) <= TOLERANCE;
    const offset = isTogether ? this.#seen.offset : now - uptime;
    this.#seen = { wall: now, uptime, offset, skipped: few(skipped) };
    try {
      await replaceFile(this.#files, this.#path, Buffer.from(`${JSON.stringify(this.#seen)}\n`));
    } catch (error) {
      // On a full disk, retention is what helps; and what is not kept makes files younger at the next start, never older.
      this.#log.error({ error, file: this.#path }, "how long the host has been up cannot be kept");
    }
  }

  /** Milliseconds since a time, less those that do not count. Never negative. */
  since(time: number): number {
    const { now, skipped } = this.#look();
    const lengths = skipped.map(({ from, to }) => Math.max(0, to - Math.max(from, time)));
    return Math.max(0, now - time - lengths.reduce((sum, length) => sum + length, 0));
  }

  /** Where the clock stands, by how much it went ahead of the uptime since the last look, and all that does not count. */
  #look(): { now: number; uptime: number; ahead: number; skipped: Span[] } {
    const { wall, uptime: before, offset, skipped } = this.#seen;
    const now = this.#clock.now();
    const uptime = this.#clock.uptime();
    const isSameBoot = uptime >= before;
    const ahead = isSameBoot ? now - uptime - offset : now - wall - uptime;
    // Of a clock that was set back, what lay ahead passes once more, and counts then: from where it was set to at the latest.
    const limit = ahead < -TOLERANCE ? now - (isSameBoot ? uptime - before : uptime) : now;
    const kept = skipped.map(({ from, to }) => ({ from, to: Math.min(to, limit) }));
    if (ahead > TOLERANCE) kept.push({ from: now - ahead, to: now });
    return { now, uptime, ahead, skipped: kept.filter(({ from, to }) => from < to) };
  }
}

/** Where there are too many, the oldest become one, with what is between them: files get younger by that, never older. */
function few(spans: readonly Span[]): Span[] {
  const [first, second, ...others] = spans;
  if (first === undefined || second === undefined || spans.length <= MOST_SPANS) return [...spans];
  return few([{ from: Math.min(first.from, second.from), to: Math.max(first.to, second.to) }, ...others]);
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
