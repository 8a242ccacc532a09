/**
 * Mapping rows: which field goes to which UDM path, and who says so. Each row is declared once, next to the code that
 * writes it; `docs/mapping.md` and `mimecast-udm explain` are made from the same declarations.
 */
import { Field, indexOf, take } from "../fields/field";
import { BRACKET_CLOSE, BRACKET_OPEN, DOT, QUOTE } from "../input/bytes";
import { CLEAN } from "../input/line";
import { literal, literalLength, literalPart } from "../output/literal";
import { byte, closeString, lit, plain, text } from "../output/writer";

/** Google's field mapping for MIMECAST_MAIL, 2023-03-31. */
export const GOOGLE: u32 = 1;
/** Google's change log of 2025-04-23 and 2025-07-01. */
export const GOOGLE_LATER: u32 = 2;
/** Decided by this project, since Google's parser is not public. */
export const OWN: u32 = 4;

@unmanaged
export class Row {
  /** `"name":"`, or `"name":[` for a repeated field: a literal. */
  key: usize;
  /** UDM path, names of fields, remark: strings. */
  path: usize;
  from: usize;
  remark: usize;
  /** Bits of GOOGLE, GOOGLE_LATER, OWN. */
  origin: u32;
}

/** Ends a list of one text. */
const LIST_END = literal('"],');

const ROW_BYTES: usize = 20;
const MAX_ROWS: i32 = 96;
const ROWS: usize = memory.data(1920, 4);

let rows: i32 = 0;

/**
 * Declares a row. `path` is in UDM's own names, `[]` behind repeated fields; `from` names fields of the dictionary. `key` is the
 * JSON key as a literal, where scripts/literal-transform.mjs has put it there and left out the texts.
 */
export function row(path: string, from: string, origin: u32, remark: string = "", key: usize = 0): Row {
  const added = rowAt(rows++);
  added.key = key != 0 ? key : keyOf(path);
  added.path = changetype<usize>(path);
  added.from = changetype<usize>(from);
  added.remark = changetype<usize>(remark);
  added.origin = origin;
  return added;
}

/** The JSON key of a path's last name. */
function keyOf(path: string): usize {
  const whole = literal(path);
  let length = literalLength(whole);
  let from = whole + length;
  while (from > whole && load<u8>(from - 1) != DOT) from--;
  const repeated = load<u8>(whole + length - 1) == BRACKET_CLOSE;
  length = whole + length - from - (repeated ? 2 : 0);
  // Written where the path stands, one byte further on, for the quote.
  memory.copy(whole + 1, from, length);
  store<u8>(whole, QUOTE);
  store<u16>(whole + length, 0x3a22, 1);
  store<u8>(whole + length, repeated ? BRACKET_OPEN : QUOTE, 3);
  return literalPart(whole, length + 4);
}

export function rowCount(): i32 {
  return rows;
}

/** True if there is room for every row that was declared. */
export function rowsFit(): bool {
  return rows <= MAX_ROWS;
}

export function rowAt(index: i32): Row {
  return changetype<Row>(ROWS + <usize>index * ROW_BYTES);
}

/** For explain: what wrote which field of the last line, as pairs of u16 (row, field). */
const TRACE: usize = memory.data(1024, 4);
const MAX_TRACE: i32 = 256;
let tracing: bool = false;
let traced: i32 = 0;

export function startTrace(): void {
  tracing = true;
  traced = 0;
}

export function traceLength(): i32 {
  return traced;
}

/** Row in the low half, field in the high half. */
export function traceAt(index: i32): u32 {
  return load<u32>(TRACE + ((<usize>index) << 2));
}

/** Notes that the row holds the field, or part of it. */
export function note(row: Row, field: Field): void {
  if (!tracing || traced == MAX_TRACE) return;
  const number = <u32>((changetype<usize>(row) - ROWS) / ROW_BYTES);
  store<u32>(TRACE + ((<usize>traced) << 2), number | ((<u32>indexOf(field)) << 16));
  traced++;
}

/** Notes that the row holds the whole field, so that it need not go to `additional`. */
export function took(row: Row, field: Field): void {
  take(field);
  note(row, field);
}

/** Writes a field's value as the inside of a JSON string. */
export function value(field: Field): void {
  part(field, field.value, field.length);
}

/** Writes a part of it. */
export function part(field: Field, from: usize, length: usize): void {
  if ((field.state & CLEAN) != 0) plain(from, length);
  else text(from, length);
}

/** `"name":"<value>",` for a field that goes to one place as it is; nothing if it is absent. */
export function putText(row: Row, field: Field): void {
  if (field.length == 0) return;
  lit(row.key);
  value(field);
  closeString();
  took(row, field);
}

/** `"name":["<value>"],`, likewise. */
export function putOne(row: Row, field: Field): void {
  if (field.length == 0) return;
  lit(row.key);
  byte(QUOTE);
  value(field);
  lit(LIST_END);
  took(row, field);
}
