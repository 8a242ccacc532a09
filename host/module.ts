/**
 * The module under Node: loads `mimecast.wasm`, gives it bytes, hands its bytes back. Fields get their meaning inside the
 * module and nowhere else. One instance is one thread of work: answers are views of its memory, valid until the next call.
 */
import { readFile } from "node:fs/promises";
import { ModuleError } from "./errors.ts";

/** What is asked for: UDM events, decoded lines, UDM events without detection rules, UDM events of lines on which one fires. */
export const MAPPING_FUNCTIONS = ["udm", "fields", "plain", "alerts"] as const;
export type MappingFunction = (typeof MAPPING_FUNCTIONS)[number];

/** A time that stands in where a line has none. */
export interface HostTime {
  /** Seconds since 1970. */
  readonly sec: number;
  /** Nanoseconds of that second. */
  readonly nsec: number;
}

/** The answer for the records that a chunk held. */
export interface Batch {
  /** One JSON object and LF for each record. A view of the module's memory, valid until its next call. */
  readonly output: Uint8Array;
  readonly records: number;
  /** Records that were written with `mimecast_error`. */
  readonly unmapped: number;
}

/**
 * A place in an input. A feed that starts there gives, for the rest of the input, what a feed of the whole would have given.
 */
export interface Position {
  /** Bytes of the input that lie behind it: records that were handed over, and what belongs to none. */
  readonly offset: number;
  /** How the module was splitting there (docs/grammar.md, Splitting); 0 between two lines. */
  readonly flags: number;
}

/** The beginning of an input. */
export const START: Position = { offset: 0, flags: 0 };

/** A chunk's answer, how much of it was read, and what to pass on with the next one. */
interface Chunk extends Batch {
  readonly consumed: number;
  readonly flags: number;
}

/** The longest record the module takes, in bytes. */
export const MAX_RECORD = 32 * 1024 * 1024;

const LAST = 1;
const WANTED = { udm: 0, fields: 1, plain: 2, alerts: 3 } as const;
/** The function that a shipper calls for it. */
const FILTERS = {
  udm: "mimecast_udm",
  fields: "mimecast_fields",
  plain: "mimecast_udm_plain",
  alerts: "mimecast_alerts",
} as const;

type Filter = (
  tag: number,
  tagLength: number,
  seconds: number,
  nanoseconds: number,
  record: number,
  recordLength: number,
) => number;

interface Exports {
  readonly memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(block: number): void;
  mimecast_udm: Filter;
  mimecast_fields: Filter;
  mimecast_udm_plain: Filter;
  mimecast_alerts: Filter;
  mimecast_rule_evictions(): number;
  mimecast_batch(
    wanted: number,
    input: number,
    length: number,
    flags: number,
    seconds: number,
    nanoseconds: number,
  ): number;
}

export class MimecastModule {
  readonly #exports: Exports;
  #bytes = new Uint8Array();

  private constructor(exports: Exports) {
    this.#exports = exports;
  }

  /** Loads a module from a file. */
  static async load(path: string | URL): Promise<MimecastModule> {
    const [module] = await MimecastModule.loadSeveral(path, 1);
    return module as MimecastModule;
  }

  /** Loads `count` modules from a file, which is compiled once. Each has a memory of its own. */
  static async loadSeveral(path: string | URL, count: number): Promise<MimecastModule[]> {
    try {
      const compiled = await WebAssembly.compile(await readFile(path));
      const instances = Array.from({ length: count }, () => WebAssembly.instantiate(compiled, {}));
      return (await Promise.all(instances)).map((instance) => MimecastModule.#of(instance));
    } catch (error) {
      if (error instanceof ModuleError) throw error;
      const message = `cannot load the module ${path}; install the package anew, or in a checkout run npm run build`;
      throw new ModuleError(message, { code: "module_unreadable", cause: error });
    }
  }

  /** Instantiates a module from its bytes. */
  static async from(bytes: Uint8Array): Promise<MimecastModule> {
    const { instance } = await WebAssembly.instantiate(bytes, {});
    return MimecastModule.#of(instance);
  }

  static #of(instance: WebAssembly.Instance): MimecastModule {
    const exports = instance.exports as unknown as Exports;
    if (typeof exports.mimecast_batch !== "function") {
      throw new ModuleError("the module has no mimecast_batch; use build/mimecast.wasm", {
        code: "module_unsuitable",
      });
    }
    return new MimecastModule(exports);
  }

