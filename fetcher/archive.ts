/**
 * What arrived, unpacked: a zip's members, a gzip's content, or plain text. Nothing is believed: checksums and sizes are
 * checked, what unpacks to too much is refused, and names inside an archive are never used as paths.
 */
import { type FileHandle, open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { crc32, createGunzip, createInflateRaw } from "node:zlib";
import { type Entry, fromFdPromise } from "yauzl";
import { isSystemError, messageOf } from "../runtime/errors.ts";
import type { Files } from "../runtime/files.ts";
import { ArchiveError } from "./errors.ts";

export interface ArchiveLimits {
  /** Bytes that may arrive in one answer. */
  readonly maxDownload: number;
  /** Bytes that one archive may unpack to. */
  readonly maxUnpacked: number;
  /** How many bytes one byte may unpack to, once there are more than `RATIO_FROM`. */
  readonly maxRatio: number;
  readonly maxMembers: number;
}

export const ARCHIVE_LIMITS: ArchiveLimits = {
  maxDownload: 2 * 1024 ** 3,
  maxUnpacked: 16 * 1024 ** 3,
  maxRatio: 250,
  maxMembers: 5000,
};

/** Of what is unpacked, in one piece: node's own are smaller, and each has its price. */
const CHUNK = 64 * 1024;
const DEFLATED = 8;
/** Small archives of repetitive lines pack well, and do no harm. */
const RATIO_FROM = 32 * 1024 * 1024;

/** The end of a zip's list of members: signature, and how long it may be with a comment and the records of zip64. */
const END_OF_LIST = "PK\x05\x06";
const MOST_TAIL = 65_536 + 1024;

export interface Member {
  /** As the archive says it: a text from outside, no path. */
  readonly name: string;
  /** Throws ArchiveError where it cannot be read. */
  readonly content: AsyncIterable<Uint8Array>;
}

export type Packing = "zip" | "gzip" | "plain";

/** Told by the first bytes, since headers have been wrong about it. */
export function packingOf(head: Uint8Array): Packing {
  if (head[0] === 0x50 && head[1] === 0x4b && ((head[2] ?? 0) === 3 || (head[2] ?? 0) === 5)) return "zip";
  if (head[0] === 0x1f && head[1] === 0x8b) return "gzip";
  return "plain";
}

/** A gzip's content; node checks its trailer. */
export async function* gunzip(
  packed: Readable,
  packedSize: number,
  limits: ArchiveLimits,
): AsyncGenerator<Uint8Array> {
  const budget = new Budget(limits, packedSize);
  const unpacked = packed.pipe(createGunzip({ chunkSize: CHUNK }));
  packed.on("error", (error) => unpacked.destroy(error));
  try {
    for await (const part of unpacked as AsyncIterable<Uint8Array>) {
      budget.take(part.length);
      yield part;
    }
    // Node ends without an error where bytes follow that begin no further gzip.
    if (unpacked.bytesWritten < packedSize) throw new ArchiveError("the gzip goes on in bytes that are none");
  } catch (error) {
    throw asArchiveError(error, "the gzip");
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

/** A zip's members, one after the other: each must be read, or given up, before the next. */
export async function* unzip(
  path: string,
  packedSize: number,
  limits: ArchiveLimits,
): AsyncGenerator<Member> {
  const handle = await open(path, "r");
  try {
    const zip = await openZip(handle.fd);
    const budget = new Budget(limits, packedSize);
    if (zip.entryCount > limits.maxMembers) {
      throw new ArchiveError(`the zip has ${zip.entryCount} members; at most ${limits.maxMembers} are read`, {
        code: "archive_too_large",
      });
    }
    const entries = zip.eachEntry()[Symbol.asyncIterator]();
    for (;;) {
      const step = await entries.next().catch((error: unknown) => {
        throw asArchiveError(error, "the zip's list of members");
      });
      if (step.done === true) break;
      const entry = step.value as Entry;
      const name = Buffer.from(entry.fileNameRaw).toString("utf8");
      if (name.endsWith("/") && entry.uncompressedSize === 0) continue;
      yield { name, content: memberContent(zip, entry, name, budget) };
    }
    // Its types call the place where the list goes on a boolean.
    await checkEnd(handle, zip.readEntryCursor as unknown as number, packedSize);
  } finally {
    await handle.close();
  }
}

/** Behind the last member of the list there is the list's end and no more, or there are members that nobody has read. */
async function checkEnd(handle: FileHandle, at: number, size: number): Promise<void> {
  const tail = Buffer.alloc(Math.min(Math.max(0, size - at), MOST_TAIL + 1));
  await handle.read(tail, 0, tail.length, at);
  const text = tail.toString("latin1");
  if (text.startsWith("PK\x01\x02")) {
    throw new ArchiveError("the zip lists more members than it says it has");
  }
  const end = text.indexOf(END_OF_LIST);
  if (tail.length > MOST_TAIL || text.includes(END_OF_LIST, end + 1)) {
    throw new ArchiveError("the zip goes on behind its end");
  }
}

type Zip = Awaited<ReturnType<typeof fromFdPromise>>;

async function openZip(fd: number): Promise<Zip> {
  try {
    // Names stay bytes: yauzl would refuse the whole archive for one name such as ../x.
    return await fromFdPromise(fd, { lazyEntries: true, autoClose: false, decodeStrings: false });
  } catch (error) {
    throw asArchiveError(error, "the zip");
  }
}

async function* memberContent(
  zip: Zip,
  entry: Entry,
  name: string,
  budget: Budget,
): AsyncGenerator<Uint8Array> {
  const label = `member ${JSON.stringify(name.slice(0, 200))}`;
  const streams: Readable[] = [];
  try {
    if (entry.isEncrypted()) throw new ArchiveError(`${label} is encrypted`);
    const stream = await openMember(zip, entry, streams);
    let sum = 0;
    let size = 0;
    for await (const part of stream as AsyncIterable<Uint8Array>) {
      budget.take(part.length);
      size += part.length;
      sum = crc32(part, sum);
      yield part;
    }
    if (size !== entry.uncompressedSize) throw new ArchiveError(`${label} is not as long as it says`);
    if (sum !== entry.crc32 >>> 0) throw new ArchiveError(`${label} has a wrong checksum`);
  } catch (error) {
    throw asArchiveError(error, label);
  } finally {
    // All of them, and now: a read that is still asked for when the next member is opened would end the process (yauzl's pend).
    for (const stream of streams) stream.destroy();
  }
}

/** Inflated here: yauzl's pieces are 16 KiB, which takes longer than to inflate them. */
async function openMember(zip: Zip, entry: Entry, opened: Readable[]): Promise<Readable> {
  const isPacked = entry.compressionMethod === DEFLATED;
  const stored = await zip.openReadStreamPromise(entry, isPacked ? { decompress: false } : {});
  opened.push(stored);
  if (!isPacked) return stored;
  const unpacked = stored.pipe(createInflateRaw({ chunkSize: CHUNK }));
  opened.push(unpacked);
  stored.on("error", (error) => unpacked.destroy(error));
  return unpacked;
}

class Budget {
  readonly #limits: ArchiveLimits;
  readonly #packed: number;
  #unpacked = 0;

  constructor(limits: ArchiveLimits, packed: number) {
    this.#limits = limits;
    this.#packed = Math.max(1, packed);
  }

  take(size: number): void {
    this.#unpacked += size;
    const { maxUnpacked, maxRatio } = this.#limits;
    if (this.#unpacked > maxUnpacked) {
      throw new ArchiveError(`it unpacks to more than ${maxUnpacked} bytes`, { code: "archive_too_large" });
    }
    if (this.#unpacked > RATIO_FROM && this.#unpacked > this.#packed * maxRatio) {
      throw new ArchiveError(`it unpacks to more than ${maxRatio} times its size`, {
        code: "archive_too_large",
      });
    }
  }
}

/** What went wrong while reading from our own disk says nothing about the archive. */
function asArchiveError(error: unknown, what: string): unknown {
  if (error instanceof ArchiveError || isSystemError(error)) return error;
  return new ArchiveError(`${what} cannot be read: ${messageOf(error)}`, { cause: error });
}

/** Whether a plain file may hold records: it begins with a character that is to be seen, and is no web page. */
export const mayBeRecords = (head: Uint8Array): boolean =>
  /^(?:\xef\xbb\xbf)?\s*[!-;=-~\x80-\xff]/.test(Buffer.from(head).toString("latin1"));

/** The same of a file whose records are JSON. */
export const mayBeJson = (head: Uint8Array): boolean =>
  /^(?:\xef\xbb\xbf)?\s*\{/.test(Buffer.from(head).toString("latin1"));

/** A plain file's content, in the shape of the others. */
export const plain = (files: Files, path: string): AsyncIterable<Uint8Array> =>
  files.stream(path) as AsyncIterable<Uint8Array>;
