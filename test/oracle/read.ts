// A line's text into keys and values as they stand there, in order (docs/grammar.md, key=value and JSON), or
// the code of why it cannot be read. Which of several values counts is settle.ts's matter.

import { type Field, fieldNamed } from "./dictionary.ts";
import { JsonError, type JsonNode, JsonReader } from "./json.ts";
import { startOfData } from "./split.ts";
import { trimEnd, trimStart } from "./text.ts";

/** One key with its value; undefined if the value is absent (empty, `null` or `<>`). */
export interface Entry {
  name: string;
  /** undefined for a key the dictionary does not know. */
  field: Field | undefined;
  value: string | undefined;
  /** Stood beside the line, in the shipper's record. */
  beside?: true;
}

export interface Line {
  json: boolean;
  entries: Entry[];
  /** Text before the first key; "" if there is none. */
  unparsed: string;
}

export type ErrorCode =
  | "bad_record"
  | "no_line"
  | "empty_line"
  | "bad_json"
  | "deep_json"
  | "several_records"
  | "not_mimecast";

/** docs/grammar.md, What cannot be mapped. */
export class Unmapped extends Error {
  code: ErrorCode;
  constructor(code: ErrorCode, options?: ErrorOptions) {
    super(code, options);
    this.code = code;
  }
}

const IDENTIFIER = /[A-Za-z0-9_.-]+(?==)/y;
const LONGEST_UNKNOWN_KEY = 64;
const MOST_UNKNOWN_KEYS = 256;

export function readLine(text: string): Line {
  const line = trimEnd(trimStart(text.startsWith("\ufeff") ? text.slice(1) : text, " \t\r\n"), "\r\n");
  if (line === "") throw new Unmapped("empty_line");
  if (/[\r\n]datetime=/.test(line)) throw new Unmapped("several_records");
  const read = line.startsWith("{") ? jsonLine(line) : keyValueLine(line);
  if (!read.entries.some((entry) => entry.field !== undefined)) throw new Unmapped("not_mimecast");
  return read;
}

/** A member of a JSON object as a key. `null` is absent, and so are the other two absent values. */
export function entryOf(name: string, node: JsonNode): Entry {
  if (node.kind === "null") return { name, field: fieldNamed(name), value: undefined };
  return entry(name, fieldNamed(name), node.kind === "string" ? node.value : node.text);
}

function jsonLine(line: string): Line {
  if (holdsMember(line)) throw new Unmapped("several_records");
  const reader = new JsonReader(line, 0);
  const node = valueOrUnmapped(reader);
  if (!reader.atEnd()) {
    const rest = line.slice(reader.at);
    throw new Unmapped(rest.startsWith("{") || rest.startsWith("datetime=") ? "several_records" : "bad_json");
  }
  if (node.kind !== "object") throw new Unmapped("bad_json");
  return {
    json: true,
    entries: node.members.map((member) => entryOf(member.name, member.value)),
    unparsed: "",
  };
}

/**
 * A member with a whole `data`. If that is deep, it is still several records: depth counts in each of them.
 */
function holdsMember(line: string): boolean {
  const data = startOfData(line, 0);
  if (data === undefined) return false;
  try {
    new JsonReader(line, data - 1, 1).value();
    return true;
  } catch (error) {
    if (error instanceof JsonError) return error.code === "deep_json";
    throw error;
  }
}

function valueOrUnmapped(reader: JsonReader): JsonNode {
  try {
    return reader.value();
  } catch (error) {
    if (error instanceof JsonError) throw new Unmapped(error.code, { cause: error });
    throw error;
  }
}

function keyValueLine(line: string): Line {
  const keys = keysOf(line);
  const entries = keys.map(({ name, field, at }, index) => {
    const next = keys[index + 1];
    const end = next === undefined ? line.length : next.at - 1;
    const value = trimEnd(line.slice(at + name.length + 1, end), "|");
    return entry(name, field, field?.text ? unwrap(value) : value);
  });
  const before = keys[0] === undefined ? line : line.slice(0, keys[0].at);
  return { json: false, entries, unparsed: trimEnd(before, "|") };
}

interface Key {
  name: string;
  field: Field | undefined;
  at: number;
}

/** The keys of a line from left to right, since whether an unknown one counts depends on those before it. */
function keysOf(line: string): Key[] {
  const keys: Key[] = [];
  let unknown = 0;
  for (let at = 0; at < line.length; at++) {
    if (at > 0 && line.charAt(at - 1) !== "|") continue;
    IDENTIFIER.lastIndex = at;
    const name = IDENTIFIER.exec(line)?.[0];
    if (name === undefined) continue;
    const field = fieldNamed(name);
    if (field === undefined) {
      if (!/^[A-Za-z]/.test(name) || name.length > LONGEST_UNKNOWN_KEY) continue;
      if (keys.at(-1)?.field?.text || unknown >= MOST_UNKNOWN_KEYS) continue;
      unknown++;
    }
    keys.push({ name, field, at });
  }
  return keys;
}

/** One backslash off the front and one off the end (docs/grammar.md, key=value). */
function unwrap(value: string): string {
  const open = value.startsWith("\\") ? value.slice(1) : value;
  return open.endsWith("\\") ? open.slice(0, -1) : open;
}

function entry(name: string, field: Field | undefined, text: string): Entry {
  const absent = text === "" || text === "null" || text === "<>";
  return { name, field, value: absent ? undefined : text };
}
