/** What can go wrong while fetching: each error has a code, a message, and a remedy for whoever reads the log. */

export type FetchErrorCode =
  | "config_invalid"
  | "credentials_refused"
  | "key_expired"
  | "wrong_region"
  | "cursor_refused"
  | "cursor_never_ends"
  | "answer_unreadable"
  | "answer_refused"
  | "throttled"
  | "network"
  | "server"
  | "url_expired"
  | "archive_broken"
  | "archive_too_large"
  | "spool_unwritable"
  | "spool_full"
  | "state_unwritable"
  | "already_running"
  | "stopped";

export interface FetchErrorOptions {
  readonly code: FetchErrorCode;
  /** What to do about it, one sentence without its full stop. */
  readonly remedy: string;
  readonly cause?: unknown;
}

export class FetchError extends Error {
  readonly code: FetchErrorCode;
  readonly remedy: string;

  constructor(message: string, options: FetchErrorOptions) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = options.code;
    this.remedy = options.remedy;
  }
}

/** Every problem of a configuration at once: nobody likes to correct one a run. */
export class ConfigError extends FetchError {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}`, {
      code: "config_invalid",
      remedy: "correct what is listed, and look again with mimecast-udm check",
    });
    this.problems = problems;
  }
}

/** Mimecast knows us and says no: to ask again would give the same answer. */
export class RefusedError extends FetchError {}

/** What may succeed when asked again. */
export class TransientError extends FetchError {
  /** How long the other side wants to be left alone. */
  readonly waitMs: number | undefined;
  /** What the metrics call it: a status code, or `network`. */
  readonly reason: string;

  constructor(message: string, options: FetchErrorOptions & { waitMs?: number | undefined; reason: string }) {
    super(message, options);
    this.waitMs = options.waitMs;
    this.reason = options.reason;
  }
}

/** Bytes that arrived whole and cannot be read. */
export class ArchiveError extends FetchError {
  constructor(
    message: string,
    options: { code?: "archive_broken" | "archive_too_large"; cause?: unknown } = {},
  ) {
    super(message, {
      code: options.code ?? "archive_broken",
      remedy: "look at the copy in quarantine and show it to Mimecast",
      cause: options.cause,
    });
  }
}

/** The system's own code of an error, such as ENOSPC. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
