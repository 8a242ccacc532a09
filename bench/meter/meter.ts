/**
 * Counts the instructions that a module executes: rewrites it so that each straight run of instructions first adds its length
 * to a counter of its function. memory.copy and memory.fill are one instruction whatever their length, so the bytes that they
 * write are counted beside. The counts are the same on every machine, busy or not.
 */
import { encode, encodeSigned, Reader, readSections, type Section, sized, writeSections } from "./binary.ts";
import {
  BRANCH_IF,
  BULK_PREFIX,
  ELSE,
  END,
  IF,
  isShape,
  LOOP,
  leaves,
  MEMORY_COPY,
  MEMORY_FILL,
  readInstruction,
} from "./instruction.ts";

const IMPORT_SECTION = 2;
const GLOBAL_SECTION = 6;
const EXPORT_SECTION = 7;
const CODE_SECTION = 10;

/** `(mut i64)` that begins with `i64.const 0`. */
const COUNTER = [0x7e, 0x01, 0x42, 0x00, 0x0b];
const COUNTER_NAME = "instructions ";
const BULK_NAME = "bulk bytes";
/** `(mut i32)` that begins with `i32.const 0`: holds a length for the moment between two instructions. */
const LENGTH = [0x7f, 0x01, 0x41, 0x00, 0x0b];

/** What is counted: by default every instruction but those that only shape the code. */
export type Counted = (opcode: number) => boolean;
const everyInstruction: Counted = (opcode) => !isShape(opcode);

/** The metered module; `readCounts` and `readBulkBytes` read the counters of an instance of it. */
export function meter(module: Uint8Array, counted: Counted = everyInstruction): Uint8Array {
  const sections = readSections(module);
  const content = (id: number): Uint8Array =>
    sections.find((section) => section.id === id)?.content ?? Uint8Array.of(0);
  refuseImportedGlobals(content(IMPORT_SECTION));
  const firstCounter = new Reader(content(GLOBAL_SECTION)).number();
  const functions = new Reader(content(CODE_SECTION)).number();
  // A counter for each function, then one for bulk bytes.
  const names = [...Array.from({ length: functions }, (_, i) => `${COUNTER_NAME}${i}`), BULK_NAME];
  const counters = [...names.map(() => COUNTER), LENGTH].map((global) => Uint8Array.from(global));
  const exports = names.map((name, i) =>
    Buffer.concat([sized(Buffer.from(name)), Uint8Array.of(3, ...encode(firstCounter + i))]),
  );
  const rewritten = new Map([
    [GLOBAL_SECTION, appended(content(GLOBAL_SECTION), counters)],
    [EXPORT_SECTION, appended(content(EXPORT_SECTION), exports)],
    [CODE_SECTION, meteredCode(content(CODE_SECTION), firstCounter, counted)],
  ]);
  return writeSections(module, withSections(sections, rewritten));
}

/** Instructions executed so far, by function, in the order of the code section. */
export function readCounts(instance: WebAssembly.Instance): number[] {
  const counts: number[] = [];
  for (const [name, value] of Object.entries(instance.exports)) {
    if (!name.startsWith(COUNTER_NAME)) continue;
    counts[Number(name.slice(COUNTER_NAME.length))] = Number((value as { value: bigint }).value);
  }
  return counts;
}

/** Bytes that memory.copy and memory.fill have written so far. */
export function readBulkBytes(instance: WebAssembly.Instance): number {
  return Number((instance.exports[BULK_NAME] as unknown as { value: bigint }).value);
}

/** Puts the rewritten sections in place of the old ones; one that was not there in front of the first that comes after it. */
function withSections(sections: readonly Section[], rewritten: Map<number, Uint8Array>): Section[] {
  const result = sections.map(({ id, content }) => ({ id, content: rewritten.get(id) ?? content }));
  for (const [id, content] of rewritten) {
    if (sections.some((section) => section.id === id)) continue;
    const place = result.findIndex((section) => section.id > id);
    result.splice(place < 0 ? result.length : place, 0, { id, content });
  }
  return result;
}

/** A vector with more members. */
function appended(vector: Uint8Array, more: readonly Uint8Array[]): Uint8Array {
  const reader = new Reader(vector);
  const count = Uint8Array.from(encode(reader.number() + more.length));
  return Buffer.concat([count, vector.subarray(reader.at), ...more]);
}

/** Imported globals would come before the module's own, and move their numbers. */
function refuseImportedGlobals(section: Uint8Array): void {
  const reader = new Reader(section);
  for (let left = reader.number(); left > 0; left--) {
    reader.take(reader.number());
    reader.take(reader.number());
    if (reader.byte() !== 0) throw new Error("only functions may be imported into a module that is metered");
    reader.skipNumber();
  }
}

function meteredCode(section: Uint8Array, firstCounter: number, counted: Counted): Uint8Array {
  const reader = new Reader(section);
  const functions = reader.number();
  const parts: Uint8Array[] = [Uint8Array.from(encode(functions))];
  const bulk = bulkCode(firstCounter + functions);
  for (let i = 0; i < functions; i++) {
    const body = reader.take(reader.number());
    parts.push(sized(meteredBody(body, firstCounter + i, bulk, counted)));
  }
  return Buffer.concat(parts);
}

/** Adds the length, which is on top of the stack and stays there, to the counter of bulk bytes. */
function bulkCode(counter: number): Uint8Array {
  const [bytes, length] = [encode(counter), encode(counter + 1)];
  // global.set, global.get, i64.extend_i32_u, global.get, i64.add, global.set, global.get
  const kept = [0x24, ...length, 0x23, ...length];
  return Uint8Array.from([...kept, 0xad, 0x23, ...bytes, 0x7c, 0x24, ...bytes, 0x23, ...length]);
}

function meteredBody(body: Uint8Array, counter: number, bulk: Uint8Array, counted: Counted): Uint8Array {
  const reader = new Reader(body);
  for (let groups = reader.number(); groups > 0; groups--) {
    reader.skipNumber();
    reader.byte();
  }
  const parts = [reader.since(0)];
  const index = encode(counter);
  let from = reader.at;
  /** What of the run is written out already, since something had to be put in. */
  let run: Uint8Array[] = [];
  let length = 0;
  /** Writes the run that ends at `to`. */
  const finishRun = (to: number): void => {
    if (length > 0) {
      // global.get, i64.const, i64.add, global.set
      parts.push(Uint8Array.from([0x23, ...index, 0x42, ...encodeSigned(length), 0x7c, 0x24, ...index]));
    }
    parts.push(...run, body.subarray(from, to));
    from = to;
    run = [];
    length = 0;
  };
  while (!reader.done) {
    const at = reader.at;
    const opcode = readInstruction(reader);
    if (opcode === END || opcode === ELSE) finishRun(at);
    if (opcode === BULK_PREFIX && (body[at + 1] === MEMORY_COPY || body[at + 1] === MEMORY_FILL)) {
      run.push(body.subarray(from, at), bulk);
      from = at;
    }
    if (counted(opcode)) length++;
    if (opcode === LOOP || opcode === IF || opcode === ELSE || opcode === END) finishRun(reader.at);
    else if (opcode === BRANCH_IF || leaves(opcode)) finishRun(reader.at);
  }
  return Buffer.concat(parts);
}
