/** What can go wrong in a service: each error has a code, a message, and a remedy for whoever reads the log. */

export interface ServiceErrorOptions<C extends string = string> {
  readonly code: C;
  /** What to do about it, one sentence without its full stop. */
  readonly remedy: string;
  readonly cause?: unknown;
}

export class ServiceError<C extends string = string> extends Error {
  readonly code: C;
  readonly remedy: string;

  constructor(message: string, options: ServiceErrorOptions<C>) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = new.target.name;
    this.code = options.code;
    this.remedy = options.remedy;
  }
}

/** Every problem of a configuration at once: nobody likes to correct one a run. */
export class ConfigError extends ServiceError<"config_invalid"> {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`the configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}`, {
      code: "config_invalid",
      remedy: "correct what is listed, and start again",
    });
    this.problems = problems;
  }
}

/** What may succeed when asked again. */
export class TransientError extends ServiceError {
  /** How long the other side wants to be left alone. */
  readonly waitMs: number | undefined;
  /** What the metrics call it: a status code, or `network`. */
  readonly reason: string;

  constructor(
    message: string,
    options: ServiceErrorOptions & { waitMs?: number | undefined; reason: string },
  ) {
    super(message, options);
    this.waitMs = options.waitMs;
    this.reason = options.reason;
  }
}

/** The system's own code of an error, such as ENOSPC. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** Whether the operating system said no, to whatever was asked of it. Node's own codes have a _, such as ERR_STREAM_DESTROYED. */
export const isSystemError = (error: unknown): boolean => /^E[A-Z0-9]+$/.test(systemCode(error) ?? "");

/** Whether a write failed for lack of room. */
export const isFull = (error: unknown): boolean => ["ENOSPC", "EDQUOT"].includes(systemCode(error) ?? "");

/** Whether too much was open or in memory at that moment: what was to be read is as it was. */
export const isOutOfFiles = (error: unknown): boolean =>
  ["EMFILE", "ENFILE", "ENOMEM"].includes(systemCode(error) ?? "");

/** What to do where the file system says no; `denied` where what it says has no remedy of its own. */
export function diskRemedy(error: unknown, denied: string): string {
  if (isFull(error)) return "make room";
  if (isOutOfFiles(error)) return "raise the limit of open files (LimitNOFILE)";
  if (systemCode(error) === "EIO") return "see what the host's own log says of this disk";
  return denied;
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
