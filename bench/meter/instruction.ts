/** One instruction of WebAssembly (core specification 2.0, 5.4; no SIMD): what it is, and where it ends. */
import type { Reader } from "./binary.ts";

export const BLOCK = 0x02;
export const LOOP = 0x03;
export const IF = 0x04;
export const ELSE = 0x05;
export const END = 0x0b;
export const BRANCH = 0x0c;
export const BRANCH_IF = 0x0d;
export const BRANCH_TABLE = 0x0e;
export const RETURN = 0x0f;
export const UNREACHABLE = 0x00;
export const NOP = 0x01;

/** The first byte of conversions and bulk operations, and what stands behind it for memory.copy and memory.fill. */
export const BULK_PREFIX = 0xfc;
export const MEMORY_COPY = 10;
export const MEMORY_FILL = 11;

const NUMBERS_BEHIND = new Map<number, number>();
const behind = (count: number, ...opcodes: number[]): void => {
  for (const opcode of opcodes) NUMBERS_BEHIND.set(opcode, count);
};
// Block types, labels, functions, locals, globals, tables, memory.size and memory.grow, constants of integers, references.
behind(1, BLOCK, LOOP, IF, BRANCH, BRANCH_IF, 0x10, 0x20, 0x21, 0x22, 0x23, 0x24, 0x25, 0x26, 0x3f, 0x40);
behind(1, 0x41, 0x42, 0xd0, 0xd2);
// call_indirect; loads and stores: alignment and offset.
behind(2, 0x11);
for (let opcode = 0x28; opcode <= 0x3e; opcode++) behind(2, opcode);

/** How many numbers stand behind the instructions 0xfc 0 … 17: conversions, then bulk memory and tables. */
const BULK = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

/** Passes over one instruction and returns its opcode. */
export function readInstruction(reader: Reader): number {
  const opcode = reader.byte();
  if (opcode === BRANCH_TABLE || opcode === 0x1c) {
    const labels = reader.number() + (opcode === BRANCH_TABLE ? 1 : 0);
    for (let i = 0; i < labels; i++) reader.skipNumber();
    return opcode;
  }
  if (opcode === 0x43) reader.take(4);
  else if (opcode === 0x44) reader.take(8);
  else if (opcode === BULK_PREFIX) {
    const bulk = BULK[reader.number()];
    if (bulk === undefined) throw new Error("an unknown instruction of 0xfc");
    for (let i = 0; i < bulk; i++) reader.skipNumber();
  } else if (opcode > 0xd2) throw new Error(`an unknown instruction, 0x${opcode.toString(16)}`);
  else for (let i = NUMBERS_BEHIND.get(opcode) ?? 0; i > 0; i--) reader.skipNumber();
  return opcode;
}

/** True for what only shapes the code: nothing happens where it stands. */
export function isShape(opcode: number): boolean {
  return opcode === BLOCK || opcode === LOOP || opcode === ELSE || opcode === END || opcode === NOP;
}

/** True where what follows is not reached from here. */
export function leaves(opcode: number): boolean {
  return opcode === BRANCH || opcode === BRANCH_TABLE || opcode === RETURN || opcode === UNREACHABLE;
}
