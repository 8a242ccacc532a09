/** One process a state folder: two would do everything twice. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import type { Clock } from "./clock.ts";
import { ServiceError } from "./errors.ts";
import type { Files } from "./files.ts";
import type { Log } from "./log.ts";

/** Processes that start at the same moment see each other, withdraw, and try again, each after a while of its own. */
const TRIES = 6;
const LONGEST_WAIT = 200;

/**
 * Takes a lock in `folder`. Throws `already_running` where a living process has it. Each process makes a file of its own,
 * named by its host, its id and its start, and only then looks for others: of two, at least one sees the other. A file of a
 * process that is no more is nobody's, and its name never comes again, so that removing it harms no one.
 */
export async function lock(
  files: Files,
  clock: Clock,
  folder: string,
  name: string,
  log: Log,
): Promise<() => Promise<void>> {
  const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 12);
  const own = `${name}.lock.${host}.${process.pid}.${await startOf(process.pid)}`;
  for (let tries = 1; ; tries++) {
    await (await files.create(join(folder, own))).close();
    const other = await otherOwner(files, folder, name, own, host, log);
    if (other === undefined) return () => files.remove(join(folder, own));
    await files.remove(join(folder, own));
    if (tries === TRIES) {
      throw new ServiceError(`process ${other} already uses the state in ${folder}`, {
        code: "already_running",
        remedy: "stop that one, or give this one a state folder and a spool of its own",
      });
    }
    await clock.sleep(clock.random() * LONGEST_WAIT);
  }
}

/** The id of a living process that claims the lock, too. Claims of others are cleared away. */
async function otherOwner(
  files: Files,
  folder: string,
  name: string,
  own: string,
  ourHost: string,
  log: Log,
): Promise<string | undefined> {
  for (const claim of await files.list(folder)) {
    if (!claim.startsWith(`${name}.lock.`) || claim === own) continue;
    const [host, pid = "", started] = claim.slice(`${name}.lock.`.length).split(".");
    if (host === ourHost && (await startOf(Number(pid))) === started) return pid;
    // Of another host nobody can tell; a container's name is a new one each time.
    if (host !== ourHost) log.warn({}, "the state was last used on another host, or in another container");
    await files.remove(join(folder, claim));
  }
  return undefined;
}

/** Empty for a process that is not there; where there is no /proc, `-` for every one that is. */
async function startOf(pid: number): Promise<string> {
  try {
    const text = await readFile(`/proc/${pid}/stat`, "latin1");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19] ?? "-";
  } catch {
    try {
      process.kill(pid, 0);
      return "-";
    } catch {
      return ""; // there is no such process
    }
  }
}
