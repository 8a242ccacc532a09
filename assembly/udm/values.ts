/** What a value is: addresses, IP addresses, numbers, hashes (docs/event.md, Values). Nothing is written here. */
import {
  ANGLE,
  AT_SIGN,
  BLANK,
  COLON,
  classOf,
  DIGIT,
  DOT,
  find,
  GREATER,
  HEX,
  HIGHS,
  LESS,
  LETTER,
  MINUS,
  QUOTES,
  SPACE,
  TAB,
  ZERO,
} from "../input/bytes";

/** What `find` takes for `,` and `"`. */
const COMMAS: u64 = 0x2c2c_2c2c_2c2c_2c2c;
const QUOTATIONS: u64 = 0x2222_2222_2222_2222;

let partFrom: usize = 0;
let partLength: usize = 0;

/** The address that `isAddress` found. */
export function addressAt(): usize {
  return partFrom;
}

export function addressLength(): usize {
  return partLength;
}

/** True if `[from, from + length)` is a mail address, alone or as `Name <address>`. */
export function isAddress(from: usize, length: usize): bool {
  let end = from + length;
  while (from < end && isSpace(load<u8>(from))) from++;
  while (end > from && isSpace(load<u8>(end - 1))) end--;
  if (from == end) return false;
  if (load<u8>(end - 1) == GREATER) {
    let less = end - 1;
    while (less > from && load<u8>(less) != LESS) less--;
    if (load<u8>(less) == LESS) {
      from = less + 1;
      end--;
    }
  }
  let sign: usize = 0;
  let quoted = false;
  for (let at = nextSign(from, end); at < end; at = nextSign(at + 1, end)) {
    const found = classOf(load<u8>(at));
    if ((found & (BLANK | ANGLE)) != 0) return false;
    if ((found & QUOTES) != 0) quoted = !quoted;
    else if ((found & AT_SIGN) != 0 && !quoted) {
      if (sign != 0) return false;
      sign = at;
    }
  }
  if (quoted || sign == 0 || sign == from || sign == end - 1) return false;
  partFrom = from;
  partLength = end - from;
  return true;
}

/**
 * First byte of `[from, end)` that means something in an address (BLANK, ANGLE, QUOTES, AT_SIGN), or a `!`, `=` or `?`; else `end`. Reads
 * up to 7 bytes behind `end`.
 */
function nextSign(from: usize, end: usize): usize {
  while (from < end) {
    const word = load<u64>(from);
    const low = word & ~HIGHS;
    // Bit 7 of a sum says that the low 7 bits are at least 0x23, 0x3c, 0x41, 0x7f. No sum carries.
    const middle = (low + 0x4444_4444_4444_4444) & ~(low + 0x3f3f_3f3f_3f3f_3f3f);
    const signs = ~(low + 0x5d5d_5d5d_5d5d_5d5d) | middle | (low + 0x0101_0101_0101_0101);
    const mask = signs & ~word & HIGHS;
    if (mask != 0) return min(from + <usize>(ctz(mask) >> 3), end);
    from += 8;
  }
  return end;
}

export function isSpace(c: u8): bool {
  return c == SPACE || c == TAB;
}

/** End of the part of a list that begins at `from`: the next comma outside quotes, or `end`. */
export function partEnd(from: usize, end: usize): usize {
  let comma = find(from, end, COMMAS);
  let quote = find(from, comma, QUOTATIONS);
  while (quote < comma) {
    // What the quotes hold is passed over, commas and all.
    const behind = find(quote + 1, end, QUOTATIONS);
    if (behind == end) return end;
    from = behind + 1;
    if (comma < from) comma = find(from, end, COMMAS);
    quote = find(from, comma, QUOTATIONS);
  }
  return comma;
}

/** True for decimal digits without a leading zero that fit in 64 bits. */
export function isUnsigned(from: usize, length: usize): bool {
  if (length == 0 || length > 20) return false;
  if (length > 1 && load<u8>(from) == ZERO) return false;
  let value: u64 = 0;
  for (let i: usize = 0; i < length; i++) {
    const digit = <u64>load<u8>(from + i) - ZERO;
    if (digit > 9) return false;
    // 18446744073709551615 is the largest; only a 20th digit can go past it.
    if (i == 19 && (value > 1844674407370955161 || (value == 1844674407370955161 && digit > 5))) return false;
    value = value * 10 + digit;
  }
  return true;
}

