/** A file that is there as a whole or not at all: a reader sees the old one or the new one, and never half of it. */
import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { CliError, messageOf } from "./errors.ts";

/** It holds mail metadata: the group may read it, others may not. */
const MODE = 0o640;

export async function writeWhole(path: string, text: string): Promise<void> {
  // In the same folder, since a rename does not cross file systems; by a name that nobody could lay a link under.
  const unfinished = `${path}.${randomBytes(6).toString("hex")}.new`;
  try {
    const file = await open(unfinished, "wx", MODE);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw new CliError(`cannot write ${path}: ${messageOf(error)}`, {
      code: "output_failed",
      remedy: "check that its folder is there, can be written to, and has room",
      cause: error,
    });
  }
}
