// Real hosts of the WASI command: node:wasi, by the program that docs/wasi.md shows, and wasmtime, from WASMTIME or PATH.

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { executable } from "../support/executable.ts";
import { WASM } from "./double.ts";

const RUNNER = "build/test/wasi/run-wasi.mjs";

export interface Host {
  readonly name: string;
  /** `skip` of its tests: false, or why they do not run. */
  readonly skip: string | false;
  readonly program: string;
  readonly args: readonly string[];
  /** The same with 4 MB of memory for the command, where the host can set that. */
  readonly limited?: readonly string[];
}

export interface Outcome {
  readonly status: number | null;
  readonly out: Buffer;
  readonly err: string;
}

export type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const wasmtime = executable("wasmtime", "WASMTIME");

export const HOSTS: readonly Host[] = [
  {
    name: "node:wasi",
    skip: false,
    program: process.execPath,
    args: ["--no-warnings", RUNNER, WASM],
  },
  {
    name: "wasmtime",
    skip: wasmtime === undefined && "no wasmtime at WASMTIME, nor on PATH",
    program: wasmtime ?? "wasmtime",
    args: ["run", WASM],
    limited: ["run", "-W", "max-memory-size=4000000", WASM],
  },
];

/** The first block of a language in docs/wasi.md that is a whole file. */
export function shown(language: string): string {
  const found = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "ms").exec(
    readFileSync("docs/wasi.md", "utf8"),
  );
  if (found?.[1] === undefined) throw new Error(`docs/wasi.md shows no ${language}`);
  return found[1];
}

mkdirSync("build/test/wasi", { recursive: true });
writeFileSync(RUNNER, shown("js"));

/** Starts the command. `stdin`: a file's descriptor, or else a pipe. */
export function start(host: Host, args: readonly string[], stdin: number | "pipe" = "pipe"): Child {
  return spawn(host.program, [...host.args, ...args], { stdio: [stdin, "pipe", "pipe"] }) as Child;
}

/** Runs the command until it ends. `feed` writes its input, and ends it. */
export async function run(
  host: Host,
  args: readonly string[],
  input: number | ((stdin: Writable) => Promise<void>),
): Promise<Outcome> {
  const child = start(host, args, typeof input === "number" ? input : "pipe");
  const ended = once(child, "close");
  const [out, err] = [buffer(child.stdout), text(child.stderr)];
  if (typeof input !== "number") await input(child.stdin);
  const [status] = await ended;
  return { status, out: await out, err: await err };
}

/** Input in pieces of these lengths, over and over. A host may find several of them at once. */
export function inPieces(
  bytes: Uint8Array,
  ...lengths: readonly number[]
): (stdin: Writable) => Promise<void> {
  return async (stdin) => {
    let at = 0;
    for (let turn = 0; at < bytes.length; turn++) {
      const piece = bytes.subarray(at, at + (lengths[turn % lengths.length] ?? 1));
      at += piece.length;
      await new Promise((done, fail) =>
        stdin.write(piece, (error) => (error ? fail(error) : done(undefined))),
      );
    }
    stdin.end();
  };
}
