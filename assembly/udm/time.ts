/** `metadata.event_timestamp`: Mimecast's datetime, an epoch in milliseconds, or the host's time, as RFC 3339 (docs/event.md). */
import { COLON, classOf, DIGIT, DOT, MINUS, PLUS, SPACE, ZERO } from "../input/bytes";
import { byte, padded, pair, position, rewind } from "../output/writer";

/** 9999-12-31T23:59:59.999Z, in milliseconds. */
const LAST_MILLISECOND: u64 = 253402300799999;

let number: u32 = 0;

/** Where the last time was written. */
let writtenFrom: usize = 0;

/** Reads exactly `digits` digits at `at` into `number`. */
function digits(at: usize, end: usize, digits: usize): bool {
  if (at + digits > end) return false;
  number = 0;
  for (let i: usize = 0; i < digits; i++) {
    const digit = <u32>load<u8>(at + i) - ZERO;
    if (digit > 9) return false;
    number = number * 10 + digit;
  }
  return true;
}

function daysOf(year: u32, month: u32): u32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

function isByte(at: usize, end: usize, value: u8): bool {
  return at < end && load<u8>(at) == value;
}

/** Writes the time that `[from, from + length)` says, without quotes. False, and nothing written, if it says none. */
export function writeTime(from: usize, length: usize): bool {
  const mark = position();
  writtenFrom = mark;
  if (writeDatetime(from, from + length) || writeEpoch(from, length)) return true;
  rewind(mark);
  return false;
}

function writeDatetime(from: usize, end: usize): bool {
  if (end - from < 19) return false;
  if (!digits(from, end, 4) || number == 0 || !isByte(from + 4, end, MINUS)) return false;
  const year = number;
  if (!digits(from + 5, end, 2) || number == 0 || number > 12 || !isByte(from + 7, end, MINUS)) return false;
  const month = number;
  if (!digits(from + 8, end, 2) || number == 0 || number > daysOf(year, month)) return false;
  if (!isByte(from + 10, end, 0x54) || !digits(from + 11, end, 2) || number > 23) return false;
  if (!isByte(from + 13, end, COLON)) return false;
  store<u64>(position(), load<u64>(from));
  store<u64>(position(), load<u64>(from + 6), 6);
  rewind(position() + 14);
  let at = from + 14;
  if (isByte(at, end, SPACE)) at++;
  if (!digits(at, end, 2) || number > 59 || !isByte(at + 2, end, COLON)) return false;
  if (!digits(at + 3, end, 2) || number > 59) return false;
  store<u64>(position(), load<u64>(at));
  rewind(position() + 5);
  at += 5;
  if (isByte(at, end, DOT)) {
    const start = at;
    byte(load<u8>(at++));
    while (at < end && at - start <= 9 && (classOf(load<u8>(at)) & DIGIT) != 0) byte(load<u8>(at++));
    if (at - start < 2) return false;
  }
  return writeOffset(at, end);
}

function writeOffset(at: usize, end: usize): bool {
  if (at == end || (at + 1 == end && load<u8>(at) == 0x5a)) {
    byte(0x5a);
    return true;
  }
  const sign = load<u8>(at);
  if (sign != PLUS && sign != MINUS) return false;
  if (!digits(at + 1, end, 2) || number > 23) return false;
  const hours = number;
  at += 3;
  if (isByte(at, end, COLON)) at++;
  if (!digits(at, end, 2) || number > 59 || at + 2 != end) return false;
  byte(sign);
  pair(hours, COLON);
  pair(number, 0);
  rewind(position() - 1);
  return true;
}

function writeEpoch(from: usize, length: usize): bool {
  if (length == 0 || length > 15) return false;
  let value: u64 = 0;
  for (let i: usize = 0; i < length; i++) {
    const digit = <u32>load<u8>(from + i) - ZERO;
    if (digit > 9) return false;
    value = value * 10 + digit;
  }
  if (value > LAST_MILLISECOND) return false;
  writeSeconds(value / 1000);
  byte(DOT);
  padded(<u32>(value % 1000), 3);
  byte(0x5a);
  return true;
}

/** Writes the time that the host gave, in UTC, with as many decimals as it needs. */
export function writeHostTime(seconds: u32, nanoseconds: u32): void {
  writtenFrom = position();
  writeSeconds(seconds);
  nanoseconds %= 1000000000;
  if (nanoseconds != 0) {
    byte(DOT);
    if (nanoseconds % 1000000 == 0) padded(nanoseconds / 1000000, 3);
    else if (nanoseconds % 1000 == 0) padded(nanoseconds / 1000, 6);
    else padded(nanoseconds, 9);
  }
  byte(0x5a);
}

/** Writes `yyyy-MM-ddTHH:mm:ss` of seconds since 1970 (days to civil: Howard Hinnant, chrono-compatible algorithms). */
function writeSeconds(seconds: u64): void {
  const days = <u32>(seconds / 86400);
  const time = <u32>(seconds % 86400);
  const shifted = days + 719468;
  const era = shifted / 146097;
  const dayOfEra = shifted % 146097;
  const yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365;
  const dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100);
  const shiftedMonth = (5 * dayOfYear + 2) / 153;
  const day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  padded(yearOfEra + era * 400 + (month <= 2 ? 1 : 0), 4);
  byte(MINUS);
  pair(month, MINUS);
  pair(day, 0x54);
  pair(time / 3600, COLON);
  pair((time / 60) % 60, COLON);
  pair(time % 60, 0);
  rewind(position() - 1);
}

/**
 * The time that was written last, in milliseconds since 1970; further decimals are cut off. To be called before its text can have
 * moved: while nothing but the event is written behind it.
 */
export function writtenTime(): i64 {
  let at = writtenFrom;
  let year = twoDigits(at) * 100 + twoDigits(at + 2);
  const month = twoDigits(at + 5);
  // Civil to days (Howard Hinnant, chrono-compatible algorithms); years count from March.
  if (month <= 2) year--;
  const era = year / 400;
  const yearOfEra = year - era * 400;
  const dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + twoDigits(at + 8) - 1;
  const days = era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468;
  let seconds = (days * 24 + twoDigits(at + 11)) * 3600 + twoDigits(at + 14) * 60 + twoDigits(at + 17);
  let milliseconds: i64 = 0;
  at += 19;
  if (load<u8>(at) == DOT) {
    let unit: i64 = 100;
    at++;
    while ((classOf(load<u8>(at)) & DIGIT) != 0) {
      milliseconds += (<i64>load<u8>(at) - ZERO) * unit;
      unit /= 10;
      at++;
    }
  }
  const sign = load<u8>(at);
  if (sign == PLUS) seconds -= twoDigits(at + 1) * 3600 + twoDigits(at + 4) * 60;
  else if (sign == MINUS) seconds += twoDigits(at + 1) * 3600 + twoDigits(at + 4) * 60;
  return seconds * 1000 + milliseconds;
}

function twoDigits(at: usize): i64 {
  return (<i64>load<u8>(at) - ZERO) * 10 + <i64>load<u8>(at, 1) - ZERO;
}
