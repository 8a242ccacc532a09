/** Times that stand in for the one a record lacks, as the module takes them: an unsigned 32-bit number of seconds. */
import type { HostTime } from "./module.ts";

const LAST_SECOND = 0xffff_ffffn;
const SECOND = 1_000_000_000n;

/** From nanoseconds since 1970. What lies outside of the module's range becomes its nearest end. */
export function fromNanoseconds(nanoseconds: bigint): HostTime {
  if (nanoseconds < 0n) return { sec: 0, nsec: 0 };
  const sec = nanoseconds / SECOND;
  if (sec > LAST_SECOND) return { sec: Number(LAST_SECOND), nsec: 0 };
  return { sec: Number(sec), nsec: Number(nanoseconds % SECOND) };
}

/** From milliseconds since 1970. */
export function fromMilliseconds(milliseconds: number): HostTime {
  return fromNanoseconds(BigInt(Math.floor(milliseconds)) * 1_000_000n);
}
