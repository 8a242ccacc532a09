/** What the subcommands that run as services share: problems of the settings told, a log, an orderly end. */
import { systemClock } from "../runtime/clock.ts";
import { ConfigError } from "../runtime/errors.ts";
import type { Level, Log } from "../runtime/log.ts";
import { watchParent } from "../runtime/parent.ts";
import { scrub } from "../runtime/secret.ts";
import { visible } from "../runtime/visible.ts";
import { EXIT, type ExitStatus } from "./exit.ts";
import type { Io } from "./io.ts";

/** The settings; undefined, with the problems told on standard error, if they are not sound. */
export async function configured<T>(load: () => Promise<T>, io: Io): Promise<T | undefined> {
  try {
    return await load();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    tell(io, `${error.message}; ${error.remedy}`);
    for (const problem of error.problems) tell(io, `  ${problem}`);
    return undefined;
  }
}

function tell(io: Io, text: string): void {
  io.stderr.write(`mimecast-udm: ${visible(scrub(text))}\n`);
}

export interface ServiceRun {
  readonly logLevel: Level;
  /** Whether it has an end to come to: then to be stopped before is a failure. */
  readonly once: boolean;
  /** How long what is on its way may take to end after it was asked to. */
  readonly graceMs: number;
  /** End when the process that started this one is gone. */
  readonly stopsWithParent?: boolean;
  /** What is said when it is asked to stop, and when it cannot go on. */
  readonly stopping: string;
  readonly failing: string;
}

/** What it works with. The signal is aborted when it is asked to stop, by SIGTERM, SIGINT or its parent's end. */
export interface ServiceTools {
  readonly log: Log;
  readonly clock: typeof systemClock;
  readonly signal: AbortSignal;
}

/** Runs `work` to its end. An error is told in the log; one that only says that it was asked to stop is none. */
export async function serviceRun(
  { logLevel, once, graceMs, stopsWithParent, stopping, failing }: ServiceRun,
  io: Io,
  work: (tools: ServiceTools) => Promise<ExitStatus>,
): Promise<ExitStatus> {
  // Loaded where it is needed, since the other subcommands start in half the time without it.
  const { createLog } = await import("../runtime/log.ts");
  // Whoever read the log may be gone: the work is to be ended in order all the same.
  io.stderr.on("error", () => undefined);
  const log = createLog(logLevel, (line) => io.stderr.write(line));
  const stop = new AbortController();
  const end = (why: object): void => {
    log.info(why, stopping);
    stop.abort();
    setTimeout(() => process.exit(EXIT.failed), graceMs).unref();
  };
  const stopped = (signal: NodeJS.Signals): void => end({ signal });
  process.on("SIGTERM", stopped).on("SIGINT", stopped);
  const unwatch = stopsWithParent ? watchParent(() => end({ parent: "gone" })) : undefined;
  try {
    return await work({ log, clock: systemClock, signal: stop.signal });
  } catch (error) {
    if (!once && stop.signal.aborted && error instanceof Error && error.name === "AbortError") return EXIT.ok;
    log.error({ error }, failing);
    return EXIT.failed;
  } finally {
    unwatch?.();
    process.off("SIGTERM", stopped).off("SIGINT", stopped);
  }
}
