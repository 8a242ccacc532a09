/** One process a state folder: two would do everything twice. */
import { createHash } from "node:crypto";
import { readFile, readlink, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import { diskRemedy, messageOf, ServiceError, systemCode } from "./errors.ts";
import type { Files } from "./files.ts";
import type { Log } from "./log.ts";

/** Processes that start at the same moment see each other, withdraw, and try again, each after a while of its own. */
const TRIES = 6;
const LONGEST_WAIT = 200;

export interface Lock {
  release(): Promise<void>;
  /** Whether it is still ours: a process that could not see this one may have cleared it away. */
  isHeld(): Promise<boolean>;
}

/**
 * Takes a lock in `folder`, which it makes where there is none. Throws `already_running` where a living process has it, and
 * `state_unwritable`. Each process makes a file of its own,
 * named by its host, its id and its start, and only then looks for others: of two, at least one sees the other. A file of a
 * process that is no more is nobody's, and its name never comes again, so that removing it harms no one.
 */
export async function lock(
  files: Files,
  clock: Clock,
  folder: string,
  name: string,
  log: Log,
): Promise<Lock> {
  const host = await hostOf();
  await writing(folder, () => files.makeFolder(folder));
  const own = join(folder, `${name}.lock.${host}.${process.pid}.${await startOf(process.pid)}`);
  for (let tries = 1; ; tries++) {
    await writing(folder, async () => (await files.create(own)).close());
    const other = await otherClaim(files, folder, name, own, host, log);
    if (other === undefined) {
      return {
        release: () => files.remove(own),
        isHeld: async () => (await files.info(own)) !== undefined,
      };
    }
    await files.remove(own);
    if (tries === TRIES) throw alreadyRunning(folder, other);
    await clock.sleep(clock.random() * LONGEST_WAIT);
  }
}

async function writing(folder: string, action: () => Promise<void>): Promise<void> {
  try {
    await action();
  } catch (error) {
    throw new ServiceError(`cannot write to the state folder ${folder}: ${messageOf(error)}`, {
      code: "state_unwritable",
      remedy: diskRemedy(error, "let the user write there, or name another folder as state"),
      cause: error,
    });
  }
}

/** `claim`: the other process's file, if it is known. */
export const alreadyRunning = (folder: string, claim?: string): ServiceError =>
  new ServiceError(
    `another process already uses the state in ${folder}${claim ? `, as ${claim} there says` : ""}`,
    {
      code: "already_running",
      remedy: "stop that one, or give this one a state folder and a spool of its own",
    },
  );

/** Process ids mean something within one host, and there within one namespace of them: a container has its own. */
async function hostOf(): Promise<string> {
  const namespace = await readlink("/proc/self/ns/pid").catch(() => ""); // there is none on this system
  return createHash("sha256").update(`${hostname()}\0${namespace}`).digest("hex").slice(0, 12);
}

/** The file of a living process that claims the lock, too. Claims of others are cleared away. */
async function otherClaim(
  files: Files,
  folder: string,
  name: string,
  own: string,
  ourHost: string,
  log: Log,
): Promise<string | undefined> {
  for (const claim of await files.list(folder)) {
    const path = join(folder, claim);
    if (!claim.startsWith(`${name}.lock.`) || path === own) continue;
    const [host, pid = "", started = ""] = claim.slice(`${name}.lock.`.length).split(".");
    if (host === ourHost && (await isAlive(Number(pid), started, path))) return claim;
    // Of another host nobody can tell; a container's name is a new one each time.
    if (host !== ourHost)
      log.warn({ claim }, "the state was last used on another host, or in another container");
    await files.remove(path);
  }
  return undefined;
}

/** Whether the process that made the claim lives. The id alone may have come to another one meanwhile. */
async function isAlive(pid: number, started: string, claim: string): Promise<boolean> {
  const now = await startOf(pid);
  if (now !== HIDDEN) return now === started;
  // /proc hides other users' processes, not our own: if it is hidden, it made the claim only if another user did.
  const owner = await stat(claim).catch(() => undefined); // given back a moment ago
  return owner !== undefined && owner.uid !== process.getuid?.();
}

/** What stands for the start of a process that is there and shows nothing of itself. */
const HIDDEN = "hidden";

/** The kernel's ticks. Empty for a process that is not there; where there is no /proc, `-` for every one that is. */
async function startOf(pid: number): Promise<string> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "-";
  } catch {
    try {
      process.kill(pid, 0);
      return "-";
    } catch (error) {
      return systemCode(error) === "EPERM" ? HIDDEN : ""; // ESRCH: there is no such process
    }
  }
}
