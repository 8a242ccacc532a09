/** Where each figure comes from, and how far it can be trusted. */
import type { About, Figures, Ranking } from "../collect/figures.ts";
import { type Child, element } from "./dom.ts";
import { count, duration, plural } from "./format.ts";
import { table } from "./table.ts";

export function bounds(about: About, figures: Figures): Child[] {
  const { unmapped, outOfRange } = figures;
  const hasRange = about.since !== undefined || about.until !== undefined;
  return [
    element(
      "p",
      {},
      "Every figure counts UDM events, one for each line of the log: a message gives one at each stage that it passes. ",
      "An event's time is metadata.event_timestamp. Times are UTC.",
    ),
    hasRange && unmapped > 0
      ? element(
          "p",
          {},
          `Records that could not be mapped have no time, so the range does not leave them out: all ${count(unmapped)} are counted, beside ${plural(outOfRange, "event")} out of range.`,
        )
      : undefined,
    table({
      caption: "What is counted, where it stands in the event, and within which bounds",
      columns: [{ name: "figure" }, { name: "UDM path", long: true }, { name: "bounds", long: true }],
      rows: rows(figures).map((cells) => cells.map((text) => ({ text }))),
      first: 20,
    }),
  ];
}

function rows(figures: Figures): string[][] {
  const { series, rules } = figures;
  return [
    [
      "over time",
      "metadata.event_timestamp, additional.mimecast_log_type, security_result[0].action[0]",
      `exact; buckets of ${duration(series.width)}`,
    ],
    [
      "rejected",
      "security_result[0].category_details[0], else summary, where action[0] is BLOCK",
      state(figures.rejections),
    ],
    [
      "held",
      "the last of security_result[0].category_details, else summary, where action[0] is QUARANTINE",
      state(figures.holds),
    ],
    [
      "failed deliveries",
      "security_result[0].summary, else category_details[0], where action[0] is FAIL",
      state(figures.failures),
    ],
    ["severity", "security_result[0].severity", state(figures.severities)],
    ["category", "security_result[0].category[0]", state(figures.categories)],
    [
      "rules",
      "security_result[].rule_id behind the first entry",
      `exact for ${plural(rules.length, "rule")}; the latest events of each are kept`,
    ],
    ["senders", "network.email.from", state(figures.senders)],
    ["recipients", "network.email.to[], each", state(figures.recipients)],
    [
      "spam scores",
      "security_result[0].severity_details, behind SpamScore=",
      "exact in bins of one; median and percentile to their bin",
    ],
    [
      "delivery latency",
      // Their unit: docs/report.md.
      "additional.Latency or deliveryTime: milliseconds that a delivery attempt took",
      "exact in six bins a decade; median and percentile to their bin",
    ],
    [
      "unknown keys",
      "names in additional that the module's dictionary does not have",
      state(figures.unknownKeys),
    ],
    ["not mapped", "mimecast_error.code", "exact; the first records of each code are kept"],
  ];
}

function state({ exact, held, capacity, total, bound }: Ranking): string {
  if (exact) return `exact: ${plural(held, "distinct value")}, room for ${count(capacity)}`;
  return `estimated: more than ${count(capacity)} distinct values among ${count(total)}; no count is off by more than ${count(bound)}`;
}
