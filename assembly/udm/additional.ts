/** UDM additional: what has no place of its own, so that nothing of a line is lost (docs/event.md). */
import { type } from "../fields/dictionary";
import { fieldAt, MAX_FIELDS, take, UNTAKEN } from "../fields/field";
import { BRACE_CLOSE } from "../input/bytes";
import { Entry, EXTRA, entries, LOSER, numberLoser, UNKNOWN, UNPARSED } from "../input/line";
import { wasJson } from "../input/read";
import { literal } from "../output/literal";
import { byte, close, closeString, decimal, lit, open, text } from "../output/writer";
import { isLogTypeName, logTypeName } from "./log-type";
import { GOOGLE, note, OWN, row, value } from "./row";

const ADDITIONAL = row(
  "additional",
  "every other key",
  GOOGLE | OWN,
  "under its own name as it came, as text",
);
row("additional.mimecast_log_type", "the log type", OWN);

const OPEN = literal('"additional":{');
const DUPLICATE = literal('"duplicate.');
const EXTRA_PREFIX = literal('"extra.');
const LOG_TYPE = literal('"mimecast_log_type":"');
const COLON_QUOTE = literal('":"');

export function writeAdditional(logType: u32): void {
  const additional = open(OPEN);
  if (wasJson() && isLogTypeName(type, logType)) take(type);
  writeUntaken();
  writeEntries();
  lit(LOG_TYPE);
  lit(logTypeName(logType));
  closeString();
  close(additional, BRACE_CLOSE);
}

/** Fields that nothing took, eight looked at together. */
function writeUntaken(): void {
  for (let i = 0; i < MAX_FIELDS; i += 8) {
    let left = load<u64>(UNTAKEN + i);
    while (left != 0) {
      const field = fieldAt(i + <i32>(ctz(left) >> 3));
      byte(0x22);
      lit(field.name);
      lit(COLON_QUOTE);
      value(field);
      closeString();
      note(ADDITIONAL, field);
      left &= left - 1;
    }
  }
}

/** `"name":"value",` */
function putMember(name: usize, nameLength: usize, value: usize, length: usize): void {
  byte(0x22);
  text(name, nameLength);
  lit(COLON_QUOTE);
  text(value, length);
  closeString();
}

/** Unknown keys, then losing values, then text before the first key: the order of `additional` and of `mimecast_fields`. */
export function writeEntries(): void {
  if (entries() == 0) return;
  for (let at = entries(); at != 0; at = changetype<Entry>(at).next) {
    const entry = changetype<Entry>(at);
    if (entry.kind == UNKNOWN && entry.length != 0)
      putMember(entry.name, entry.nameLength, entry.value, entry.length);
    if (entry.kind == EXTRA && entry.length != 0) putNumbered(EXTRA_PREFIX, entry);
  }
  for (let at = entries(); at != 0; at = changetype<Entry>(at).next) {
    const entry = changetype<Entry>(at);
    if (entry.kind == LOSER) putNumbered(DUPLICATE, entry);
  }
  for (let at = entries(); at != 0; at = changetype<Entry>(at).next) {
    const entry = changetype<Entry>(at);
    if (entry.kind == UNPARSED) putMember(entry.name, entry.nameLength, entry.value, entry.length);
  }
}

/** `"extra.N.name":"value",`, or `"duplicate.name":"value",` and from the second one on `"duplicate.N.name":…`. */
function putNumbered(prefix: usize, entry: Entry): void {
  lit(prefix);
  const ordinal = entry.kind == EXTRA ? entry.ordinal : numberLoser(entry);
  if (entry.kind == EXTRA || ordinal > 1) {
    decimal(ordinal);
    byte(0x2e);
  }
  text(entry.name, entry.nameLength);
  lit(COLON_QUOTE);
  text(entry.value, entry.length);
  closeString();
}
