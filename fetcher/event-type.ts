/** The types of events that API 2.0 gives, each with a cursor of its own. */
export const EVENT_TYPES = [
  "receipt",
  "process",
  "delivery",
  "journal",
  "av",
  "spam",
  "attachment protect",
  "url protect",
  "impersonation protect",
  "internal email protect",
] as const;
export type EventType = (typeof EVENT_TYPES)[number];
