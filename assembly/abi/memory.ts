/**
 * The module's memory above its static data: first the records a host hands over (`malloc`, `free`), then what one call
 * needs while it works (`scratch`), last the answer (output/writer.ts). All three are laid anew for each call, so a million
 * calls need no more memory than the largest one. Nothing is known here of Mimecast or UDM.
 */

/** The longest record or chunk that `malloc` gives room for. */
export const MAX_RECORD: usize = 32 * 1024 * 1024;

/** The module never asks for more memory than this, in bytes. */
export const MAX_MEMORY: usize = 1024 * 1024 * 1024;

/** Readable bytes behind every record, line and scratch area: reads are 8 bytes at a time, keys up to 32. */
export const PADDING: usize = 64;

const PAGE_BITS: usize = 16;

/** Start of the arena: where memory ended at first use. */
let base: usize = 0;
/** First byte behind what the arena holds. */
let top: usize = 0;
/** Blocks given out and not yet returned. */
let blocks: u32 = 0;
/** Next free byte for the call that is running. */
let work: usize = 0;
/** Where memory ended when this file last looked: if it ends elsewhere, a runtime has taken pages behind the arena. */
let seenEnd: usize = 0;

/** First byte that is not the module's. */
export function memoryEnd(): usize {
  return (<usize>memory.size()) << PAGE_BITS;
}

/** Grows memory so that bytes below `end` can be used. False where the host or MAX_MEMORY forbids it. */
export function ensure(end: usize): bool {
  const have = memoryEnd();
  if (end <= have) return true;
  if (end > MAX_MEMORY) return false;
  // At least an eighth more, so that a long answer does not grow memory page by page.
  const pages = (end - have + 0xffff) >> PAGE_BITS;
  const ample = min(max(pages, have >> (PAGE_BITS + 3)), (MAX_MEMORY - have) >> PAGE_BITS);
  const grown = memory.grow(<i32>ample) >= 0 || memory.grow(<i32>pages) >= 0;
  seenEnd = memoryEnd();
  return grown;
}

/**
 * Puts the arena behind everything else in memory. The module itself has no other user of memory; where one is compiled
 * in with it (a test's runtime), pages that it took since the last call are left alone.
 */
function settle(): void {
  if (seenEnd == memoryEnd()) return;
  seenEnd = base = top = memoryEnd();
}

/**
 * Room for `size` bytes that the host writes, or 0 if they are more than MAX_RECORD or memory cannot grow. The arena
 * starts anew once every block has been returned. Fluent Bit calls this twice before each record (tag, record; each with
 * its NUL) and does not check for 0: it then passes 0 on with the true length (src/wasm/flb_wasm.c).
 */
export function malloc(size: usize): usize {
  if (size > MAX_RECORD + 1) return 0;
  if (blocks == 0) {
    settle();
    top = base;
  }
  const block = (top + 7) & ~7;
  if (!ensure(block + size + PADDING)) return 0;
  blocks++;
  top = block + size;
  return block;
}

/** Returns a block of `malloc`. Order does not matter; 0 is ignored. */
export function free(block: usize): void {
  if (block != 0 && blocks != 0) blocks--;
}

/** Starts a call: scratch memory begins behind the records, or at `from` where the answer of earlier records stands. */
export function beginCall(from: usize): void {
  if (blocks == 0) {
    settle();
    top = base;
  }
  work = (max(top + PADDING, from) + 7) & ~7;
}

/** `size` bytes for the running call, with PADDING readable bytes behind them; 0 if memory cannot grow. */
export function scratch(size: usize): usize {
  const at = work;
  if (!ensure(at + size + PADDING)) return 0;
  work = (at + size + PADDING + 7) & ~7;
  return at;
}

/** Where the next scratch area, or the answer, begins. */
export function scratchTop(): usize {
  return work;
}
