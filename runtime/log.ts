/** Logs: pino's JSON lines. Every line passes `scrub` on its way out, and `visible`: names of files and answers stand in it. */
import { pino } from "pino";
import { ServiceError } from "./errors.ts";
import { scrub } from "./secret.ts";
import { visible } from "./visible.ts";

export type Level = "debug" | "info" | "warn" | "error";
export const LEVELS = ["debug", "info", "warn", "error"] as const;

export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export function createLog(level: Level, write: (line: string) => void): Log {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: describeError },
    },
    { write: (line: string) => write(`${visible(scrub(line.slice(0, -1)))}\n`) },
  );
}

/** An error as fields: code, message, remedy, and what caused it. Stacks only for what should not happen. */
export function describeError(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return String(error);
  const cause =
    error.cause === undefined || depth > 3 ? {} : { cause: describeError(error.cause, depth + 1) };
  if (error instanceof ServiceError) {
    return { code: error.code, message: error.message, remedy: error.remedy, ...cause };
  }
  const code = (error as NodeJS.ErrnoException).code;
  const stack = depth === 0 && code === undefined ? { stack: error.stack } : {};
  return { ...(code === undefined ? {} : { code }), message: error.message, ...stack, ...cause };
}
