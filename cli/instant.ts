/** A time as the command line takes it. */

/** ISO 8601, a day or a time of it. Node takes more, and takes a time without an offset as that of the machine. */
const ISO = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;
const HAS_CLOCK = /T/;
const HAS_OFFSET = /(Z|[+-]\d\d:?\d\d)$/;

/** Milliseconds since 1970, or `undefined` if it is no time. Without an offset it is UTC. */
export function instant(given: string): number | undefined {
  if (!ISO.test(given)) return undefined;
  const [day = ""] = given.split("T");
  const start = Date.parse(day);
  // Node rolls the 30th of February over into March.
  if (Number.isNaN(start) || new Date(start).toISOString().slice(0, 10) !== day) return undefined;
  if (!HAS_CLOCK.test(given)) return start;
  const clock = given.slice(day.length);
  const full = HAS_OFFSET.test(clock) ? given.replace(/([+-]\d\d):?(\d\d)$/, "$1:$2") : `${given}Z`;
  const found = Date.parse(full);
  return Number.isNaN(found) ? undefined : found;
}
