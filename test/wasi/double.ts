// A double of a WASI host, which does what a test says: gives input in pieces of any length, takes output in pieces, and
// fails when it is told to. Real hosts are in hosts.ts.

import { readFileSync } from "node:fs";
import type { HostTime } from "../../host/module.ts";

export const WASM = "build/mimecast-wasi.wasm";

/** Of preview 1, those that a test names. */
export const ERRNO = {
  AGAIN: 6,
  BADF: 8,
  INTR: 27,
  INVAL: 28,
  IO: 29,
  NOSPC: 51,
  NOSYS: 52,
  PIPE: 64,
} as const;
export type Errno = keyof typeof ERRNO;

/** What a read or a write does: how many bytes it gives or takes at most, or why it fails. */
export type Step = number | Errno;

export interface World {
  readonly args?: readonly string[];
  readonly time?: HostTime;
  /** Asked before each read, with how many bytes were asked for. */
  readonly read?: (asked: number) => Step;
  /** Asked before each write to standard output. */
  readonly write?: (offered: number) => Step;
  /** Bytes to come when all of `input` was read; none is the end. */
  readonly more?: () => Uint8Array;
  /** What a function answers in place of what it does otherwise. */
  readonly fails?: Readonly<Record<string, Errno>>;
}

export interface Outcome {
  readonly status: number;
  readonly out: Buffer;
  readonly err: string;
  /** Calls, by function. */
  readonly calls: Readonly<Record<string, number>>;
  /** Size of the command's memory at its end. */
  readonly memory: number;
}

/** What is waited for, by the type of a subscription and its descriptor. */
const SUBJECTS = new Map([
  ["1 0", "reading"],
  ["2 1", "writing"],
]);

const module = new WebAssembly.Module(readFileSync(WASM));

class Exit extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`exit ${status}`);
    this.status = status;
  }
}

/** Runs the command over `input`. `told` gets each piece of standard output as it comes. */
export function runCommand(
  input: Uint8Array,
  world: World = {},
  told: (piece: Uint8Array) => void = () => undefined,
): Outcome {
  const host = new Host(input, world, told);
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: host.imports });
  const { memory, _start } = instance.exports as { memory: WebAssembly.Memory; _start: () => void };
  host.memory = memory;
  let status = 0;
  try {
    _start();
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    status = error.status;
  }
  return {
    status,
    out: Buffer.concat(host.out),
    err: Buffer.concat(host.err).toString(),
    calls: host.calls,
    memory: memory.buffer.byteLength,
  };
}

class Host {
  memory = new WebAssembly.Memory({ initial: 0 });
  readonly out: Buffer[] = [];
  readonly err: Buffer[] = [];
  readonly calls: Record<string, number> = {};
  readonly #world: World;
  readonly #told: (piece: Uint8Array) => void;
  #input: Uint8Array;
  /** A read or write that would block was not yet waited for. */
  #waitFor: string | undefined;

  constructor(input: Uint8Array, world: World, told: (piece: Uint8Array) => void) {
    this.#input = input;
    this.#world = world;
    this.#told = told;
  }