  /** Size of the module's memory in bytes. It grows with the longest record, not with their number. */
  get memorySize(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  /** Events that rules which count have forgotten for lack of room, although they might still have counted. */
  get ruleEvictions(): number {
    return this.#exports.mimecast_rule_evictions() >>> 0;
  }

  /** The answer for one raw line: one JSON object. */
  map(line: Uint8Array, wanted: MappingFunction, time: HostTime): string {
    return Buffer.from(this.batch(line, wanted, time).output)
      .toString("utf8")
      .replace(/\n$/, "");
  }

  /** Maps everything in `input`, which ends where its last record ends. The output is the caller's. */
  batch(input: Uint8Array, wanted: MappingFunction, time: HostTime): Batch {
    const parts: Uint8Array[] = [];
    let records = 0;
    let unmapped = 0;
    for (const batch of this.feed(wanted, time).end(input)) {
      parts.push(batch.output.slice());
      records += batch.records;
      unmapped += batch.unmapped;
    }
    return { output: Buffer.concat(parts), records, unmapped };
  }

  /** Starts a stream of raw bytes: an input from its beginning, or the rest of one from `start` on. */
  feed(wanted: MappingFunction, time: HostTime, start: Position = START): Feed {
    return new Feed(this, wanted, time, start);
  }

  /**
   * Calls the module as Fluent Bit's filter_wasm does: two mallocs, bytes with a NUL, the call, the answer up to its NUL, two
   * frees. `tag` is what Fluent Bit passes first.
   */
  filter(record: Uint8Array, wanted: MappingFunction, time: HostTime, tag = "mimecast"): string {
    const tagBytes = Buffer.from(tag);
    const tagAt = this.#place(tagBytes, 1);
    const recordAt = this.#place(record, 1);
    const answer = this.#exports[FILTERS[wanted]](
      tagAt,
      tagBytes.length,
      time.sec,
      time.nsec,
      recordAt,
      record.length,
    );
    const memory = this.#memory();
    const text = Buffer.from(memory.subarray(answer, memory.indexOf(0, answer))).toString("utf8");
    if (tagAt !== 0) this.#exports.free(tagAt);
    if (recordAt !== 0) this.#exports.free(recordAt);
    return text;
  }

  /** The answer for a record of `size` bytes that was too long to be handed over. */
  tooLarge(size: number, wanted: MappingFunction, time: HostTime): Batch {
    const answer = this.#exports[FILTERS[wanted]](0, 0, time.sec, time.nsec, 0, Math.min(size, 0xffff_ffff));
    const memory = this.#memory();
    const end = memory.indexOf(0, answer);
    const isDropped = end === answer;
    return {
      output: isDropped ? new Uint8Array() : Buffer.concat([memory.subarray(answer, end), Buffer.from("\n")]),
      records: 1,
      unmapped: 1,
    };
  }

  /** Room for `size` bytes in the module; 0 if it has none. The caller gives it back with `free`. */
  malloc(size: number): number {
    return this.#exports.malloc(size) >>> 0;
  }

  free(block: number): void {
    this.#exports.free(block);
  }

  /** The module's memory from `at` on, valid until the next call. */
  bytesAt(at: number, length: number): Uint8Array {
    return this.#memory().subarray(at, at + length);
  }

  /** Maps `length` bytes at `input`. */
  chunk(wanted: MappingFunction, input: number, length: number, flags: number, time: HostTime): Chunk {
    const at = this.#exports.mimecast_batch(WANTED[wanted], input, length, flags, time.sec, time.nsec) >>> 0;
    const memory = this.#memory();
    const view = new DataView(memory.buffer, at, 24);
    const [consumed, output, outputLength, records, unmapped, after] = [0, 4, 8, 12, 16, 20].map((offset) =>
      view.getUint32(offset, true),
    ) as [number, number, number, number, number, number];
    return {
      consumed,
      output: memory.subarray(output, output + outputLength),
      records,
      unmapped,
      flags: after,
    };
  }

  #place(bytes: Uint8Array, extra: number): number {
    const at = this.malloc(bytes.length + extra);
    if (at === 0) return 0;
    const memory = this.#memory();
    memory.set(bytes, at);
    memory.fill(0, at + bytes.length, at + bytes.length + extra);
    return at;
  }

  /** All of memory. A view dies when memory grows, so it is asked for anew after each call. */
  #memory(): Uint8Array {
    const { buffer } = this.#exports.memory;
    if (this.#bytes.buffer !== buffer) this.#bytes = new Uint8Array(buffer);
    return this.#bytes;
  }
}

const FIRST_CAPACITY = 256 * 1024;

/** Above this, an incomplete record is looked at again only once it has grown by a quarter: not each time from its start. */
const PATIENT_FROM = 1024 * 1024;
const LF = 0x0a;

/**
 * A stream of raw bytes, cut anywhere, on its way through the module. Holds the end of a record until the rest of it comes; a
 * record that is longer than MAX_RECORD is passed over and reported as `record_too_large`.
 */
