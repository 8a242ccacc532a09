/** Lines into events, and parts of events, for the suites of udm/. */
import { literalLength } from "../../assembly/output/literal";
import { writeEvent, writeFields } from "../../assembly/udm/event";
import { read } from "./decoded";
import { answer, place, placedEnd, textOf } from "./support";

/** The event of a line that can be mapped; the host's time is the start of 1970. */
export function eventOf(line: string): string {
  assert(read(line) == 0, "the line cannot be read");
  writeEvent(0, 0, false);
  return answer();
}

/** The decoded line as `mimecast_fields` gives it. */
export function fieldsOf(line: string): string {
  assert(read(line) == 0, "the line cannot be read");
  writeFields();
  return answer();
}

/** A member of an object's JSON, looked for at its first level: the text of its value, or nothing. */
export function member(object: string, name: string): string {
  const from = place(object);
  const end = placedEnd();
  let at = from + 1;
  while (at < end && load<u8>(at) == 0x22) {
    const nameEnd = stringEnd(at);
    const valueEnd = endOfValue(nameEnd + 1);
    if (textOf(at + 1, nameEnd - 1) == name) return textOf(nameEnd + 1, valueEnd);
    at = valueEnd + 1;
  }
  return "";
}

/** The same for a path of names with dots between them; a number is the place in an array. */
export function part(object: string, path: string): string {
  const names = path.split(".");
  let value = object;
  for (let i = 0; i < names.length; i++) {
    value = value.startsWith("[") ? item(value, I32.parseInt(names[i])) : member(value, names[i]);
  }
  return value;
}

function item(array: string, index: i32): string {
  let at = place(array) + 1;
  const end = placedEnd();
  while (at < end) {
    const next = endOfValue(at);
    if (index-- == 0) return textOf(at, next);
    at = next + 1;
  }
  return "";
}

/** Behind the closing quote of a string. */
function stringEnd(at: usize): usize {
  at++;
  while (load<u8>(at) != 0x22) at += load<u8>(at) == 0x5c ? 2 : 1;
  return at + 1;
}

/** Behind a value without white space, which is JSON for sure. */
function endOfValue(at: usize): usize {
  let depth = 0;
  while (true) {
    const c = load<u8>(at);
    if (c == 0x22) at = stringEnd(at);
    else {
      if (c == 0x7b || c == 0x5b) depth++;
      if (c == 0x7d || c == 0x5d) depth--;
      at++;
    }
    const next = load<u8>(at);
    if (depth == 0 && (next == 0x2c || next == 0x7d || next == 0x5d)) return at;
  }
}

/** The text of a literal, or nothing for 0. */
export function literalText(at: usize): string {
  return at == 0 ? "" : textOf(at, at + literalLength(at));
}
