// Keeps the events that tests have seen in build/events.ndjson, where a check of all of them against UDM as a whole can
// read them. scripts/test.mjs removes the file before the tests run.

import { appendFileSync, mkdirSync } from "node:fs";

const FILE = "build/events.ndjson";

/**
 * Appends one JSON text a line; what left with `mimecast_error` is no event and is passed over. Each call is one write, so
 * that test files which run side by side do not cut each other's lines.
 */
export function recordEvents(events: Iterable<string>): void {
  let text = "";
  for (const event of events) {
    if (!event.includes('"mimecast_error":{"code":')) text += `${event}\n`;
  }
  if (text === "") return;
  mkdirSync("build", { recursive: true });
  appendFileSync(FILE, text);
}
