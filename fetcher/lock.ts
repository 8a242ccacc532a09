/** One fetcher a state folder: two would drop everything twice. */
import { readFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { FetchError, systemCode } from "./errors.ts";
import { type Files, replaceFile } from "./files.ts";
import type { Log } from "./log.ts";

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process started, in the kernel's ticks: a process id alone is used again. */
  readonly started: string;
}

export async function lock(files: Files, folder: string, log: Log): Promise<() => Promise<void>> {
  // No account has a file of this name.
  const path = join(folder, "fetcher.lock");
  const before = await owner(files, path);
  const us: Owner = { pid: process.pid, host: hostname(), started: await startOf(process.pid) };
  if (
    before &&
    before.host === us.host &&
    before.pid !== us.pid &&
    (await startOf(before.pid)) === before.started
  ) {
    throw new FetchError(`process ${before.pid} already fetches with the state in ${folder}`, {
      code: "already_running",
      remedy: "stop that one, or give this one a state folder and a spool of its own",
    });
  }
  if (before && before.host !== us.host)
    log.warn({ host: before.host }, "the state was last used on another host");
  await replaceFile(files, path, Buffer.from(JSON.stringify(us)));
  return () => files.remove(path);
}

async function owner(files: Files, path: string): Promise<Owner | undefined> {
  try {
    return JSON.parse((await files.read(path)).toString("utf8")) as Owner;
  } catch (error) {
    if (systemCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
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
