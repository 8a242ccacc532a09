/** `metadata.event_timestamp`: Mimecast's datetime, an epoch in milliseconds, or the host's time, as RFC 3339 (docs/event.md). */
import { COLON, classOf, DIGIT, DOT, HIGHS, MINUS, PLUS, SPACE, ZERO } from "../input/bytes";
import { byte, padded, pair, position, rewind } from "../output/writer";

/** 9999-12-31T23:59:59.999Z, in milliseconds. */
const LAST_MILLISECOND: u64 = 253402300799999;

/** Forms of up to 8 characters: `0` where a digit must stand, elsewhere the character itself. */
const YEAR_MONTH: u64 = 0x2d30_302d_3030_3030; // 0000-00-
const DAY_TIME: u64 = 0x3030_3a30_3054_3030; // 00T00:00
const SECONDS: u64 = 0x30_303a; // :00
const OFFSET: u64 = 0x3030_3030; // 0000
/** For each of their bytes, what 0x7f is above the highest that a character and its form may differ by: by 9, or not. */
const YEAR_MONTH_BOUND: u64 = 0x7f76_767f_7676_7676;
const DAY_TIME_BOUND: u64 = 0x7676_7f76_767f_7676;
const SECONDS_BOUND: u64 = 0x7f7f_7f7f_7f76_767f;
const OFFSET_BOUND: u64 = 0x7f7f_7f7f_7676_7676;
/** Where a number's first digit stands, what 0x7f is above the highest number. */
const YEAR_MONTH_MOST: u64 = 0x7300_0000_0000; // month 12
const DAY_TIME_MOST: u64 = 0x0044_0000_6800_0060; // day 31, hour 23, minute 59
const SECONDS_MOST: u64 = 0x4400; // second 59
const OFFSET_MOST: u64 = 0x44_0068; // hour 23, minute 59

/** What `numbers` answers where there are none. */
const NONE: u64 = <u64>-1;

/** Where the last time was written. */
let writtenFrom: usize = 0;

/**
 * Reads up to 8 characters of a form, 0 behind the last, as numbers of two digits, each in the byte of its first; other bytes of the
 * answer mean nothing. NONE if a character is not the form's, or a number higher than `most` lets it be.
 */
function numbers(characters: u64, form: u64, bound: u64, most: u64): u64 {
  const digits = characters ^ form;
  // No sum carries into the next byte: one from 0x80 on is refused by itself, and two digits make 99 at most.
  if (((digits | (digits + bound)) & HIGHS) != 0) return NONE;
  const found = digits * 10 + (digits >> 8);
  return ((found + most) & HIGHS) == 0 ? found : NONE;
}

/** The number whose first digit is character `place` of the form. */
function numberAt(found: u64, place: u64): u32 {
  return <u32>(found >> (place << 3)) & 0xff;
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
  // A space may stand before the minutes.
  let at = from + 14;
  if (isByte(at, end, SPACE)) at++;
  if (end < at + 5) return false;
  const yearMonth = numbers(load<u64>(from), YEAR_MONTH, YEAR_MONTH_BOUND, YEAR_MONTH_MOST);
  const dayHour = load<u64>(from, 8) & 0xffff_ffff_ffff;
  const dayTime = numbers(dayHour | ((<u64>load<u16>(at)) << 48), DAY_TIME, DAY_TIME_BOUND, DAY_TIME_MOST);
  const seconds = numbers(load<u32>(at, 2) & 0xff_ffff, SECONDS, SECONDS_BOUND, SECONDS_MOST);
  if (yearMonth == NONE || dayTime == NONE || seconds == NONE) return false;
  const year = numberAt(yearMonth, 0) * 100 + numberAt(yearMonth, 2);
  const month = numberAt(yearMonth, 5);
  const day = numberAt(dayTime, 0);
  if (year == 0 || month == 0 || day == 0 || (day > 28 && day > daysOf(year, month))) return false;
  store<u64>(position(), load<u64>(from));
  store<u64>(position(), load<u64>(from, 6), 6);
  store<u64>(position(), load<u64>(at), 14);
  rewind(position() + 19);
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
  const minutes = at + (isByte(at + 3, end, COLON) ? 4 : 3);
  if (minutes + 2 != end) return false;
  const found = load<u16>(at, 1) | ((<u32>load<u16>(minutes)) << 16);
  if (numbers(found, OFFSET, OFFSET_BOUND, OFFSET_MOST) == NONE) return false;
  store<u32>(position(), load<u32>(at));
  store<u8>(position(), COLON, 3);
  store<u16>(position(), load<u16>(minutes), 4);
  rewind(position() + 6);
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
