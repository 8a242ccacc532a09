/** MessagePack for tests: enough of it to hand a record to the module as Fluent Bit does, and to read an answer back. */

import { isUtf8 } from "node:buffer";

export type Packable =
  | string
  | Uint8Array
  | number
  | bigint
  | boolean
  | null
  | readonly Packable[]
  | ReadonlyMap<string | Uint8Array, Packable>;

const head = (size: number, fixed: number, limit: number, ...wide: readonly number[]): Buffer => {
  if (size < limit) return Buffer.of(fixed | size);
  const widths = wide.length === 3 ? [1, 2, 4] : [2, 4];
  const at = widths.findIndex((width) => size < 2 ** (8 * width));
  const bytes = Buffer.alloc(5);
  bytes[0] = wide[at] as number;
  bytes.writeUIntBE(size, 1, widths[at] as number);
  return bytes.subarray(0, 1 + (widths[at] as number));
};

/** A value as bytes. A Uint8Array is text that need not be UTF-8; a number that is no integer is 64 bits wide. */
export function packed(value: Packable): Buffer {
  if (value === null) return Buffer.of(0xc0);
  if (typeof value === "boolean") return Buffer.of(value ? 0xc3 : 0xc2);
  if (typeof value === "number" && !Number.isSafeInteger(value)) {
    const bytes = Buffer.alloc(9);
    bytes[0] = 0xcb;
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (typeof value === "number" || typeof value === "bigint") return integer(BigInt(value));
  if (typeof value === "string" || value instanceof Uint8Array) {
    const text = Buffer.from(value as Uint8Array);
    return Buffer.concat([head(text.length, 0xa0, 32, 0xd9, 0xda, 0xdb), text]);
  }
  if (value instanceof Map) {
    const members = [...value].flatMap(([name, member]) => [packed(name), packed(member)]);
    return Buffer.concat([head(value.size, 0x80, 16, 0xde, 0xdf), ...members]);
  }
  const items = value as readonly Packable[];
  return Buffer.concat([head(items.length, 0x90, 16, 0xdc, 0xdd), ...items.map(packed)]);
}

/** In the narrowest form. */
function integer(value: bigint): Buffer {
  if (value >= 0n && value < 128n) return Buffer.of(Number(value));
  if (value < 0n && value >= -32n) return Buffer.of(256 + Number(value));
  const width = [1, 2, 4, 8].find((bytes) =>
    value >= 0n ? value < 1n << BigInt(8 * bytes) : value >= -(1n << BigInt(8 * bytes - 1)),
  );
  if (width === undefined) throw new RangeError(`${value} has more than 64 bits`);
  const bytes = Buffer.alloc(1 + width);
  bytes[0] = (value >= 0n ? 0xcc : 0xd0) + Math.log2(width);
  for (let i = width, rest = BigInt.asUintN(64, value); i > 0; i--, rest >>= 8n)
    bytes[i] = Number(rest & 0xffn);
  return bytes;
}

/** Reads a map of one member whose value is text, or an array of texts that are its parts. Nothing may stand behind it. */
export function unpackedMember(bytes: Uint8Array): { name: string; text: string; parts: number } {
  const data = Buffer.from(bytes);
  if (data[0] !== 0x81) throw new Error("the answer is not a map of one member");
  let at = 1;
  const text = (): Buffer => {
    const first = data[at++] as number;
    let size = first & 31;
    if (first >> 5 !== 5) {
      if (first < 0xd9 || first > 0xdb) throw new Error(`0x${first.toString(16)} begins no text`);
      const width = 1 << (first - 0xd9);
      size = data.readUIntBE(at, width);
      at += width;
    }
    if (at + size > data.length) throw new Error("the answer ends in a text");
    at += size;
    const content = data.subarray(at - size, at);
    if (!isUtf8(content)) throw new Error("a text of the answer is no UTF-8");
    return content;
  };
  const name = text().toString();
  const first = data[at] as number;
  let parts = 1;
  if (first >> 4 === 9) {
    parts = first & 15;
    at++;
  } else if (first === 0xdc) {
    parts = data.readUInt16BE(at + 1);
    at += 3;
  }
  const value = Buffer.concat(Array.from({ length: parts }, text)).toString();
  if (at !== data.length) throw new Error(`${data.length - at} bytes stand behind the answer`);
  return { name, text: value, parts };
}
