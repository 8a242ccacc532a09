/** What the WASI command is asked to do, by its arguments. */
import { literal, literalLength } from "../output/literal";
import { ALERTS, FIELDS, PLAIN, UDM } from "./map";

/** What `askedFor` answers, besides what map.ts has. */
export const HELP: u32 = 4;
export const UNKNOWN: u32 = 5;

const OPTION_FUNCTION = literal("--function");
const OPTION_HELP = literal("--help");
const OPTION_HELP_SHORT = literal("-h");
const NAME_UDM = literal("udm");
const NAME_FIELDS = literal("fields");
const NAME_PLAIN = literal("plain");
const NAME_ALERTS = literal("alerts");

const EQUALS: u8 = 0x3d;

let at: u32 = 0;

/** Which argument the last `askedFor` stopped at, 1 being the first behind the name of the command. */
export function stoppedAt(): u32 {
  return at;
}

/**
 * What the arguments ask for: one of map.ts, HELP; or UNKNOWN, if one of them is none of ours. `list` is the address of
 * `count` addresses of texts ended by NUL, the first of which is the name of the command. At least 8 bytes behind each
 * text are readable.
 */
export function askedFor(list: usize, count: u32): u32 {
  let asked = UDM;
  for (at = 1; at < count; at++) {
    const text = argument(list, at);
    if (isText(text, OPTION_HELP) || isText(text, OPTION_HELP_SHORT)) return HELP;
    if (!startsWithText(text, OPTION_FUNCTION)) return UNKNOWN;
    const behind = text + literalLength(OPTION_FUNCTION);
    if (load<u8>(behind) == EQUALS) asked = functionNamed(behind + 1);
    else if (load<u8>(behind) != 0 || at + 1 == count) return UNKNOWN;
    else {
      at++;
      asked = functionNamed(argument(list, at));
    }
    if (asked == UNKNOWN) return UNKNOWN;
  }
  return asked;
}

function argument(list: usize, index: u32): usize {
  return load<u32>(list + 4 * <usize>index);
}

function functionNamed(name: usize): u32 {
  if (isText(name, NAME_UDM)) return UDM;
  if (isText(name, NAME_FIELDS)) return FIELDS;
  if (isText(name, NAME_PLAIN)) return PLAIN;
  return isText(name, NAME_ALERTS) ? ALERTS : UNKNOWN;
}

/** A literal has a zero byte behind it, as the text has: both are compared with theirs. */
function isText(text: usize, word: usize): bool {
  return memory.compare(text, word, literalLength(word) + 1) == 0;
}

function startsWithText(text: usize, word: usize): bool {
  return memory.compare(text, word, literalLength(word)) == 0;
}