export class Feed {
  readonly #module: MimecastModule;
  readonly #wanted: MappingFunction;
  readonly #time: HostTime;
  #block = 0;
  #capacity = 0;
  #held = 0;
  /** How much must be held before the module is asked again. */
  #enough = 0;
  #offset: number;
  #flags: number;
  /** Bytes passed over of a record that is too long, or -1. */
  #passedOver = -1;

  constructor(module: MimecastModule, wanted: MappingFunction, time: HostTime, start: Position) {
    this.#module = module;
    this.#wanted = wanted;
    this.#time = time;
    this.#offset = start.offset;
    this.#flags = start.flags;
  }

  /** Where the input stands behind the batch that was given last, and behind none that was not. */
  get position(): Position {
    return { offset: this.#offset, flags: this.#flags };
  }

  /** Maps the records that `bytes` complete. Each batch must be used before the next one is asked for. */
  *push(bytes: Uint8Array): Generator<Batch> {
    yield* this.#run(bytes, false);
  }

  /** Maps what is left, after `bytes`, and gives the module's memory back. */
  *end(bytes: Uint8Array = new Uint8Array()): Generator<Batch> {
    try {
      yield* this.#run(bytes, true);
    } finally {
      this.abandon();
    }
  }

  /** Gives the module's memory back without mapping what is left. The feed is of no use afterwards. */
  abandon(): void {
    this.#module.free(this.#block);
    this.#block = this.#capacity = this.#held = 0;
  }

  *#run(bytes: Uint8Array, last: boolean): Generator<Batch> {
    let rest = bytes;
    do {
      rest = this.#passOver(rest, last);
      if (this.#passedOver >= 0 && (rest.length > 0 || last)) {
        this.#offset += this.#passedOver;
        yield this.#module.tooLarge(this.#passedOver, this.#wanted, this.#time);
        this.#passedOver = -1;
      }
      const taken = this.#hold(rest);
      rest = rest.subarray(taken);
      yield* this.#drain(last && rest.length === 0);
      if (rest.length > 0 && this.#held === MAX_RECORD) this.#startPassingOver();
    } while (rest.length > 0);
  }

  /** Maps what is held until nothing more can be. */
  *#drain(last: boolean): Generator<Batch> {
    while (this.#held > 0 && (last || this.#held >= this.#enough)) {
      this.#enough = 0;
      const chunk = this.#module.chunk(
        this.#wanted,
        this.#block,
        this.#held,
        this.#flags | (last ? LAST : 0),
        this.#time,
      );
      this.#flags = chunk.flags;
      this.#offset += chunk.consumed;
      if (chunk.records > 0) yield chunk;
      this.#held -= chunk.consumed;
      if (this.#held > 0) {
        this.#module
          .bytesAt(this.#block, this.#capacity)
          .copyWithin(0, chunk.consumed, chunk.consumed + this.#held);
      }
      if (chunk.records === 0) {
        if (this.#held > PATIENT_FROM) this.#enough = Math.min(MAX_RECORD, this.#held + (this.#held >> 2));
        break;
      }
    }
  }

  /** Puts as much of `bytes` as fits behind what is held; returns how much that was. */
  #hold(bytes: Uint8Array): number {
    const wanted = Math.min(this.#held + bytes.length, MAX_RECORD);
    if (wanted > this.#capacity) this.#grow(wanted);
    const taken = Math.min(bytes.length, this.#capacity - this.#held);
    this.#module.bytesAt(this.#block, this.#capacity).set(bytes.subarray(0, taken), this.#held);
    this.#held += taken;
    return taken;
  }

  #grow(wanted: number): void {
    const capacity = Math.min(MAX_RECORD, Math.max(FIRST_CAPACITY, wanted, 2 * this.#capacity));
    const held = this.#held === 0 ? new Uint8Array() : this.#module.bytesAt(this.#block, this.#held).slice();
    if (this.#block !== 0) this.#module.free(this.#block);
    this.#block = this.#module.malloc(capacity);
    if (this.#block === 0) {
      throw new ModuleError(`the module has no room for a chunk of ${capacity} bytes`, {
        code: "module_memory",
      });
    }
    this.#capacity = capacity;
    this.#module.bytesAt(this.#block, capacity).set(held);
  }

  #startPassingOver(): void {
    this.#passedOver = this.#held;
    this.#held = 0;
    this.#enough = 0;
  }

  /** Drops the rest of a record that is too long, up to its line end. Returns what is behind it. */
  #passOver(bytes: Uint8Array, last: boolean): Uint8Array {
    if (this.#passedOver < 0) return bytes;
    const lineFeed = bytes.indexOf(LF);
    if (lineFeed >= 0) {
      this.#passedOver += lineFeed;
      return bytes.subarray(lineFeed);
    }
    this.#passedOver += bytes.length;
    return last ? bytes.subarray(bytes.length) : new Uint8Array();
  }
}
