/** Where raw bytes come from: files and standard input, each with the time of its records that have none. */
import { type FileHandle, open, stat } from "node:fs/promises";
import { fromNanoseconds } from "../host/host-time.ts";
import type { HostTime } from "../host/module.ts";
import { CliError, messageOf, systemCode } from "./errors.ts";
import type { Io } from "./io.ts";

export interface Source {
  readonly time: HostTime;
  /** Its bytes, cut anywhere; each piece valid until the next is asked for. */
  chunks(): AsyncIterable<Uint8Array>;
}

export const STDIN = "-";
/** Longer reads gain no time. */
const READ_SIZE = 512 * 1024;

/** The sources that the arguments name; standard input if there are none. Every file is looked at before any is read. */
export async function openSources(files: readonly string[], io: Io): Promise<Source[]> {
  const names = files.length === 0 ? [STDIN] : files;
  if (names.indexOf(STDIN) !== names.lastIndexOf(STDIN)) {
    throw new CliError("standard input is named twice", {
      code: "input_twice",
      remedy: "name - once: it can be read only once",
    });
  }
  const sources: Source[] = [];
  for (const name of names) sources.push(name === STDIN ? fromStdin(io) : await fromFile(name, io));
  return sources;
}

function fromStdin(io: Io): Source {
  return { time: io.startedAt, chunks: () => readStdin(io) };
}

export async function* readStdin(io: Io): AsyncGenerator<Uint8Array> {
  try {
    yield* io.stdin;
  } catch (error) {
    throw new CliError(`cannot read standard input: ${messageOf(error)}`, {
      code: "input_unreadable",
      remedy: "pipe the log into the command, or name its file",
      cause: error,
    });
  }
}

async function fromFile(path: string, io: Io): Promise<Source> {
  const found = await stat(path, { bigint: true }).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) {
    throw new CliError(`${path} is a folder`, {
      code: "input_folder",
      remedy: `name the files in it, as in ${path.replace(/\/+$/, "")}/*`,
    });
  }
  // A pipe under a file's name, `<(…)`, has no time of its own.
  const time = found.isFile() ? fromNanoseconds(found.mtimeNs) : io.startedAt;
  return { time, chunks: () => readFile(path) };
}

async function* readFile(path: string): AsyncGenerator<Uint8Array> {
  try {
    const file = await open(path);
    try {
      yield* inTurns(file);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/** The file's bytes by way of two buffers: one is read into while the other is worked on. */
async function* inTurns(file: FileHandle): AsyncGenerator<Uint8Array> {
  const read = (buffer: Buffer<ArrayBuffer>) => {
    const reading = file.read(buffer, 0, buffer.length, null);
    reading.catch(() => {}); // thrown where it is waited for, which may be later than it fails
    return reading;
  };
  let [onItsWay, other] = [read(Buffer.allocUnsafeSlow(READ_SIZE)), Buffer.allocUnsafeSlow(READ_SIZE)];
  try {
    for (;;) {
      const { bytesRead, buffer } = await onItsWay;
      if (bytesRead === 0) return;
      onItsWay = read(other);
      other = buffer;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await onItsWay.catch(() => {}); // the file must not be closed under it
  }
}

function unreadable(path: string, cause: unknown): CliError {
  if (systemCode(cause) === "ENOENT") {
    return new CliError(`there is no file ${path}`, {
      code: "input_missing",
      remedy: "check the path; - stands for standard input",
      cause,
    });
  }
  return new CliError(`cannot read ${path}: ${messageOf(cause)}`, {
    code: "input_unreadable",
    remedy: "check that it can be read by the user that runs the command",
    cause,
  });
}
