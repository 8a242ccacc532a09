/**
 * Fixed texts, kept as UTF-8 in static memory from the module's start on, so that writing one is a copy. AssemblyScript keeps
 * string constants as UTF-16: scripts/literal-transform.mjs turns them into bytes when the module is compiled. Where it is
 * not used (as-pect), `literal` does the same in the start section.
 */

/** What all literals of the module take together; `test/assembly/output/literal.spec.ts` shows that they fit. */
const POOL_BYTES: i32 = 32768;
const POOL: usize = memory.data(32768, 8);

let top: usize = POOL;

/**
 * Puts an ASCII text into static memory; for use in global initialisers only.
 *
 * Returns the address of its first byte, a multiple of 8. `literalLength` gives its length; at least 8 zero bytes
 * stand behind it, so that it can be read and compared in whole 8-byte words.
 */
export function literal(text: string): usize {
  const start = top + 8;
  const length = <usize>text.length;
  for (let i: usize = 0; i < length; i++) store<u8>(start + i, <u8>text.charCodeAt(<i32>i));
  return finish(start, length);
}

/** A literal that is a part of another one. */
export function literalPart(from: usize, length: usize): usize {
  const start = top + 8;
  for (let i: usize = 0; i < length; i++) store<u8>(start + i, load<u8>(from + i));
  return finish(start, length);
}

function finish(start: usize, length: usize): usize {
  store<u32>(start - 4, <u32>length);
  top = (start + length + 15) & ~7;
  return start;
}

/** Length in bytes of a literal. */
export function literalLength(at: usize): usize {
  return load<u32>(at - 4);
}

/** Bytes left in the pool; negative if the literals have outgrown it. */
export function literalRoom(): i32 {
  return POOL_BYTES - <i32>(top - POOL);
}
