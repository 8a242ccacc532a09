/** The mail addresses of the line, found once for all the places they go to. */
import { headerFrom, Rcpt, Recipient, Sender } from "../fields/dictionary";
import { Field } from "../fields/field";
import { BRACKET_CLOSE, QUOTE, sameBytes } from "../input/bytes";
import { byte, close, closeString, open } from "../output/writer";
import { note, part, Row, took } from "./row";
import { addressAt, addressLength, isAddress, isSpace, partEnd } from "./values";

/** Address and length of Sender's and of headerFrom's address; length 0 if there is none. */
export let senderAt: usize = 0;
export let senderLength: usize = 0;
export let headerFromAt: usize = 0;
export let headerFromLength: usize = 0;
/** True if the two are both there and differ. */
export let sendersDiffer: bool = false;
/** True if Rcpt, or else Recipient, holds a valid address. */
export let hasRecipients: bool = false;
/** True if any of the four fields holds a valid address: the event is an EMAIL_TRANSACTION. */
export let isEmail: bool = false;

let recipientsOf: usize = 0;
/** The only recipient, if the field has no comma: found once, written twice. Length 0 if there may be several. */
let onlyAt: usize = 0;
let onlyLength: usize = 0;
let onlyAlone: bool = false;

/** Finds the addresses of the current line. */
export function findAddresses(): void {
  senderLength = headerFromLength = 0;
  if (Sender.length != 0 && isAddress(Sender.value, Sender.length)) {
    senderAt = addressAt();
    senderLength = addressLength();
  }
  if (headerFrom.length != 0 && isAddress(headerFrom.value, headerFrom.length)) {
    headerFromAt = addressAt();
    headerFromLength = addressLength();
  }
  sendersDiffer =
    senderLength != 0 &&
    headerFromLength != 0 &&
    (senderLength != headerFromLength || !sameBytes(senderAt, headerFromAt, senderLength));
  const inRcpt = holdsAddress(Rcpt);
  hasRecipients = inRcpt || holdsAddress(Recipient);
  recipientsOf = changetype<usize>(inRcpt ? Rcpt : Recipient);
  isEmail = hasRecipients || senderLength != 0 || headerFromLength != 0;
}

function holdsAddress(field: Field): bool {
  let from = field.value;
  const end = from + field.length;
  while (from < end) {
    const next = partEnd(from, end);
    if (isAddress(from, next - from)) {
      onlyAt = addressAt();
      onlyLength = from == field.value && next == end ? addressLength() : 0;
      onlyAlone = isAlone(from, next);
      return true;
    }
    from = next + 1;
  }
  return false;
}

/** Writes the recipients as a repeated field; takes their field if nothing of it is lost by that. */
export function putRecipients(row: Row): void {
  if (!hasRecipients) return;
  const field = changetype<Field>(recipientsOf);
  const list = open(row.key);
  if (onlyLength != 0) {
    byte(QUOTE);
    part(field, onlyAt, onlyLength);
    closeString();
    close(list, BRACKET_CLOSE);
    if (onlyAlone) took(row, field);
    else note(row, field);
    return;
  }
  let whole = true;
  let from = field.value;
  const end = from + field.length;
  while (from <= end) {
    const next = partEnd(from, end);
    if (isAddress(from, next - from)) {
      byte(QUOTE);
      part(field, addressAt(), addressLength());
      closeString();
      whole = whole && isAlone(from, next);
    } else whole = false;
    from = next + 1;
  }
  close(list, BRACKET_CLOSE);
  if (whole) took(row, field);
  else note(row, field);
}

/** True if `[from, end)` is the address that was found, but for spaces around it. */
function isAlone(from: usize, end: usize): bool {
  while (from < end && isSpace(load<u8>(from))) from++;
  while (end > from && isSpace(load<u8>(end - 1))) end--;
  return from == addressAt() && end - from == addressLength();
}
