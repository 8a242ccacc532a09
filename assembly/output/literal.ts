/**
 * Fixed texts, kept as UTF-8 in static memory from the module's start on, so that writing one is a copy.
 * AssemblyScript keeps string constants as UTF-16; nothing of that is touched once the start section has run.
 */

/** What all literals of the module take together; `test/assembly/output.spec.ts` shows that they fit. */
const POOL_BYTES: i32 = 16384;
const POOL: usize = memory.data(16384, 8);

let top: usize = POOL;

/**
 * Puts an ASCII text into static memory; for use in global initialisers only.
 *
 * Returns the address of its first byte, a multiple of 8. `literalLength` gives its length; at least 8 zero bytes
 * stand behind it, so that it can be read and compared in whole 8-byte words.
 */
export function literal(text: string): usize {
  return literalOf("", text, 0, text.length, "");
}

/** The same for `prefix`, `text[from, to)` and `suffix` together. */
export function literalOf(prefix: string, text: string, from: i32, to: i32, suffix: string): usize {
  const start = top + 8;
  let at = put(start, prefix, 0, prefix.length);
  at = put(at, text, from, to);
  at = put(at, suffix, 0, suffix.length);
  store<u32>(start - 4, <u32>(at - start));
  top = (at + 15) & ~7;
  return start;
}

function put(at: usize, text: string, from: i32, to: i32): usize {
  for (let i = from; i < to; i++) store<u8>(at++, <u8>text.charCodeAt(i));
  return at;
}

/** Length in bytes of a literal. */
export function literalLength(at: usize): usize {
  return load<u32>(at - 4);
}

/** Bytes left in the pool; negative if the literals have outgrown it. */
export function literalRoom(): i32 {
  return POOL_BYTES - <i32>(top - POOL);
}
