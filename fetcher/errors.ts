/** What can go wrong while fetching, besides what any service meets (runtime/errors.ts). */
import { ServiceError } from "../runtime/errors.ts";

export type FetchErrorCode =
  | "credentials_refused"
  | "key_expired"
  | "wrong_region"
  | "cursor_never_ends"
  | "answer_refused"
  | "url_expired"
  | "archive_broken"
  | "archive_too_large"
  | "spool_unwritable"
  | "spool_full"
  | "state_unwritable"
  | "stopped";

export class FetchError extends ServiceError<FetchErrorCode> {}

/** Mimecast knows us and says no: to ask again would give the same answer. */
export class RefusedError extends FetchError {}

/** Bytes that arrived whole and cannot be read. */
export class ArchiveError extends FetchError {
  constructor(
    message: string,
    options: { code?: "archive_broken" | "archive_too_large"; remedy?: string; cause?: unknown } = {},
  ) {
    super(message, {
      code: options.code ?? "archive_broken",
      remedy: options.remedy ?? "look at the copy in quarantine and show it to Mimecast",
      cause: options.cause,
    });
  }
}
