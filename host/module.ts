/**
 * The module under Node and in a browser: loads `mimecast.wasm`, gives it bytes, hands its bytes back. Fields get their meaning inside the
 * module and nowhere else. One instance is one thread of work: answers are views of its memory, valid until the next call.
 */
import { REMEDY, readModule } from "#read-module";
import { concatenated, toBytes, toText } from "./bytes.ts";
import { ModuleError } from "./errors.ts";
import { Feed } from "./feed.ts";

export { type Feed, MAX_RECORD } from "./feed.ts";

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
  /** One JSON object and LF for each event. A view of the module's memory, valid until its next call. */
  readonly output: Uint8Array;
  readonly records: number;
  /** Objects in the output: as many as records, but for `alerts`, where a record on which no rule fires has none. */
  readonly events: number;
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

const LAST = 1;
/** A module whose one function uses SIMD: valid where the engine has it. `i8x16.popcnt(i8x16.splat(0))` */
const SIMD = Uint8Array.of(
  ...[
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
    11,
  ],
);
const LINE_FEED = Uint8Array.of(0x0a);
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
  mimecast_udm_msgpack: Filter;
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
  readonly #compiled: WebAssembly.Module;
  #bytes = new Uint8Array();

  private constructor(exports: Exports, compiled: WebAssembly.Module) {
    this.#exports = exports;
    this.#compiled = compiled;
  }

  /** Loads a module from a file. */
  static async load(path: string | URL): Promise<MimecastModule> {
    try {
      const compiled = await WebAssembly.compile(await readModule(path));
      return MimecastModule.of(await WebAssembly.instantiate(compiled, {}), compiled);
    } catch (error) {
      if (error instanceof ModuleError) throw error;
      const message = `cannot load the module ${path}; ${REMEDY}`;
      throw new ModuleError(message, { code: "module_unreadable", cause: error });
    }
  }

  /**
   * Loads the module of the folder that this engine runs fastest: `mimecast-simd.wasm` where the one is there and the other has
   * SIMD, else `mimecast.wasm`. Their answers are the same.
   */
  static async loadFastest(folder: URL): Promise<MimecastModule> {
    if (WebAssembly.validate(SIMD)) {
      try {
        return await MimecastModule.load(new URL("mimecast-simd.wasm", folder));
      } catch (error) {
        if (!isAbsent(error)) throw error;
      }
    }
    return MimecastModule.load(new URL("mimecast.wasm", folder));
  }

  /** Instantiates a module from its bytes. */
  static async from(bytes: Uint8Array<ArrayBuffer>): Promise<MimecastModule> {
    const { instance, module } = await WebAssembly.instantiate(bytes, {});
    return MimecastModule.of(instance, module);
  }

  /** Takes an instance that was made elsewhere, of the module `compiled`. */
  static of(instance: WebAssembly.Instance, compiled: WebAssembly.Module): MimecastModule {
    const exports = instance.exports as unknown as Exports;
    if (typeof exports.mimecast_batch !== "function") {
      throw new ModuleError("the module has no mimecast_batch; use build/mimecast.wasm", {
        code: "module_unsuitable",
      });
    }
    return new MimecastModule(exports, compiled);
  }

  /** A further instance, with a memory of its own, whose rules have counted nothing yet. */
  async another(): Promise<MimecastModule> {
    return MimecastModule.of(await WebAssembly.instantiate(this.#compiled, {}), this.#compiled);
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
    return toText(this.batch(line, wanted, time).output).replace(/\n$/, "");
  }

  /** Maps everything in `input`, which ends where its last record ends. The output is the caller's. */
  batch(input: Uint8Array, wanted: MappingFunction, time: HostTime): Batch {
    const parts: Uint8Array[] = [];
    let records = 0;
    let events = 0;
    let unmapped = 0;
    for (const batch of this.feed(wanted, time).end(input)) {
      parts.push(batch.output.slice());
      records += batch.records;
      events += batch.events;
      unmapped += batch.unmapped;
    }
    return { output: concatenated(parts), records, events, unmapped };
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
    const tagBytes = toBytes(tag);
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
    const text = toText(memory.subarray(answer, memory.indexOf(0, answer)));
    if (tagAt !== 0) this.#exports.free(tagAt);
    if (recordAt !== 0) this.#exports.free(recordAt);
    return text;
  }

  /**
   * Calls `mimecast_udm_msgpack` as Fluent Bit does with `event_format msgpack`: `record` is MessagePack, and so is the answer, up to its
   * NUL. It is the caller's.
   */
  filterMsgpack(record: Uint8Array, time: HostTime, tag = "mimecast"): Uint8Array {
    const tagBytes = toBytes(tag);
    const tagAt = this.#place(tagBytes, 1);
    const recordAt = this.#place(record, 0);
    const answer = this.#exports.mimecast_udm_msgpack(
      tagAt,
      tagBytes.length,
      time.sec,
      time.nsec,
      recordAt,
      record.length,
    );
    const memory = this.#memory();
    const bytes = memory.slice(answer, memory.indexOf(0, answer));
    if (tagAt !== 0) this.#exports.free(tagAt);
    if (recordAt !== 0) this.#exports.free(recordAt);
    return bytes;
  }

  /** The answer for a record of `size` bytes that was too long to be handed over. */
  tooLarge(size: number, wanted: MappingFunction, time: HostTime): Batch {
    const answer = this.#exports[FILTERS[wanted]](0, 0, time.sec, time.nsec, 0, Math.min(size, 0xffff_ffff));
    const memory = this.#memory();
    const end = memory.indexOf(0, answer);
    const isDropped = end === answer;
    return {
      output: isDropped ? new Uint8Array() : concatenated([memory.subarray(answer, end), LINE_FEED]),
      records: 1,
      events: isDropped ? 0 : 1,
      unmapped: 1,
    };
  }

  /**
   * Maps the records of `held` and `fresh`, which stand one behind the other in their input; `last` if nothing follows them. The
   * module's memory is taken, filled and given back in here: what is left of it is the output, until the next call.
   */
  chunk(
    wanted: MappingFunction,
    held: Uint8Array,
    fresh: Uint8Array,
    flags: number,
    last: boolean,
    time: HostTime,
  ): Chunk {
    const length = held.length + fresh.length;
    const input = this.#exports.malloc(length) >>> 0;
    if (input === 0) {
      throw new ModuleError(`the module has no room for a chunk of ${length} bytes`, {
        code: "module_memory",
      });
    }
    try {
      const memory = this.#memory();
      memory.set(held, input);
      memory.set(fresh, input + held.length);
      return this.#chunkAt(wanted, input, length, flags | (last ? LAST : 0), time);
    } finally {
      this.#exports.free(input);
    }
  }

  #chunkAt(wanted: MappingFunction, input: number, length: number, flags: number, time: HostTime): Chunk {
    const at = this.#exports.mimecast_batch(WANTED[wanted], input, length, flags, time.sec, time.nsec) >>> 0;
    const memory = this.#memory();
    const view = new DataView(memory.buffer, at, 28);
    const [consumed, output, outputLength, records, unmapped, after, events] = [0, 4, 8, 12, 16, 20, 24].map(
      (offset) => view.getUint32(offset, true),
    ) as [number, number, number, number, number, number, number];
    return {
      consumed,
      output: memory.subarray(output, output + outputLength),
      records,
      events,
      unmapped,
      flags: after,
    };
  }

  #place(bytes: Uint8Array, extra: number): number {
    const at = this.#exports.malloc(bytes.length + extra) >>> 0;
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

/** True if a module's file is not there. */
function isAbsent(error: unknown): boolean {
  const cause = error instanceof ModuleError ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "ENOENT";
}
