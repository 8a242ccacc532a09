// What the demo shows on the screen: headings, and one line for each event.

export const title = (text) => console.log(`\n── ${text} ${"─".repeat(Math.max(3, 100 - text.length))}\n`);

/** One event in one line for a reader. */
export function summary(event) {
  if (event.mimecast_error)
    return `not mapped   ${event.mimecast_error.code}: ${event.mimecast_error.message}`;
  const { metadata, network, security_result: results } = event;
  const [result] = results;
  const who = `${network?.email?.from ?? "-"} → ${network?.email?.to?.join(", ") ?? "-"}`;
  const verdict = [...(result.action ?? []), result.severity, ...(result.category ?? [])].join(" ");
  return `${metadata.event_timestamp.padEnd(25)}  ${metadata.product_event_type.padEnd(16)}  ${verdict.padEnd(38)}  ${who}`;
}

/** The explanation less the event in JSON at its end, which is long. */
export const withoutEvent = (explanation) => explanation.split(/\n(?=[^\n]*\n\{)/, 1)[0].trimEnd();
