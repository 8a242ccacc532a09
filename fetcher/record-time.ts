/** When a record happened, for file names and metrics only: the module reads it for the events. */

const TIMES = [
  /^datetime=(\d{4}-\d\d-\d\dT\d\d:) ?(\d\d:\d\d)(Z|[+-]\d\d:?\d\d)?/,
  /(?<!\\)"(?:timestamp)"\s*:\s*"?(\d{13})\b/,
  /(?<!\\)"(?:datetime|timestamp)"\s*:\s*"(\d{4}-\d\d-\d\dT\d\d:) ?(\d\d:\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?/,
];

/** Milliseconds since 1970 of one line, undefined if it has none that we know. */
export function recordTime(line: string): number | undefined {
  for (const pattern of TIMES) {
    const found = pattern.exec(line);
    if (!found) continue;
    const [, first = "", rest, zone = "Z"] = found;
    const time = rest === undefined ? Number(first) : Date.parse(`${first}${rest}${withColon(zone)}`);
    if (Number.isFinite(time) && time > 0 && time < 4e12) return time;
  }
  return undefined;
}

const withColon = (zone: string): string => zone.replace(/^([+-]\d\d)(\d\d)$/, "$1:$2");

/** Keeps the first line and the last one of a stream, as far as they matter. */
export class TimeSpan {
  first: number | undefined;
  #seen = "";
  #tail: Buffer = Buffer.alloc(0);
  #headDone = false;

  push(lines: Buffer): void {
    if (!this.#headDone) {
      this.#seen += lines.subarray(0, KEPT).toString("latin1");
      const end = this.#seen.indexOf("\n");
      if (end >= 0 || this.#seen.length >= KEPT) {
        this.first = recordTime(end >= 0 ? this.#seen.slice(0, end) : this.#seen);
        this.#headDone = true;
      }
    }
    this.#tail =
      lines.length >= KEPT
        ? Buffer.from(lines.subarray(-KEPT))
        : Buffer.concat([this.#tail, lines]).subarray(-KEPT);
  }

  /** The later one of first and last line: Mimecast writes in the order of time, more or less. */
  newest(): number | undefined {
    const lines = this.#tail.toString("latin1").split("\n").filter(Boolean);
    const last = recordTime(lines.at(-1) ?? "");
    return last === undefined || (this.first ?? 0) > last ? this.first : last;
  }
}

const KEPT = 16 * 1024;

/** `20260102T030405Z`, so that names sort by time. */
export const compactTime = (milliseconds: number): string =>
  `${new Date(milliseconds).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
