/** The one growing file of `--merge-to`, for readers that cannot watch a folder. Several accounts write to it in turn. */
import { dirname } from "node:path";
import type { Files } from "../runtime/files.ts";
import type { Log } from "../runtime/log.ts";
import type { Mutex } from "../runtime/mutex.ts";

export interface MergedFile {
  readonly path: string;
  readonly mutex: Mutex;
}

/** Appends a file's bytes, durably. It is opened anew each time, so that logrotate may move it. */
export async function appendMerged(files: Files, { path }: MergedFile, from: string): Promise<void> {
  const isNew = (await files.info(path)) === undefined;
  const file = await files.append(path);
  try {
    for await (const part of files.stream(from)) await file.write(part as Uint8Array);
    await file.sync();
  } finally {
    await file.close();
  }
  if (isNew) await files.syncFolder(dirname(path));
}

/**
 * Takes back what an interrupted append of `from` left behind `place`. Only text that is the beginning of `from` is taken
 * back: anything else was written by someone else since.
 */
export async function undoMerged(
  files: Files,
  { path }: MergedFile,
  place: { readonly offset: number; readonly inode: number },
  from: string,
  log: Log,
): Promise<void> {
  const found = await files.info(path);
  if (found === undefined || (place.inode === found.inode && found.size === place.offset)) return;
  const same = place.inode === 0 || found.inode === place.inode;
  if (same && found.size >= place.offset && (await isBeginning(files, path, place.offset, from))) {
    await files.truncate(path, place.offset);
  } else {
    log.warn(
      { file: path },
      "the merged file was rotated or written to meanwhile: some records may be in it twice",
    );
  }
}

/** Whether what stands in `path` from `offset` on is how `from` begins. */
async function isBeginning(files: Files, path: string, offset: number, from: string): Promise<boolean> {
  const whole = files.stream(from)[Symbol.asyncIterator]();
  let left: Buffer = Buffer.alloc(0);
  for await (const chunk of files.stream(path, offset)) {
    let part = chunk as Buffer;
    while (part.length > 0) {
      if (left.length === 0) {
        const step = await whole.next();
        if (step.done === true) return false;
        left = step.value as Buffer;
      }
      const size = Math.min(left.length, part.length);
      if (!left.subarray(0, size).equals(part.subarray(0, size))) return false;
      left = left.subarray(size);
      part = part.subarray(size);
    }
  }
  return true;
}
