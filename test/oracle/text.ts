// Small words on text that several files need. Letters are ASCII letters (docs/grammar.md): the built-in
// toLowerCase would make "K" (the Kelvin sign) a letter of "Link".

/** Well-formed UTF-8 sequences, byte by byte from … to (The Unicode Standard, table 3-7). */
const SEQUENCES: readonly (readonly (readonly [from: number, to: number])[])[] = [
  [[0x00, 0x7f]],
  [
    [0xc2, 0xdf],
    [0x80, 0xbf],
  ],
  [
    [0xe0, 0xe0],
    [0xa0, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xe1, 0xec],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xed, 0xed],
    [0x80, 0x9f],
    [0x80, 0xbf],
  ],
  [
    [0xee, 0xef],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf0, 0xf0],
    [0x90, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf1, 0xf3],
    [0x80, 0xbf],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
  [
    [0xf4, 0xf4],
    [0x80, 0x8f],
    [0x80, 0xbf],
    [0x80, 0xbf],
  ],
];
const REPLACEMENT = [0xef, 0xbf, 0xbd]; // U+FFFD

/**
 * UTF-8 to text. Each byte that is no part of a valid sequence becomes one U+FFFD (docs/grammar.md, From a
 * host's record to a line), which is more of them than TextDecoder would write.
 */
export function decode(bytes: Uint8Array): string {
  const sound = Buffer.from(bytes).toString("utf8");
  if (!sound.includes("\ufffd")) return sound;
  const repaired: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    repaired.push(...(length === 0 ? REPLACEMENT : bytes.subarray(at, at + length)));
    at += Math.max(length, 1);
  }
  return Buffer.from(repaired).toString("utf8");
}

function sequenceLength(bytes: Uint8Array, at: number): number {
  const isIn = ([from, to]: readonly [number, number], index: number): boolean => {
    const byte = bytes[at + index] ?? -1;
    return from <= byte && byte <= to;
  };
  return SEQUENCES.find((sequence) => sequence.every(isIn))?.length ?? 0;
}

export function lower(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

export function sameWord(a: string | undefined, b: string): boolean {
  return a !== undefined && lower(a) === lower(b);
}

/** `text` without any of `chars` at its front and, unless told otherwise, at its end. */
export function trim(text: string, chars: string): string {
  return trimEnd(trimStart(text, chars), chars);
}

export function trimStart(text: string, chars: string): string {
  let start = 0;
  while (start < text.length && chars.includes(text.charAt(start))) start++;
  return text.slice(start);
}

export function trimEnd(text: string, chars: string): string {
  let end = text.length;
  while (end > 0 && chars.includes(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** Parts between commas that stand outside `"…"`. */
export function splitAtCommas(text: string): string[] {
  const parts = [""];
  let quoted = false;
  for (const char of text) {
    if (char === '"') quoted = !quoted;
    if (char === "," && !quoted) parts.push("");
    else parts[parts.length - 1] += char;
  }
  return parts;
}

export function hasUnevenQuotes(text: string): boolean {
  return text.split('"').length % 2 === 0;
}
