/** What can go wrong while fetching, besides what any service meets (runtime/errors.ts). */
import { diskRemedy, isFull, isSystemError, messageOf, ServiceError } from "../runtime/errors.ts";

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

const GOES_ON = "nothing is lost, as fetching goes on where it stopped";

/** What the file system says of `path`, with what to do about it; another error as it is. */
export function spoolError(
  error: unknown,
  path: string,
  code: "spool_unwritable" | "state_unwritable" = "spool_unwritable",
): unknown {
  if (error instanceof ServiceError || !isSystemError(error)) return error;
  const full = isFull(error);
  const remedy = diskRemedy(error, "let the fetcher's user write there");
  return new FetchError(`cannot write to ${path}: ${messageOf(error)}`, {
    code: full && code === "spool_unwritable" ? "spool_full" : code,
    remedy: `${remedy}; ${GOES_ON}${full ? " (Mimecast keeps 7 days)" : ""}`,
    cause: error,
  });
}
