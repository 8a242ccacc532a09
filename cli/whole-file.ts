/**
 * A file that is there as a whole or not at all: a reader sees the old one or the new one, and never half of it. Where it goes is
 * looked at before there is anything to write, so that nobody waits for what cannot be kept.
 */
import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, renameSync, rmSync, type Stats, writeFileSync } from "node:fs";
import { access, constants, lstat, readdir, realpath, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CliError, messageOf, systemCode } from "./errors.ts";

/** It holds mail metadata: the group may read it, others may not. */
const MODE = 0o640;

/** Older than any that is still being written, in milliseconds. */
const ABANDONED = 3_600_000;

/** What a terminal, a supervisor or the end of a session sends. */
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Target {
  readonly path: string;
  /** A file with this name is replaced; a pipe or a device is written to. */
  readonly isReplaced: boolean;
  /** Which file is there now. */
  readonly identity: string | undefined;
}

/** The same for two names of one file, and for no others. */
export const identityOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;

/** Where a path leads. Fails if nothing can be written there. */
export async function targetOf(path: string): Promise<Target> {
  try {
    const found = await stat(path).catch(missing);
    if (found?.isDirectory() || path.endsWith("/")) {
      throw new CliError(`${path} is a folder`, {
        code: "output_folder",
        remedy: `name a file in it, as in ${path.replace(/\/+$/, "")}/report.html`,
      });
    }
    const isReplaced = found?.isFile() ?? true;
    // What a link names is replaced, and not the link.
    const real = found?.isFile() ? await realpath(path) : path;
    await access(isReplaced ? dirname(real) : real, constants.W_OK);
    return { path: real, isReplaced, identity: found && identityOf(found) };
  } catch (error) {
    throw error instanceof CliError ? error : failed(path, error);
  }
}

export async function writeWhole({ path, isReplaced }: Target, text: string): Promise<void> {
  try {
    if (isReplaced) replace(path, text);
    else await writeFile(path, text);
  } catch (error) {
    throw failed(path, error);
  }
  // They are in nobody's way: where they cannot be removed, they stay.
  if (isReplaced) await clearAway(path).catch(() => undefined);
}

/** Removes what others that were killed have left unfinished. */
async function clearAway(path: string): Promise<void> {
  const start = `${basename(path)}.`;
  for (const name of await readdir(dirname(path))) {
    if (!name.startsWith(start) || !/^[0-9a-f]{12}\.new$/.test(name.slice(start.length))) continue;
    const left = join(dirname(path), name);
    const found = await lstat(left);
    if (found.isFile() && Date.now() - found.mtimeMs > ABANDONED) await rm(left, { force: true });
  }
}

function replace(path: string, text: string): void {
  // In the same folder, since a rename does not cross file systems; by a name that nobody could lay a link under.
  const unfinished = `${path}.${randomBytes(6).toString("hex")}.new`;
  // With a listener no signal ends the process before this turn of its loop is over, and the file with it.
  const hold = (): void => undefined;
  for (const signal of SIGNALS) process.on(signal, hold);
  try {
    const file = openSync(unfinished, "wx", MODE);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, hold);
  }
}

function missing(error: unknown): undefined {
  if (systemCode(error) !== "ENOENT") throw error;
}

function failed(path: string, cause: unknown): CliError {
  return new CliError(`cannot write ${path}: ${messageOf(cause)}`, {
    code: "output_failed",
    remedy: "check that its folder is there, can be written to, and has room",
    cause,
  });
}
