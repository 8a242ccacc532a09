/** The rules that fired, and the latest events of each. */
import type { Figures, FiredEvent, FiredRule } from "../collect/figures.ts";
import { type Child, element } from "./dom.ts";
import { count, dateTime, plural } from "./format.ts";
import { type Cell, table } from "./table.ts";

const SEVERITIES = ["INFORMATIONAL", "LOW", "MEDIUM", "HIGH", "CRITICAL"];

export function firedRules({ rules, otherRules, evictions }: Figures): Child[] {
  if (rules.length === 0) return [element("p", {}, "No rule fired.")];
  const highest = rules[0]?.count ?? 1;
  const row = (rule: FiredRule): Cell[] => [
    { text: rule.id },
    { text: rule.name },
    { text: rule.severity, by: SEVERITIES.indexOf(rule.severity) },
    { text: count(rule.count), by: rule.count, bar: rule.count / highest },
    { text: dateTime(rule.first), by: rule.first },
    { text: dateTime(rule.last), by: rule.last },
  ];
  return [
    table({
      caption: "Rules that fired",
      columns: [
        { name: "rule" },
        { name: "name", long: true },
        { name: "severity" },
        { name: "fired", numeric: true },
        { name: "first, UTC" },
        { name: "last, UTC" },
      ],
      rows: rules.map(row),
      sortedBy: 3,
      first: 20,
    }),
    otherRules > 0
      ? element("p", { class: "note" }, `Rules beyond those listed fired ${plural(otherRules, "time")}.`)
      : undefined,
    evictions > 0
      ? element(
          "p",
          { class: "warning" },
          `Rules that count have forgotten ${plural(evictions, "event")} for lack of room, as a flood of invented senders makes them: an alert of theirs may be missing.`,
        )
      : undefined,
    ...rules.map(events),
  ];
}

function events(rule: FiredRule): HTMLElement {
  const left = rule.count - rule.events.length;
  return element(
    "details",
    {},
    element(
      "summary",
      {},
      `${rule.id} `,
      rule.name,
      element("span", { class: "dim" }, ` ${plural(rule.count, "event")}`),
    ),
    table({
      caption: `Events of rule ${rule.id}${left > 0 ? `: the latest ${rule.events.length}` : ""}`,
      columns: [
        { name: "time, UTC" },
        { name: "sender", long: true },
        { name: "recipient", long: true },
        { name: "subject", long: true },
        { name: "stage" },
        { name: "what the rule says", long: true },
      ],
      rows: rule.events.map(eventRow),
    }),
    left > 0
      ? element("p", { class: "note" }, `${plural(left, "earlier event")} of this rule are not kept here.`)
      : undefined,
  );
}

function eventRow(event: FiredEvent): Cell[] {
  const others = event.recipients > 0 ? ` and ${plural(event.recipients, "other")}` : "";
  return [
    { text: dateTime(event.time), by: event.time },
    { text: event.sender ?? "" },
    { text: `${event.recipient ?? ""}${others}` },
    { text: event.subject ?? "" },
    { text: event.stage },
    { text: event.name },
  ];
}
