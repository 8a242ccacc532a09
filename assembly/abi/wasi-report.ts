/** What the WASI command says besides its answers: how many records could not be mapped, why it stopped, and its help. */
import { literal } from "../output/literal";
import { beginOutput, byte, decimal, lit, outputStart, position, reserve } from "../output/writer";
import { beginCall } from "./memory";
import { errno, errnoToString, STDERR, STDOUT, write } from "./wasi-io";

/** Exit status, as of `mimecast-udm convert` (cli/exit.ts). */
export const OK: u32 = 0;
export const FAILED: u32 = 1;
export const USAGE: u32 = 2;
export const UNMAPPED: u32 = 3;

const NAME = literal("mimecast-udm: ");
const LINE_END = literal("\n");

const OF = literal(" of ");
const NOT_MAPPED_ONE = literal(" records could not be mapped; it was ");
const NOT_MAPPED = literal(" records could not be mapped; each was ");
const WRITTEN = literal("written with mimecast_error");
const LEFT_OUT = literal("left out");

/** What can fail, each with what to do about it. */
export const READING = literal("cannot read standard input: ");
const READING_REMEDY = literal("; pipe the log into the command");
export const WRITING = literal("cannot write the output: ");
const WRITING_REMEDY = literal("; check the room that is left where it goes, and run the command again");
export const CLOCK = literal("cannot read the clock: ");
const CLOCK_REMEDY = literal(
  "; records without a time get that of the host, which has to give clock_time_get",
);
export const ARGUMENTS = literal("cannot read the arguments: ");
const ARGUMENTS_REMEDY = literal("; the host has to give args_get");

const NUMBER = literal(" (WASI errno ");
const NUMBER_END = literal(")");

const NO_MEMORY = literal(
  "the host gives no more memory; allow 1 GiB, which the longest records need, or run mimecast-udm convert",
);

const ARGUMENT = literal("argument ");
const NOT_KNOWN = literal(" is not known, or lacks its value; --help tells what there is");

const HELP_USAGE = literal("Usage: mimecast-wasi.wasm [--function <name>] <logs >events\n\n");
const HELP_TEXT = literal(
  "Writes the UDM event of every record on standard input to standard output, one JSON object a line.\n\nOptions:\n",
);
const HELP_OPTIONS = literal(
  "  --function <name>  udm: UDM events (default); plain: without detection rules;\n                     alerts: only where a rule fires; fields: the decoded lines\n  -h, --help         display this text\n\n",
);
const HELP_RECORDS = literal(
  "Records without a time get that of the start of the command. Records that cannot be mapped are written too, as they\ncame, with the member mimecast_error; for alerts they are left out.\n\n",
);
const HELP_STATUS = literal(
  "Exit status:\n  0  everything went well\n  1  something could not be read or written\n  2  the command was called with something it does not know\n  3  finished, but some records could not be mapped\n",
);

function begin(): void {
  beginCall(0);
  beginOutput();
}

/** `mimecast-udm: ` on standard error, behind which a line follows. */
function beginLine(): void {
  begin();
  lit(NAME);
}

/** Nobody is left to be told if this cannot be written: the exit status has to do. */
function endLine(): void {
  lit(LINE_END);
  write(STDERR, outputStart(), position() - outputStart());
}

/** Says how many records could not be mapped, in the words of `mimecast-udm convert`. */
export function reportUnmapped(unmapped: u64, records: u64, areLeftOut: bool): void {
  beginLine();
  decimal(unmapped);
  lit(OF);
  decimal(records);
  lit(unmapped == 1 ? NOT_MAPPED_ONE : NOT_MAPPED);
  lit(areLeftOut ? LEFT_OUT : WRITTEN);
  endLine();
}

/** Says what failed (READING, WRITING, CLOCK or ARGUMENTS), why, and what to do about it. */
export function reportFailure(what: usize, code: errno): void {
  beginLine();
  lit(what);
  writeName(code);
  lit(NUMBER);
  decimal(code);
  lit(NUMBER_END);
  lit(remedyOf(what));
  endLine();
}

function remedyOf(what: usize): usize {
  if (what == READING) return READING_REMEDY;
  if (what == WRITING) return WRITING_REMEDY;
  return what == CLOCK ? CLOCK_REMEDY : ARGUMENTS_REMEDY;
}

/** WASI's own name of an error. A string constant, of ASCII. */
function writeName(code: errno): void {
  const name = errnoToString(code);
  reserve(name.length);
  for (let i = 0; i < name.length; i++) byte(<u8>name.charCodeAt(i));
}

export function reportNoMemory(): void {
  beginLine();
  lit(NO_MEMORY);
  endLine();
}

/** Says which argument is wrong; not its text, which may hold anything. */
export function reportUsage(argument: u32): void {
  beginLine();
  lit(ARGUMENT);
  decimal(argument);
  lit(NOT_KNOWN);
  endLine();
}

/** Writes the help to standard output. Returns 0, or what went wrong. */
export function writeHelp(): errno {
  begin();
  lit(HELP_USAGE);
  lit(HELP_TEXT);
  lit(HELP_OPTIONS);
  reserve(0);
  lit(HELP_RECORDS);
  lit(HELP_STATUS);
  return write(STDOUT, outputStart(), position() - outputStart());
}
