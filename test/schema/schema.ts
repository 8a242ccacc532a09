// Holds an event against event.schema.json: every member the module may write, and none beside. What the
// values must be for a given line is the oracle's matter (test/oracle/).

import { Ajv } from "ajv";
import schema from "./event.schema.json" with { type: "json" };

const validate = new Ajv({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
  strictTuples: false,
}).compile(schema);

/** What is wrong with an event, one sentence a fault; empty if nothing is. */
export function validateEvent(event: unknown): string[] {
  if (validate(event)) return [];
  return (validate.errors ?? []).map(
    (error) => `event${error.instancePath} ${error.message ?? error.keyword} ${JSON.stringify(error.params)}`,
  );
}
