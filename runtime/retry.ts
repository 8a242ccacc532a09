/** When to ask again, and how long to wait before. undici retries only what is safe for any server; POSTs are ours. */
import { type Clock, MINUTE, SECOND } from "./clock.ts";
import { TransientError } from "./errors.ts";

export interface RetryPolicy {
  /** How often to ask at most; throttled answers do not count. */
  readonly attempts: number;
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** How long to bear throttling in total, for one request. */
  readonly patienceMs: number;
}

export const RETRY: RetryPolicy = {
  attempts: 5,
  firstWaitMs: SECOND,
  longestWaitMs: MINUTE,
  patienceMs: 30 * MINUTE,
};

/** No server may make us wait longer than this at once. */
export const LONGEST_REQUESTED_WAIT = 15 * MINUTE;
const SHORTEST_REQUESTED_WAIT = 250;

/** Errors that some `retrying` has lost its patience with: one around it, that needed its answer, has none left either. */
const givenUp = new WeakSet<TransientError>();

/** Asks until it is answered: transient errors are waited for, all others thrown on. */
export async function retrying<T>(
  ask: () => Promise<T>,
  policy: RetryPolicy,
  clock: Clock,
  signal: AbortSignal,
  onRetry: (error: TransientError, waitMs: number) => void,
): Promise<T> {
  let failures = 0;
  let waited = 0;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof TransientError) || givenUp.has(error) || signal.aborted) throw error;
      if (error.code !== "throttled") failures++;
      const waitMs = error.waitMs ?? backoff(Math.max(1, failures), policy, clock.random());
      if (failures >= policy.attempts || waited + waitMs > policy.patienceMs) {
        givenUp.add(error);
        throw error;
      }
      waited += waitMs;
      onRetry(error, waitMs);
      await clock.sleep(waitMs, signal);
    }
  }
}

/** Doubles from failure to failure; between half and all of that, so that many clients do not come back at once. */
export function backoff(
  failures: number,
  policy: Pick<RetryPolicy, "firstWaitMs" | "longestWaitMs">,
  random: number,
): number {
  const full = Math.min(policy.longestWaitMs, policy.firstWaitMs * 2 ** (failures - 1));
  return Math.round(full * (0.5 + random / 2));
}

/**
 * What a 429 or 503 asks for, in milliseconds from now. `X-RateLimit-Reset` is milliseconds in API 1.0; in 2.0 it is not
 * documented: from 1e9 on it can only be an epoch second. `Retry-After` is seconds or a date.
 */
export function requestedWait(
  header: (name: string) => string | undefined,
  api: 1 | 2,
  nowMs: number,
): number | undefined {
  const reset = header("x-ratelimit-reset");
  if (reset !== undefined && /^\d+(\.\d+)?$/.test(reset.trim())) {
    const value = Number(reset);
    return bounded(api === 2 && value >= 1e9 ? value * SECOND - nowMs : value);
  }
  return retryAfter(header, nowMs);
}

/** What `Retry-After` asks for, in milliseconds from now. */
export function retryAfter(header: (name: string) => string | undefined, nowMs: number): number | undefined {
  const after = header("retry-after");
  if (after === undefined) return undefined;
  if (/^\d+$/.test(after.trim())) return bounded(Number(after) * SECOND);
  const date = Date.parse(after);
  return Number.isNaN(date) ? undefined : bounded(date - nowMs);
}

const bounded = (waitMs: number): number =>
  Math.min(LONGEST_REQUESTED_WAIT, Math.max(SHORTEST_REQUESTED_WAIT, Math.ceil(waitMs)));