/** True for `length` hexadecimal digits, if that is `wanted`, a multiple of 8. */
export function isHash(from: usize, length: usize, wanted: usize): bool {
  if (length != wanted) return false;
  for (let end = from + length; from < end; from += 8) {
    const word = load<u64>(from);
    const low = word & ~HIGHS;
    const small = low | 0x2020_2020_2020_2020;
    // Bit 7 of a sum says that the low 7 bits are at least 0x30, 0x3a, 0x61, 0x67. No sum carries.
    const digits = (low + 0x5050_5050_5050_5050) & ~(low + 0x4646_4646_4646_4646);
    const letters = (small + 0x1f1f_1f1f_1f1f_1f1f) & ~(small + 0x1919_1919_1919_1919);
    if (((digits | letters) & ~word & HIGHS) != HIGHS) return false;
  }
  return true;
}

/** True for an IPv4 or IPv6 address. */
export function isIp(from: usize, length: usize): bool {
  return isIpv4(from, from + length) || isIpv6(from, from + length);
}

function isIpv4(from: usize, end: usize): bool {
  for (let part = 0; part < 4; part++) {
    if (part != 0) {
      if (from >= end || load<u8>(from) != DOT) return false;
      from++;
    }
    const start = from;
    let value: u32 = 0;
    while (from < end && from - start < 3 && (classOf(load<u8>(from)) & DIGIT) != 0) {
      value = value * 10 + load<u8>(from) - ZERO;
      from++;
    }
    if (from == start || value > 255 || (from - start > 1 && load<u8>(start) == ZERO)) return false;
  }
  return from == end;
}

/** RFC 4291, 2.2: eight groups, one `::`, and IPv4 for the last two. No zone. */
function isIpv6(from: usize, end: usize): bool {
  let groups = 0;
  let gap = false;
  if (end - from < 2) return false;
  if (load<u8>(from) == COLON) {
    if (load<u8>(from, 1) != COLON) return false;
    gap = true;
    from += 2;
    if (from == end) return true;
  }
  while (true) {
    const start = from;
    while (from < end && from - start < 5 && (classOf(load<u8>(from)) & HEX) != 0) from++;
    if (from < end && load<u8>(from) == DOT) {
      if (!isIpv4(start, end)) return false;
      groups += 2;
      break;
    }
    if (from == start || from - start > 4) return false;
    groups++;
    if (from == end) break;
    if (load<u8>(from) != COLON) return false;
    from++;
    if (from == end) return false;
    if (load<u8>(from) == COLON) {
      if (gap) return false;
      gap = true;
      from++;
      if (from == end) break;
    }
  }
  return gap ? groups < 8 : groups == 8;
}

let parsed: i64 = 0;

/** The number that `isSpamNumber` found, in thousandths. */
export function thousandths(): i64 {
  return parsed;
}

/** The largest spam number before its point, whatever digits follow: its thousandths must not overflow. */
const MOST_SPAM: i64 = 999_999_999;

/** True for an optional `-`, digits, optionally `.` and digits. Those behind the third are cut off. */
export function isSpamNumber(from: usize, length: usize): bool {
  const end = from + length;
  const negative = length != 0 && load<u8>(from) == MINUS;
  if (negative) from++;
  let start = from;
  let value: i64 = 0;
  while (from < end && (classOf(load<u8>(from)) & DIGIT) != 0) {
    value = value * 10 + load<u8>(from++) - ZERO;
    if (value > MOST_SPAM) value = MOST_SPAM;
  }
  if (from == start) return false;
  let scale: i64 = 1000;
  if (from < end) {
    if (load<u8>(from) != DOT) return false;
    start = ++from;
    for (; from < end && (classOf(load<u8>(from)) & DIGIT) != 0; from++) {
      if (scale == 1) continue;
      value = value * 10 + load<u8>(from) - ZERO;
      scale /= 10;
    }
    if (from == start || from != end) return false;
  }
  parsed = (negative ? -value : value) * scale;
  return true;
}

/** True if the URL has a scheme, so that `http://` need not be put in front. */
export function hasScheme(from: usize, length: usize): bool {
  const end = from + length;
  if (length == 0 || (classOf(load<u8>(from)) & LETTER) == 0) return false;
  let dotted = false;
  let at = from;
  for (; at < end; at++) {
    const c = load<u8>(at);
    if (c == DOT) dotted = true;
    else if ((classOf(c) & (LETTER | DIGIT)) == 0 && c != 0x2b && c != MINUS) break;
  }
  if (at == end || load<u8>(at) != COLON) return false;
  if (at + 2 < end && load<u16>(at + 1) == 0x2f2f) return true;
  return !dotted && at + 1 < end && (classOf(load<u8>(at + 1)) & DIGIT) == 0;
}