  get imports(): Record<string, (...args: never[]) => number> {
    const functions = {
      args_sizes_get: (count: number, size: number) => {
        this.#view.setUint32(count, this.#arguments.length, true);
        this.#view.setUint32(size, Buffer.concat(this.#arguments).length, true);
        return 0;
      },
      args_get: (addresses: number, texts: number) => {
        if (this.#arguments.length === 0) return ERRNO.INVAL; // as Node does
        let at = texts;
        for (const [index, text] of this.#arguments.entries()) {
          this.#view.setUint32(addresses + 4 * index, at, true);
          this.#bytes.set(text, at);
          at += text.length;
        }
        return 0;
      },
      clock_time_get: (id: number, _precision: bigint, at: number) => {
        if (id !== 0) return ERRNO.INVAL;
        const { sec, nsec } = this.#world.time ?? { sec: 0, nsec: 0 };
        this.#view.setBigUint64(at, BigInt(sec) * 1_000_000_000n + BigInt(nsec), true);
        return 0;
      },
      fd_read: (descriptor: number, vectors: number, count: number, read: number) =>
        this.#read(descriptor, vectors, count, read),
      fd_write: (descriptor: number, vectors: number, count: number, written: number) =>
        this.#write(descriptor, vectors, count, written),
      poll_oneoff: (subscription: number, event: number, count: number, happened: number) =>
        this.#poll(subscription, event, count, happened),
      proc_exit: (status: number) => {
        throw new Exit(status);
      },
    };
    return Object.fromEntries(
      Object.entries(functions).map(([name, work]) => [
        name,
        (...args: never[]) => {
          this.calls[name] = (this.calls[name] ?? 0) + 1;
          const failure = this.#world.fails?.[name];
          if (failure === undefined) return (work as (...args: never[]) => number)(...args);
          if (name === "poll_oneoff") this.#waitFor = undefined;
          return ERRNO[failure];
        },
      ]),
    );
  }

  get #view(): DataView {
    return new DataView(this.memory.buffer);
  }

  get #bytes(): Uint8Array {
    return new Uint8Array(this.memory.buffer);
  }

  get #arguments(): Buffer[] {
    return (this.#world.args ?? ["mimecast-wasi"]).map((text) => Buffer.from(`${text}\0`));
  }

  /** The one place that a call names: the command never names more. */
  #vector(vectors: number, count: number): Uint8Array {
    if (count !== 1) throw new Error(`${count} vectors`);
    const length = this.#view.getUint32(vectors + 4, true);
    if (length === 0) throw new Error("an empty vector");
    return new Uint8Array(this.memory.buffer, this.#view.getUint32(vectors, true), length);
  }

  /** How many bytes come or go, or an error for the command. */
  #step(step: Step, subject: string): number {
    if (this.#waitFor !== undefined)
      throw new Error(`${subject}, though ${this.#waitFor} was not waited for`);
    if (typeof step === "number") return step;
    if (step === "AGAIN") this.#waitFor = subject;
    return -ERRNO[step];
  }

  #read(descriptor: number, vectors: number, count: number, read: number): number {
    if (descriptor !== 0) return ERRNO.BADF;
    const place = this.#vector(vectors, count);
    const most = this.#step(this.#world.read?.(place.length) ?? place.length, "reading");
    if (most < 0) return -most;
    if (this.#input.length === 0) this.#input = this.#world.more?.() ?? new Uint8Array();
    const piece = this.#input.subarray(0, Math.min(most, place.length));
    place.set(piece);
    this.#input = this.#input.subarray(piece.length);
    this.#view.setUint32(read, piece.length, true);
    return 0;
  }

  #write(descriptor: number, vectors: number, count: number, written: number): number {
    if (descriptor !== 1 && descriptor !== 2) return ERRNO.BADF;
    const offered = this.#vector(vectors, count);
    const most =
      descriptor === 2
        ? offered.length
        : this.#step(this.#world.write?.(offered.length) ?? offered.length, "writing");
    if (most < 0) return -most;
    const piece = Buffer.from(offered.subarray(0, most));
    (descriptor === 1 ? this.out : this.err).push(piece);
    if (descriptor === 1) this.#told(piece);
    this.#view.setUint32(written, piece.length, true);
    return 0;
  }

  /** Subscriptions are 48 bytes long, events 32: a type at 8 and a descriptor at 16, an error at 8 and a type at 10. */
  #poll(subscription: number, event: number, count: number, happened: number): number {
    const type = this.#view.getUint8(subscription + 8);
    const descriptor = this.#view.getUint32(subscription + 16, true);
    const subject = SUBJECTS.get(`${type} ${descriptor}`);
    if (count !== 1 || subject !== this.#waitFor) throw new Error(`poll ${type} of ${descriptor}`);
    this.#waitFor = undefined;
    this.#bytes.fill(0, event, event + 32);
    this.#view.setUint8(event + 10, type);
    this.#view.setUint32(happened, 1, true);
    return 0;
  }
}
