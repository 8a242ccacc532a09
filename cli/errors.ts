/** What stops the command. Records that cannot be mapped do not: they are written with `mimecast_error`, and counted. */
import { EXIT, type ExitStatus } from "./exit.ts";

export type CliErrorCode =
  | "input_missing"
  | "input_folder"
  | "input_unreadable"
  | "input_twice"
  | "input_empty"
  | "range_empty"
  | "output_failed"
  | "output_folder"
  | "output_is_input"
  | "no_record"
  | "several_records";

/** The codes that a different call would have avoided. */
const USAGE = new Set<CliErrorCode>([
  "input_twice",
  "output_is_input",
  "range_empty",
  "no_record",
  "several_records",
]);

export class CliError extends Error {
  readonly code: CliErrorCode;
  /** What to do about it, one sentence without its full stop. */
  readonly remedy: string;

  constructor(message: string, options: { code: CliErrorCode; remedy: string; cause?: unknown }) {
    super(message, "cause" in options ? { cause: options.cause } : undefined);
    this.name = "CliError";
    this.code = options.code;
    this.remedy = options.remedy;
  }

  get exitStatus(): ExitStatus {
    return USAGE.has(this.code) ? EXIT.usage : EXIT.failed;
  }
}

/** The reader of the output has left, as `head` does: nothing is wrong, and nobody is there to be told. */
export class OutputClosedError extends Error {
  constructor(cause: unknown) {
    super("the reader of the output has left", { cause });
    this.name = "OutputClosedError";
  }
}

/** The system's own code of an error, such as ENOENT. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
