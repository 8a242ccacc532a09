/**
 * A UDM event as the report reads it (docs/event.md). Events may come from a file that anybody wrote, so each member is looked at
 * before it is used; what is of another type counts as missing.
 */

/** Offsets of nearly a day move the years' ends. */
const DAY = 86_400_000;

export type Members = Readonly<Record<string, unknown>>;

export const object = (value: unknown): Members | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : undefined;

export const text = (value: unknown): string | undefined =>
  typeof value === "string" && value !== "" ? value : undefined;

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** The texts of a list. */
export const texts = (value: unknown): string[] =>
  list(value).filter((item) => text(item) !== undefined) as string[];

/** The first and the last time that the module writes (docs/event.md, Time). */
const EARLIEST = Date.parse("0001-01-01T00:00:00Z") - DAY;
const LATEST = Date.parse("9999-12-31T23:59:59.999Z") + DAY;

/** The event's own time in milliseconds since 1970; of another member than a time that the module could write, nothing. */
export function timeOf(event: Members): number | undefined {
  const time = Date.parse(text(object(event.metadata)?.event_timestamp) ?? "");
  return time >= EARLIEST && time <= LATEST ? time : undefined;
}

const SCORE = "SpamScore=";

/** The score at the end of `severity_details`, which is `SpamInfo=…, SpamLimit=…, SpamScore=…`. */
export function spamScoreOf(result: Members): string | undefined {
  const details = text(result.severity_details);
  if (details === undefined) return undefined;
  const at = details.lastIndexOf(SCORE);
  const begins = at === 0 || (at > 0 && details.startsWith(", ", at - 2));
  return begins ? text(details.slice(at + SCORE.length)) : undefined;
}
