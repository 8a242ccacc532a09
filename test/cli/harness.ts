// Runs the command inside the test: streams in memory, the modules of build/.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Writable } from "node:stream";
import type { TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import type { Io } from "../../cli/io.ts";
import { run } from "../../cli/program.ts";
import { recordEvents } from "../support/events.ts";

/** The command as it ships. */
export const COMMAND = resolve("build/mimecast-udm.mjs");

/** Start of the process in these tests, and as the module writes it. */
export const STARTED_AT = { sec: 1_700_000_000, nsec: 0 };
export const STARTED = "2023-11-14T22:13:20Z";

/** Keeps what is written to it. The chunks are views of the module's memory, so it copies them. */
export class Collected extends Writable {
  readonly #parts: Buffer[] = [];

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#parts.push(Buffer.from(chunk));
    done();
  }

  get text(): string {
    return Buffer.concat(this.#parts).toString("utf8");
  }
}

export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Standard input that comes in the given pieces. */
// biome-ignore lint/suspicious/useAwait: an async generator is what standard input is
export async function* pieces(...parts: (string | Uint8Array)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield Buffer.from(part);
}

/** Standard input, one byte a piece. */
export const singleBytes = (text: string | Uint8Array): AsyncGenerator<Uint8Array> =>
  pieces(...[...Buffer.from(text)].map((byte) => Uint8Array.of(byte)));

/** Runs the command in this process. */
export async function call(args: readonly string[], io: Partial<Io> = {}): Promise<Outcome> {
  const stdout = new Collected();
  const stderr = new Collected();
  const status = await run(args, {
    stdin: pieces(),
    stdout,
    stderr,
    colour: false,
    startedAt: STARTED_AT,
    modules: pathToFileURL(`${resolve("build")}/`),
    ...io,
  });
  return { status, out: stdout.text, err: stderr.text };
}

export interface Converted {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly additional?: Readonly<Record<string, string>>;
  readonly mimecast?: Readonly<Record<string, string>>;
  readonly mimecast_error?: { readonly code: string; readonly message: string };
}

/** The objects of newline-delimited JSON. UDM events among them are kept for the schema check of .ci/. */
export function parsed(out: string): Converted[] {
  if (out !== "" && !out.endsWith("\n")) throw new Error("the last line has no end");
  const lines = out.split("\n").slice(0, -1);
  const objects = lines.map((line): Converted => JSON.parse(line));
  recordEvents(lines.filter((_, index) => objects[index]?.metadata !== undefined));
  return objects;
}

/** A folder that goes away with the test. */
export async function folder(context: TestContext): Promise<(name: string) => string> {
  const path = await mkdtemp(join(tmpdir(), "mimecast-udm-"));
  context.after(() => rm(path, { recursive: true }));
  return (name) => join(path, name);
}
