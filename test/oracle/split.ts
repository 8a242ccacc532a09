// Raw bytes into records (docs/grammar.md, Splitting raw bytes into records). Works on text with one
// character a byte: all that the rules look for is ASCII.

import { JsonError, JsonReader } from "./json.ts";

/** Objects of one input that may be cut off before members are read as lines. */
const MAX_CUT_OFFS = 16;
/** The `[` of a member's data is among so many bytes. */
const MAX_HEAD = 4096;
const BOM = "\xef\xbb\xbf";

export function oracleSplit(input: Uint8Array): Uint8Array[] {
  const source = Buffer.from(input).toString("latin1");
  const records: Uint8Array[] = [];
  const keep = (start: number, end: number): void => {
    records.push(input.subarray(start, end));
  };
  let at = 0;
  let cutOffs = 0;
  while (at < source.length) {
    if ("\r\n".includes(source.charAt(at))) {
      at++; // a line break in front of a record is one behind a record with nothing in it
      continue;
    }
    const data = cutOffs < MAX_CUT_OFFS ? startOfData(source, contentStart(source, at)) : undefined;
    if (data === undefined) {
      const end = endOfRecord(source, at);
      keep(at, end);
      at = end;
    } else {
      at = unroll(source, data, keep, () => cutOffs++);
    }
  }
  return records;
}

/**
 * Where the data of a member of API 1.0 begins, just behind its `[`; undefined if at `at` stands no member:
 * an object whose members before `data` are strings, numbers, booleans or null.
 */
export function startOfData(source: string, at: number): number | undefined {
  const reader = new JsonReader(source, at);
  try {
    if (source.charAt(at) !== "{" || !reader.take("{")) return undefined;
    for (;;) {
      reader.skipSpace();
      const name = reader.string().value;
      if (!reader.take(":")) return undefined;
      if (name === "data" && reader.take("[")) return reader.at - at <= MAX_HEAD ? reader.at : undefined;
      reader.scalar();
      if (!reader.take(",")) return undefined;
    }
  } catch (error) {
    if (error instanceof JsonError) return undefined;
    throw error;
  }
}

/** Keeps each object of `data` and answers where lines go on. */
function unroll(
  source: string,
  data: number,
  keep: (start: number, end: number) => void,
  cutOff: () => void,
): number {
  const reader = new JsonReader(source, data);
  for (;;) {
    while (reader.take(",")) {}
    if (reader.take("]")) {
      const behind = reader.at;
      return reader.take("}") ? reader.at : behind;
    }
    const end = endOfObject(source, reader.at);
    if (end === undefined) {
      if (source.charAt(reader.at) === "{") cutOff();
      return reader.at;
    }
    keep(reader.at, end);
    reader.at = end;
  }
}

/**
 * Behind the bracket that closes the object at `at`. Its inside need not be sound, so that one bad object
 * does not take the others of its member with it. But a line break inside a string means that the object was
 * cut off there.
 */
function endOfObject(source: string, at: number): number | undefined {
  if (source.charAt(at) !== "{") return undefined;
  let open = 0;
  let quoted = false;
  for (let i = at; i < source.length; i++) {
    const char = source.charAt(i);
    if (quoted) {
      if (char === "\n" || char === "\r") return undefined;
      if (char === '"') quoted = false;
      if (char === "\\" && source.charAt(i + 1) === '"') i++;
      else if (char === "\\" && source.charAt(i + 1) === "\\") i++;
    } else if (char === '"') {
      quoted = true;
    } else if (char === "{" || char === "[") {
      open++;
    } else if ((char === "}" || char === "]") && --open === 0) {
      return i + 1;
    }
  }
  return undefined;
}

/** Where the record that begins at `start` ends: at a line break that ends it, or at the end of the input. */
function endOfRecord(source: string, start: number): number {
  const json = source.charAt(contentStart(source, start)) === "{";
  for (let at = start; at < source.length; at++) {
    const char = source.charAt(at);
    if (char === "\n") return at;
    if (char !== "\r") continue;
    const next = source.charAt(at + 1);
    if (next === "\n" || next === "" || source.startsWith("datetime=", at + 1) || (json && next === "{"))
      return at;
  }
  return source.length;
}

/** Behind what is removed from the front of a line, but for line breaks. */
function contentStart(source: string, start: number): number {
  let at = source.startsWith(BOM, start) ? start + BOM.length : start;
  while (at < source.length && " \t".includes(source.charAt(at))) at++;
  return at;
}
