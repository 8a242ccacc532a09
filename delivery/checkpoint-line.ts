/**
 * A line of the checkpoint: a checksum, then an array in JSON, so that no name of a file, whatever characters are in it, can
 * be taken for anything else, and no flipped bit for a place further on.
 */
import { crc32 } from "node:zlib";
import * as z from "zod";
import type { Position } from "../host/module.ts";
import type { Identity } from "./spool-file.ts";

/** How far a file is delivered. */
export interface Entry extends Position, Identity {
  /** All of the file as it was. It may have grown since. */
  readonly complete: boolean;
}

const versionSchema = z.object({ version: z.number() });
const whole = z.number().int().nonnegative();
/** File systems have inodes of 64 bits, and files from before 1970. They are only compared. */
const told = z.number();
const schema = z.tuple([z.string().min(1), whole, whole, z.union([z.literal(0), z.literal(1)]), told, told]);

/** Stands for a name of which nothing is to be known any more. No file has such an inode. */
export const FORGOTTEN: Entry = { offset: 0, flags: 0, complete: true, inode: 0, mtimeMs: 0 };

/** Whether an entry that was read stands for nothing. */
export const isForgotten = ({ offset, complete, inode, mtimeMs }: Entry): boolean =>
  complete && offset === 0 && inode === 0 && mtimeMs === 0;

/** What the lines behind the first one are like. */
export const VERSION = 1;

/** The first line of a checkpoint, with its LF. */
export const encodeVersion = (version: number): string => lineOf(JSON.stringify({ version }));

/** What the first line says; undefined if it says nothing of the kind. */
export function decodeVersion(line: string): number | undefined {
  return versionSchema.safeParse(bodyOf(line)).data?.version;
}

/** Ends with LF. */
export function encodeLine(name: string, entry: Entry): string {
  const { offset, flags, complete, inode, mtimeMs } = entry;
  return lineOf(JSON.stringify([name, offset, flags, complete ? 1 : 0, inode, mtimeMs]));
}

/** Without its LF. Undefined if it is not a whole line as it was written. */
export function decodeLine(line: string): readonly [string, Entry] | undefined {
  const parsed = schema.safeParse(bodyOf(line));
  if (!parsed.success) return undefined;
  const [name, offset, flags, complete, inode, mtimeMs] = parsed.data;
  return [name, { offset, flags, complete: complete === 1, inode, mtimeMs }];
}

const lineOf = (body: string): string => `${sum(body)} ${body}\n`;

/** Undefined if it is no line with its checksum. */
function bodyOf(line: string): unknown {
  const body = line.slice(9);
  if (line[8] !== " " || line.slice(0, 8) !== sum(body)) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // the caller counts it as broken
  }
}

const sum = (text: string): string => crc32(text).toString(16).padStart(8, "0");
