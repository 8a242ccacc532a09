/** Reading and writing the WebAssembly binary format (core specification 2.0, chapter 5), as far as meter.ts needs it. */

/** A section of a module: its id and its content. */
export interface Section {
  readonly id: number;
  readonly content: Uint8Array;
}

export class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  get done(): boolean {
    return this.at >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.at];
    if (value === undefined) throw new Error("the module ends in the middle of something");
    this.at++;
    return value;
  }

  /** An unsigned LEB128 number of at most 32 bits. */
  number(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
    }
  }

  /** Passes over a LEB128 number of any length and sign. */
  skipNumber(): void {
    while (this.byte() >= 0x80);
  }

  take(length: number): Uint8Array {
    const bytes = this.#bytes.subarray(this.at, this.at + length);
    if (bytes.length < length) throw new Error("the module ends in the middle of something");
    this.at += length;
    return bytes;
  }

  /** What was read since `from`. */
  since(from: number): Uint8Array {
    return this.#bytes.subarray(from, this.at);
  }
}

/** An unsigned number as LEB128. */
export function encode(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    if (rest === 0) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** A number that is not negative as signed LEB128: bit 6 of the last byte would make it negative. */
export function encodeSigned(value: number): number[] {
  const bytes = encode(value);
  const last = bytes.length - 1;
  if (((bytes[last] as number) & 0x40) === 0) return bytes;
  bytes[last] = (bytes[last] as number) | 0x80;
  return [...bytes, 0];
}

/** Something with its length in front. */
export function sized(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([Uint8Array.from(encode(bytes.length)), bytes]);
}

const HEADER = 8;

/** The sections of a module, in their order. */
export function readSections(module: Uint8Array): Section[] {
  const reader = new Reader(module, HEADER);
  const sections: Section[] = [];
  while (!reader.done) {
    const id = reader.byte();
    sections.push({ id, content: reader.take(reader.number()) });
  }
  return sections;
}

/** A module of these sections, with the header of `module`. */
export function writeSections(module: Uint8Array, sections: readonly Section[]): Uint8Array {
  const parts = sections.map(({ id, content }) => Buffer.concat([Uint8Array.of(id), sized(content)]));
  return Buffer.concat([module.subarray(0, HEADER), ...parts]);
}
