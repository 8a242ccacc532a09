/** The decoded line (assembly/input/line.ts) as text, so that a test can say in one string what became of a line. */
import "../../assembly/fields/dictionary";
import { beginCall } from "../../assembly/abi/memory";
import { fieldAt, fieldCount, firstName } from "../../assembly/fields/field";
import { beginLine, DUPLICATE, Entry, EXTRA, entries, LOSER, SEEN, UNKNOWN } from "../../assembly/input/line";
import { readLine } from "../../assembly/input/read";
import { literalLength } from "../../assembly/output/literal";
import { place, placedEnd, textOf } from "./support";

/** Begins a call and its line, as the module's doors do. */
export function beginFresh(): void {
  beginCall(0);
  beginLine();
}

/** Reads one line of any dialect. Returns what readLine returns. */
export function read(line: string): u32 {
  const from = place(line);
  const end = placedEnd();
  beginFresh();
  return readLine(from, end);
}

/**
 * Fields of the dictionary in its order, `Name=value` under the name that came, `Name=` if the value is absent; then entries as
 * they came: `?name=value` for an unknown key, `extra.N.name=value`, `duplicate.name=value`, `unparsed=value`. Joined by a
 * line feed.
 */
export function decoded(): string {
  const parts: string[] = [];
  for (let i = 0; i < fieldCount(); i++) {
    const field = fieldAt(i);
    if ((field.state & SEEN) == 0) continue;
    const name = textOf(field.name, field.name + literalLength(field.name));
    parts.push(`${name}=${textOf(field.value, field.value + field.length)}`);
  }
  for (let at = entries(); at != 0; at = changetype<Entry>(at).next) {
    const entry = changetype<Entry>(at);
    const name = textOf(entry.name, entry.name + entry.nameLength);
    const value = textOf(entry.value, entry.value + entry.length);
    if (entry.kind == UNKNOWN) parts.push(`?${name}=${value}`);
    else if (entry.kind == EXTRA) parts.push(`extra.${entry.ordinal}.${name}=${value}`);
    else if (entry.kind == LOSER) parts.push(`duplicate.${name}=${value}`);
    else parts.push(`${name}=${value}`);
  }
  return parts.join("\n");
}

/** First names of the fields, and the unknown keys, that came more than once; joined by a comma. */
export function duplicates(): string {
  const names: string[] = [];
  for (let i = 0; i < fieldCount(); i++) {
    const name = firstName(i);
    if ((fieldAt(i).state & DUPLICATE) != 0) names.push(textOf(name, name + literalLength(name)));
  }
  for (let at = entries(); at != 0; at = changetype<Entry>(at).next) {
    const entry = changetype<Entry>(at);
    if (entry.kind == UNKNOWN && (entry.state & DUPLICATE) != 0) {
      names.push(textOf(entry.name, entry.name + entry.nameLength));
    }
  }
  return names.join(",");
}
