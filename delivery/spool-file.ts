/** A file of the spool, as a delivery sees it. */
import type { FileInfo } from "../runtime/files.ts";

/**
 * `waiting`: something of it is to be delivered. `claimed`: a lane has it. `complete`: all of it is delivered. `given_up`: it
 * could not be read, and nobody tries again. `removed`: it was delivered, then deleted or moved; its name may come again.
 */
export type FileState = "waiting" | "claimed" | "complete" | "given_up" | "removed";

export interface SpoolFile {
  readonly name: string;
  readonly path: string;
  state: FileState;
  size: number;
  inode: number;
  mtimeMs: number;
  birthMs: number;
  /** Bytes that are delivered. */
  delivered: number;
  /** Not to be claimed before. */
  retryAt: number;
  /** How often in a row it could not be read. */
  failures: number;
}

/** How a file is told from another one that later has its name. */
export interface Identity {
  readonly inode: number;
  readonly mtimeMs: number;
}

/**
 * Whether the file at a name is another one than `before`. Only one of the two may change: a file that was copied elsewhere
 * keeps its time, one that was appended to, or touched, its inode. But inodes are used again: one that was created later than that
 * time is another file's. Times are compared as loosely as a float tells them.
 */
export function isOther(before: Identity, now: Pick<FileInfo, "inode" | "mtimeMs" | "birthMs">): boolean {
  const isLater = (time: number): boolean => Math.floor(time) - before.mtimeMs > 1;
  const isSameTime = Math.abs(before.mtimeMs - Math.floor(now.mtimeMs)) <= 1;
  return !isSameTime && (before.inode !== now.inode || isLater(now.birthMs));
}

/** What is delivered: names of the fetcher's files, and of whoever else drops complete files. */
export const isSpoolName = (name: string): boolean => name.endsWith(".siem") && !name.startsWith(".");

/** The system's names are bytes; one that is no UTF-8 comes with this in the place of its wrong bytes. */
export const isReadableName = (name: string): boolean => !name.includes("\ufffd");
