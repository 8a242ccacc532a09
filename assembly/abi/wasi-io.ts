/**
 * WASI preview 1 as the command uses it: standard input, output and error, the clock, the arguments, the exit status. Calls
 * that were interrupted, or that would block, are made again. No other file names a WASI function, so that docs/wasi.md can
 * list what the command asks of its host.
 */
import {
  args_get,
  args_sizes_get,
  clock_time_get,
  clockid,
  errno,
  event,
  eventtype,
  fd_read,
  fd_write,
  iovec,
  poll_oneoff,
  proc_exit,
  subscription_fd_readwrite,
} from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";
import { beginCall, scratch } from "./memory";

export { errno, errnoToString } from "@assemblyscript/wasi-shim/assembly/bindings/wasi_snapshot_preview1";

const STDIN: u32 = 0;
export const STDOUT: u32 = 1;
export const STDERR: u32 = 2;

/** Where the host finds what a call is about, and leaves what it has to say. */
const VECTOR: usize = memory.data(offsetof<iovec>(), 4);
const RESULT: usize = memory.data(8, 8);
const SUBSCRIPTION: usize = memory.data(offsetof<subscription_fd_readwrite>(), 8);
const EVENT: usize = memory.data(offsetof<event>(), 8);

/** Reads at most `length` bytes of standard input to `to`. Returns how many came, 0 at the end; or less than 0, `-errno`. */
export function readInput(to: usize, length: usize): i32 {
  let code: errno;
  do {
    setVector(to, length);
    code = fd_read(STDIN, VECTOR, 1, RESULT);
    if (code == errno.SUCCESS) return load<i32>(RESULT);
  } while (isForNow(code, STDIN, eventtype.FD_READ));
  return -(<i32>code);
}

/** Writes `length` bytes at `from`, in as many pieces as it takes. Returns 0, or what went wrong. */
export function write(descriptor: u32, from: usize, length: usize): errno {
  while (length != 0) {
    setVector(from, length);
    const code = fd_write(descriptor, VECTOR, 1, RESULT);
    if (code == errno.SUCCESS) {
      const written = load<u32>(RESULT);
      // A host that takes nothing, and calls that a success, would be asked forever.
      if (written == 0) return errno.IO;
      from += written;
      length -= written;
    } else if (!isForNow(code, descriptor, eventtype.FD_WRITE)) return code;
  }
  return errno.SUCCESS;
}

function setVector(at: usize, length: usize): void {
  const vector = changetype<iovec>(VECTOR);
  vector.buf = at;
  vector.buf_len = length;
}

/**
 * True if the call that failed is to be made again: it was interrupted, or would have had to wait, which is done here. Where
 * the host cannot wait, asking again and again is what is left.
 */
function isForNow(code: errno, descriptor: u32, type: eventtype): bool {
  if (code == errno.INTR) return true;
  if (code != errno.AGAIN) return false;
  const subscription = changetype<subscription_fd_readwrite>(SUBSCRIPTION);
  subscription.type = type;
  subscription.file_descriptor = descriptor;
  poll_oneoff(SUBSCRIPTION, EVENT, 1, RESULT);
  return true;
}

/** Nanoseconds since 1970. */
let now: u64 = 0;

/** Asks for the time, which `seconds` and `nanoseconds` then give. Returns 0, or what went wrong. */
export function readClock(): errno {
  const code = clock_time_get(clockid.REALTIME, 1, RESULT);
  now = load<u64>(RESULT);
  return code;
}

/** Seconds since 1970 when the clock was read. */
export function seconds(): u32 {
  return <u32>(now / 1_000_000_000);
}

/** Nanoseconds of that second. */
export function nanoseconds(): u32 {
  return <u32>(now % 1_000_000_000);
}

let addresses: usize = 0;
let count: u32 = 0;

/** Asks for the arguments, which stand in scratch memory until the next call begins. Returns 0, or what went wrong. */
export function readArguments(): errno {
  const code = args_sizes_get(RESULT, RESULT + 4);
  if (code != errno.SUCCESS) return code;
  count = load<u32>(RESULT);
  const length = load<u32>(RESULT, 4);
  // Fluent Bit and Node may give none, not even the name of the command, and Node then refuses the next call.
  if (count == 0) return errno.SUCCESS;
  beginCall(0);
  addresses = scratch(4 * count);
  const texts = scratch(length);
  if (addresses == 0 || texts == 0) return errno.NOMEM;
  return args_get(addresses, texts);
}

/** Where the arguments' addresses stand, each argument ended by NUL. */
export function argumentAddresses(): usize {
  return addresses;
}

/** How many arguments there are, the name of the command among them. */
export function argumentCount(): u32 {
  return count;
}

/** Ends the command. */
export function exit(status: u32): void {
  proc_exit(status);
}
