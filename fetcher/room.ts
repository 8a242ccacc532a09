/** Room on the disk: what is deleted from the spool and when, and when fetching stops for lack of it. */
import { join } from "node:path";
import { type Clock, HOUR } from "../runtime/clock.ts";
import type { Files } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import type { Elapsed } from "./elapsed.ts";
import { FetchError } from "./errors.ts";

export interface RoomLimits {
  /** Files older than this are deleted. */
  readonly maxAgeMs: number;
  /** The oldest files beyond this many bytes are deleted. */
  readonly maxBytes: number;
  /** No file younger than this is deleted, whatever the other two say: a shipper may not have read it. */
  readonly minAgeMs: number;
  readonly quarantineAgeMs: number;
  /** Fetching stops where less is free. */
  readonly minFreeBytes: number;
}

export interface RoomReport {
  readonly files: number;
  readonly bytes: number;
  readonly deleted: number;
  /** Bytes over `maxBytes` that are too young to be deleted. */
  readonly overBytes: number;
}

/** Deletes what the limits allow. Ages count from when a file was written, not from its records. */
export async function sweep(
  files: Files,
  clock: Clock,
  elapsed: Pick<Elapsed, "since">,
  folder: string,
  limits: RoomLimits,
  log: Log,
): Promise<RoomReport> {
  const found = await aged(files, clock, folder, log, (name) => name.endsWith(".siem"));
  let bytes = found.reduce((sum, { size }) => sum + size, 0);
  let deleted = 0;
  for (const { name, size, mtimeMs } of found) {
    const age = elapsed.since(mtimeMs);
    if (age < limits.minAgeMs || (age <= limits.maxAgeMs && bytes <= limits.maxBytes)) continue;
    if (!(await removed(files, join(folder, name), log))) continue;
    log.debug({ file: name, ageMs: Math.round(age) }, "deleted from the spool");
    bytes -= size;
    deleted++;
  }
  const quarantine = join(folder, "quarantine");
  if ((await files.info(quarantine)) !== undefined) {
    for (const { name, mtimeMs } of await aged(files, clock, quarantine, log, () => true)) {
      if (elapsed.since(mtimeMs) > Math.max(limits.quarantineAgeMs, limits.minAgeMs)) {
        await removed(files, join(quarantine, name), log);
      }
    }
  }
  if (deleted > 0) log.info({ deleted }, "retention deleted files from the spool");
  return { files: found.length - deleted, bytes, deleted, overBytes: Math.max(0, bytes - limits.maxBytes) };
}

/** It may be someone else's, or gone a moment ago. */
async function dated(files: Files, path: string, time: number, log: Log): Promise<void> {
  try {
    await files.touch(path, time);
  } catch (error) {
    log.warn({ error, file: path }, "a file that is dated in the future stays so");
  }
}

/** One file that cannot be deleted must not keep the others. */
async function removed(files: Files, path: string, log: Log): Promise<boolean> {
  try {
    await files.remove(path);
    return true;
  } catch (error) {
    log.error({ error, file: path }, "retention could not delete a file");
    return false;
  }
}

/** Throws where there is too little room to fetch more. */
export async function checkFree(files: Files, folder: string, limits: RoomLimits): Promise<number> {
  const free = await files.free(folder);
  if (free < limits.minFreeBytes) {
    throw new FetchError(`only ${free} bytes are free in ${folder}, less than ${limits.minFreeBytes}`, {
      code: "spool_full",
      remedy:
        "make room, or look why the shipper does not read; fetching goes on by itself (Mimecast keeps 7 days)",
    });
  }
  return free;
}

interface Aged {
  readonly name: string;
  readonly size: number;
  readonly mtimeMs: number;
}

/** Oldest first. A file of the future, from before a wrong clock was set right, is dated today: it would never go. */
async function aged(
  files: Files,
  clock: Clock,
  folder: string,
  log: Log,
  wanted: (name: string) => boolean,
): Promise<Aged[]> {
  const now = clock.now();
  const found: Aged[] = [];
  for (const name of await files.list(folder)) {
    if (!wanted(name)) continue;
    const info = await files.info(join(folder, name));
    if (!info?.isFile) continue;
    const isOfTheFuture = info.mtimeMs > now + HOUR;
    if (isOfTheFuture) await dated(files, join(folder, name), now, log);
    found.push({ name, size: info.size, mtimeMs: isOfTheFuture ? now : info.mtimeMs });
  }
  return found.sort((a, b) => a.mtimeMs - b.mtimeMs || (a.name < b.name ? -1 : 1));
}
