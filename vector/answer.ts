/** What an HTTP receiver's answer means for the batch. The statuses are those of Vector's http_server source, and of others. */
import type { HttpAnswer } from "../runtime/http.ts";

/**
 * `taken`: all of it is safe. `refused`, `too_large`: not as it is; perhaps in parts. `busy`: not now. `misconfigured`: not
 * before somebody changes something.
 */
export type Meaning = "taken" | "refused" | "too_large" | "busy" | "misconfigured";

/**
 * Vector 0.58, http_server with acknowledgements: 200 when its sinks delivered, 400 when they rejected or the body cannot be
 * decoded, 413 over 100 MiB, 500 when they failed.
 */
export function meaningOf(status: number): Meaning {
  if (status >= 200 && status < 300) return "taken";
  if (status === 400) return "refused";
  if (status === 413) return "too_large";
  if (status === 408 || status === 425 || status === 429 || status >= 500) return "busy";
  return "misconfigured";
}

/** What to do about an answer that waiting alone does not change. */
export function remedyFor(status: number): string {
  if (status < 400) return "name the URL that it redirects to: redirects are not followed";
  switch (status) {
    case 401:
    case 403:
    case 407:
      return "check MIMECAST_PUSH_AUTHORIZATION against the auth of the http_server source";
    case 404:
    case 405:
      return "check the URL against the path, method and strict_path of the http_server source";
    case 415:
      return "let the receiver take application/x-ndjson, and gzip if --gzip is given";
    default:
      return "check the receiver's configuration; its own log may say more";
  }
}

const MOST_KEPT = 2048;

/** The beginning of the answer, 2 KB at most, as text. */
export async function beginningOf(answer: HttpAnswer): Promise<string> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of answer.body) {
    parts.push(part);
    size += part.length;
    if (size >= MOST_KEPT) break;
  }
  return Buffer.concat(parts).subarray(0, MOST_KEPT).toString("utf8");
}
