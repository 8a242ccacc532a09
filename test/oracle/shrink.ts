// The shortest bytes that still fail, found by leaving some out. fast-check could shrink too, but not quickly
// in batches of lines, and not below the texts that lines.ts puts together.

const MOST_TRIES = 4_000;

/** `bytes` with as many of them left out as possible while `fails` stays true. */
export function shrink(bytes: Uint8Array, fails: (bytes: Uint8Array) => boolean): Uint8Array {
  let shortest = bytes;
  let tries = 0;
  for (
    let length = Math.ceil(bytes.length / 2);
    length >= 1;
    length = length === 1 ? 0 : Math.ceil(length / 2)
  ) {
    for (let at = 0; at < shortest.length && tries < MOST_TRIES; ) {
      const shorter = Uint8Array.from([...shortest.subarray(0, at), ...shortest.subarray(at + length)]);
      tries++;
      if (fails(shorter)) shortest = shorter;
      else at += length;
    }
  }
  return shortest;
}
