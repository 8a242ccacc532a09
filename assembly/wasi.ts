/**
 * `build/mimecast-wasi.wasm`: the mapping as a WASI preview 1 command, for runtimes and shippers that start one and give it
 * pipes. Mimecast's logs on standard input, newline-delimited JSON on standard output: what `mimecast-udm convert` does with
 * standard input, byte for byte (docs/wasi.md).
 */
import { ALERTS } from "./abi/map";
import { askedFor, HELP, stoppedAt, UNKNOWN } from "./abi/wasi-arguments";
import {
  answerLength,
  answerStart,
  beginFeed,
  feed,
  nextAnswer,
  recordCount,
  room,
  roomLength,
  unmappedCount,
} from "./abi/wasi-feed";
import {
  argumentAddresses,
  argumentCount,
  errno,
  exit,
  nanoseconds,
  readArguments,
  readClock,
  readInput,
  STDOUT,
  seconds,
  write,
} from "./abi/wasi-io";
import {
  ARGUMENTS,
  CLOCK,
  FAILED,
  OK,
  READING,
  reportFailure,
  reportNoMemory,
  reportUnmapped,
  reportUsage,
  UNMAPPED,
  USAGE,
  WRITING,
  writeHelp,
} from "./abi/wasi-report";

/** Does what the arguments ask for. Returns the exit status. */
function run(): u32 {
  const code = readArguments();
  if (code != errno.SUCCESS) return failed(ARGUMENTS, code);
  const asked = askedFor(argumentAddresses(), argumentCount());
  if (asked == HELP) return written(writeHelp());
  if (asked == UNKNOWN) {
    reportUsage(stoppedAt());
    return USAGE;
  }
  return convert(asked);
}

/** Answers what has come before it reads on: a host that waits for an answer before it gives more is not kept waiting. */
function convert(wanted: u32): u32 {
  const code = readClock();
  if (code != errno.SUCCESS) return failed(CLOCK, code);
  beginFeed(wanted, seconds(), nanoseconds());
  let length: i32;
  do {
    const at = room();
    if (at == 0) {
      reportNoMemory();
      return FAILED;
    }
    length = readInput(at, roomLength());
    if (length < 0) return failed(READING, <errno>-length);
    feed(length);
    while (nextAnswer()) {
      const code = write(STDOUT, answerStart(), answerLength());
      if (code != errno.SUCCESS) return written(code);
    }
  } while (length != 0);
  if (unmappedCount() == 0) return OK;
  reportUnmapped(unmappedCount(), recordCount(), wanted == ALERTS);
  return UNMAPPED;
}

/** Exit status once `code` came of writing the output. Its reader may have left, as `head` does: nothing is wrong then. */
function written(code: errno): u32 {
  return code == errno.SUCCESS || code == errno.PIPE ? OK : failed(WRITING, code);
}

function failed(what: usize, code: errno): u32 {
  reportFailure(what, code);
  return FAILED;
}

// The compiler exports what stands at the top of files as `_start` (asconfig.json, exportStart). A host may take a call of
// proc_exit for an abrupt end: where all is well, returning is enough.
const status = run();
if (status != OK) exit(status);
