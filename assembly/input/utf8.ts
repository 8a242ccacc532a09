/** Makes bytes of any origin valid UTF-8. */
import { skipAscii } from "./bytes";

/**
 * Length of the valid UTF-8 sequence at `from` (RFC 3629: no overlong forms, no surrogates, up to U+10FFFF), or 0. Reads up
 * to 3 bytes behind `end`.
 */
function sequence(from: usize, end: usize): usize {
  const first = load<u8>(from);
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  const second = load<u8>(from, 1);
  if ((second & 0xc0) != 0x80) return 0;
  if (first < 0xe0) return from + 2 <= end ? 2 : 0;
  if ((load<u8>(from, 2) & 0xc0) != 0x80) return 0;
  if (first < 0xf0) {
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f)) return 0;
    return from + 3 <= end ? 3 : 0;
  }
  if ((first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f)) return 0;
  return (load<u8>(from, 3) & 0xc0) == 0x80 && from + 4 <= end ? 4 : 0;
}

/** True if `[from, end)` is valid UTF-8. */
export function isUtf8(from: usize, end: usize): bool {
  while (true) {
    from = skipAscii(from, end);
    if (from >= end) return true;
    const length = sequence(from, end);
    if (length == 0) return false;
    from += length;
  }
}

/**
 * Copies `[from, end)` to `to`, each byte that belongs to no valid sequence as U+FFFD: what Fluent Bit hands over with
 * `json.escape_unicode off` (flb_utils_write_str_raw). `to` has room for three times as much. Returns the end of the copy.
 */
export function repairUtf8(from: usize, end: usize, to: usize): usize {
  while (from < end) {
    const length = sequence(from, end);
    if (length == 0) {
      store<u8>(to, 0xef);
      store<u8>(to, 0xbf, 1);
      store<u8>(to, 0xbd, 2);
      to += 3;
      from++;
    } else {
      for (let i: usize = 0; i < length; i++) store<u8>(to + i, load<u8>(from + i));
      to += length;
      from += length;
    }
  }
  return to;
}

/** Writes one code point; a surrogate becomes U+FFFD. Returns the end. */
export function putCodePoint(to: usize, point: u32): usize {
  if (point < 0x80) {
    store<u8>(to, <u8>point);
    return to + 1;
  }
  if (point < 0x800) {
    store<u8>(to, <u8>(0xc0 | (point >> 6)));
    store<u8>(to, <u8>(0x80 | (point & 63)), 1);
    return to + 2;
  }
  if (point < 0x10000) {
    if (point >> 11 == 0x1b) point = 0xfffd;
    store<u8>(to, <u8>(0xe0 | (point >> 12)));
    store<u8>(to, <u8>(0x80 | ((point >> 6) & 63)), 1);
    store<u8>(to, <u8>(0x80 | (point & 63)), 2);
    return to + 3;
  }
  store<u8>(to, <u8>(0xf0 | (point >> 18)));
  store<u8>(to, <u8>(0x80 | ((point >> 12) & 63)), 1);
  store<u8>(to, <u8>(0x80 | ((point >> 6) & 63)), 2);
  store<u8>(to, <u8>(0x80 | (point & 63)), 3);
  return to + 4;
}
