// What a report must say, counted in the plainest way from what `convert` writes: every value has its own counter, and nothing is
// bounded. The names of known keys are those of the oracle.

import { DICTIONARY } from "../oracle/dictionary.ts";

// biome-ignore lint/suspicious/noExplicitAny: events are read by their paths here, as jq reads them
export type Event = any;

export type Counts = Record<string, number>;

export const parse = (ndjson: string): Event[] =>
  ndjson
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));

export const isEvent = (event: Event): boolean => event.mimecast_error === undefined;

export function countBy(events: readonly Event[], values: (event: Event) => readonly string[]): Counts {
  const counts: Counts = Object.create(null);
  for (const event of events) for (const value of values(event)) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const given = (value: string | undefined): string[] => (value === undefined ? [] : [value]);
const KNOWN = new Set(DICTIONARY.flatMap(({ names }) => names));

/** By figure, the values of an event. */
export const VALUES = {
  stageActions: (event: Event) => [
    `${event.additional.mimecast_log_type}\t${event.security_result[0].action?.[0] ?? "(none)"}`,
  ],
  rejections: ({ security_result: [first] }: Event) =>
    first.action?.[0] === "BLOCK" ? [first.category_details?.[0] ?? first.summary ?? "(none)"] : [],
  holds: ({ security_result: [first] }: Event) =>
    first.action?.[0] === "QUARANTINE" ? [first.category_details?.at(-1) ?? first.summary ?? "(none)"] : [],
  failures: ({ security_result: [first] }: Event) =>
    first.action?.[0] === "FAIL" ? [first.summary ?? first.category_details?.[0] ?? "(none)"] : [],
  severities: (event: Event) => [event.security_result[0].severity],
  categories: (event: Event) => [event.security_result[0].category?.[0] ?? "(none)"],
  senders: (event: Event) => given(event.network?.email?.from),
  recipients: (event: Event) => event.network?.email?.to ?? [],
  rules: (event: Event) => event.security_result.slice(1).map((entry: Event) => entry.rule_id),
  unknownKeys: (event: Event) =>
    Object.keys(event.additional)
      .filter((key) => !KNOWN.has(key) && !["unparsed", "mimecast_log_type"].includes(key))
      .filter((key) => !key.startsWith("duplicate."))
      .map((key) => (/^extra\.[0-9]+\./.test(key) ? `extra.${key.split(".").slice(2).join(".")}` : key)),
} satisfies Record<string, (event: Event) => readonly string[]>;

/** The time, without Node's own reading of it. */
export function timeOf(event: Event): number {
  const found =
    /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/.exec(
      event.metadata.event_timestamp,
    ) ?? [];
  const [, year, month, day, hour, minute, second, fraction = "0", sign, hours = "0", minutes = "0"] = found;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  date.setUTCHours(Number(hour), Number(minute), Number(second), Number(fraction.padEnd(3, "0").slice(0, 3)));
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return date.getTime() + (sign === "-" ? offset : sign === "+" ? -offset : 0);
}

/** The highest counts, as a report lists them. */
export const top = (counts: Counts, most: number): [string, number][] =>
  Object.entries(counts)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, most);
