/** The file system, as little of it as the services use: a test can break it, or end the process between two calls. */
import { constants, createReadStream } from "node:fs";
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  statfs,
  truncate,
  utimes,
} from "node:fs/promises";
import type { Readable } from "node:stream";
import { systemCode } from "./errors.ts";

/** Files hold mail metadata: the group may read them (the shipper's), others may not. */
const FILE_MODE = 0o640;
const FOLDER_MODE = 0o750;

export interface FileInfo {
  readonly size: number;
  readonly mtimeMs: number;
  /** When it was created, in milliseconds since 1970; 0 where the system does not know (`createdAt`). */
  readonly birthMs: number;
  readonly inode: number;
  readonly isFile: boolean;
}

/** A file that is read at places of the reader's choosing. It can be read to its end though its name be gone. */
export interface ReadFile {
  /** Fills as much of `bytes` as it can with what stands from `from` on. Answers how much; 0 at the end. */
  read(bytes: Uint8Array, from: number): Promise<number>;
  info(): Promise<FileInfo & { readonly mtimeNs: bigint }>;
  close(): Promise<void>;
}

export interface OpenFile {
  write(bytes: Uint8Array): Promise<void>;
  sync(): Promise<void>;
  close(): Promise<void>;
}

export interface Files {
  /** A new file; what stood there before is gone. */
  create(path: string): Promise<OpenFile>;
  append(path: string): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  /** No error if there is none. */
  remove(path: string): Promise<void>;
  truncate(path: string, size: number): Promise<void>;
  /** Dates a file. */
  touch(path: string, time: number): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Makes names that were created, moved or removed in the folder durable. */
  syncFolder(path: string): Promise<void>;
  read(path: string): Promise<Buffer>;
  stream(path: string, from?: number): Readable;
  /** Waits for nobody, should a pipe lie there. */
  openRead(path: string): Promise<ReadFile>;
  list(folder: string): Promise<string[]>;
  info(path: string): Promise<FileInfo | undefined>;
  /** Bytes that we could still write there. */
  free(folder: string): Promise<number>;
}

class NodeFile implements OpenFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const { bytesWritten } = await this.#handle.write(bytes, at, bytes.length - at);
      at += bytesWritten;
    }
  }

  sync(): Promise<void> {
    return this.#handle.sync();
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

/**
 * When a file was created, or 0. A system that does not know may tell the last change of its entry instead, which each append moves
 * (Node's documentation, fs, "Stat time values").
 */
export function createdAt(birthMs: number, changedMs: number): number {
  return birthMs === changedMs ? 0 : birthMs;
}

class NodeReadFile implements ReadFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async read(bytes: Uint8Array, from: number): Promise<number> {
    return (await this.#handle.read(bytes, 0, bytes.length, from)).bytesRead;
  }

  async info(): Promise<FileInfo & { readonly mtimeNs: bigint }> {
    const found = await this.#handle.stat({ bigint: true });
    return {
      size: Number(found.size),
      mtimeMs: Number(found.mtimeMs),
      mtimeNs: found.mtimeNs,
      birthMs: createdAt(Number(found.birthtimeMs), Number(found.ctimeMs)),
      inode: Number(found.ino),
      isFile: found.isFile(),
    };
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}

export const nodeFiles: Files = {
  create: async (path) => new NodeFile(await open(path, "w", FILE_MODE)),
  append: async (path) => new NodeFile(await open(path, "a", FILE_MODE)),
  rename: (from, to) => rename(from, to),
  remove: (path) => rm(path, { force: true }),
  truncate: (path, size) => truncate(path, size),
  touch: (path, time) => utimes(path, time / 1000, time / 1000),
  makeFolder: async (path) => {
    await mkdir(path, { recursive: true, mode: FOLDER_MODE });
  },
  syncFolder: async (path) => {
    const handle = await open(path, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  read: (path) => readFile(path),
  stream: (path, from = 0) => createReadStream(path, { highWaterMark: 64 * 1024, start: from }),
  openRead: async (path) => new NodeReadFile(await open(path, constants.O_RDONLY | constants.O_NONBLOCK)),
  list: (folder) => readdir(folder),
  info: async (path) => {
    try {
      const found = await stat(path);
      const birthMs = createdAt(found.birthtimeMs, found.ctimeMs);
      return { size: found.size, mtimeMs: found.mtimeMs, birthMs, inode: found.ino, isFile: found.isFile() };
    } catch (error) {
      if (systemCode(error) === "ENOENT") return undefined;
      throw error;
    }
  },
  free: async (folder) => {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  },
};

/** Writes a whole file and makes it durable under its name: a reader sees the old bytes or the new ones. */
export async function replaceFile(files: Files, path: string, bytes: Uint8Array): Promise<void> {
  const file = await files.create(`${path}.new`);
  try {
    await file.write(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(`${path}.new`, path);
}
