/** The peer of the filter inside Fluent Bit: a module that hands every record back as it came, the host's own price. */

const ARENA: usize = 1 << 16;
let top: usize = ARENA;
let blocks: u32 = 0;

export function malloc(size: usize): usize {
  if (blocks == 0) top = ARENA;
  const at = (top + 7) & ~7;
  const missing = <i32>((at + size + 0xffff) >> 16) - memory.size();
  if (missing > 0 && memory.grow(missing) < 0) return 0;
  top = at + size;
  blocks++;
  return at;
}

export function free(_block: usize): void {
  blocks--;
}

/** The record, which the host ended with a NUL. */
export function echo(
  _tag: usize,
  _tagLength: u32,
  _sec: u32,
  _nsec: u32,
  record: usize,
  _length: u32,
): usize {
  return record;
}
