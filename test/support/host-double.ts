// A double of Fluent Bit's filter_wasm that repeats its calls one by one (src/wasm/flb_wasm.c, 5.1.1): room for the tag and
// for the record, each with its NUL, the call, the answer up to its NUL, then both rooms given back, the tag's first. Room
// that it does not get it does not notice: it calls with 0 and the true length.

import { readFile } from "node:fs/promises";

export type FilterFunction = "mimecast_udm" | "mimecast_udm_plain" | "mimecast_fields";

interface Exports {
  memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(block: number): void;
  mimecast_udm(...args: number[]): number;
  mimecast_udm_plain(...args: number[]): number;
  mimecast_fields(...args: number[]): number;
}

const SECONDS = 1_785_578_400; // 2026-08-01T10:00:00Z
const NANOSECONDS = 5;

export class HostDouble {
  readonly exports: Exports;
  #memory = Buffer.alloc(0);

  private constructor(exports: Exports) {
    this.exports = exports;
  }

  static async start(path: string): Promise<HostDouble> {
    const { instance } = await WebAssembly.instantiate(await readFile(path), {});
    return new HostDouble(instance.exports as unknown as Exports);
  }

  /** All of the module's memory, until it grows. */
  get memory(): Buffer {
    const { buffer } = this.exports.memory;
    if (this.#memory.buffer !== buffer) this.#memory = Buffer.from(buffer);
    return this.#memory;
  }

  /** The answer, a copy that is the caller's. `firstFreed` is the block that is given back first. */
  filter(name: FilterFunction, tag: Uint8Array, record: Uint8Array, firstFreed = "tag"): Buffer {
    const tagAt = this.#duplicate(tag);
    const recordAt = this.#duplicate(record);
    const answer = this.call(name, tagAt, tag.length, recordAt, record.length);
    const blocks = firstFreed === "tag" ? [tagAt, recordAt] : [recordAt, tagAt];
    for (const block of blocks) if (block !== 0) this.exports.free(block);
    return answer;
  }

  call(name: FilterFunction, tag: number, tagLength: number, record: number, recordLength: number): Buffer {
    const at = this.exports[name](tag, tagLength, SECONDS, NANOSECONDS, record, recordLength) >>> 0;
    return Buffer.from(this.memory.subarray(at, this.memory.indexOf(0, at)));
  }

  #duplicate(bytes: Uint8Array): number {
    const at = this.exports.malloc(bytes.length + 1) >>> 0;
    if (at === 0) return 0;
    this.memory.set(bytes, at);
    this.memory[at + bytes.length] = 0;
    return at;
  }
}
