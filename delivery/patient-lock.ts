/** The lock on a state folder, for a process that may be started a moment before its predecessor has ended. */
import { type Clock, SECOND } from "../runtime/clock.ts";
import { ServiceError } from "../runtime/errors.ts";
import type { Files } from "../runtime/files.ts";
import { type Lock, lock } from "../runtime/lock.ts";
import type { Log } from "../runtime/log.ts";

/** The child of a supervisor that was killed ends within a second or two of it. */
const PATIENCE = 15 * SECOND;
const TRY_EVERY = SECOND / 2;

/** Waits while another living process has the lock. Throws `already_running` where it keeps it, and at the signal. */
export async function patientLock(
  files: Files,
  clock: Clock,
  folder: string,
  log: Log,
  signal: AbortSignal,
): Promise<Lock> {
  const began = clock.uptime();
  for (let tries = 1; ; tries++) {
    try {
      return await lock(files, clock, folder, "push", log);
    } catch (error) {
      const isTaken = error instanceof ServiceError && error.code === "already_running";
      // To find out takes a while, too.
      if (!isTaken || clock.uptime() - began >= PATIENCE) throw error;
      if (tries === 1) log.warn({ error }, "waiting for another process to end");
      await clock.sleep(TRY_EVERY, signal);
    }
  }
}
