/** One hash for all tables that strangers' bytes are looked up in. */

/** A hash of bytes whose 64 bits depend on all of them. It is no secret. Reads up to 7 bytes behind them. */
export function hashOf(from: usize, length: usize): u64 {
  let hash = <u64>length * 0x9e37_79b9_7f4a_7c15;
  for (let left = length; left != 0; ) {
    const part = min<usize>(left, 8);
    const word = load<u64>(from) & (<u64>-1 >> ((8 - <u64>part) << 3));
    hash = (hash ^ word) * 0xff51_afd7_ed55_8ccd;
    hash ^= hash >> 32;
    from += part;
    left -= part;
  }
  hash *= 0xc4ce_b9fe_1a85_ec53;
  return hash ^ (hash >> 33);
}
