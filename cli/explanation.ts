/** What explain says of a line, put into lines for a terminal. */
import {
  type Account,
  type AccountedEntry,
  type AccountedField,
  inAdditional,
  type Place,
} from "../explain/account.ts";
import type { UdmEvent } from "../explain/event.ts";
import { ruleLines } from "./explained-rules.ts";
import { type Piece, piece } from "./paint.ts";
import { shortened } from "./shortened.ts";

type Line = readonly Piece[];

const LONGEST_VALUE = 160;
const LONGEST_NAME = 80;
const LONGEST_PATH = 100;
const PATH_WIDTH = 40;
const ORIGIN_WIDTH = 8;

const EMPTY: Line = [];
const heading = (text: string): Line => [piece(text, "bold")];

/** A line that could not be mapped. */
export function refused({ mimecast_error: error }: UdmEvent): Line[] {
  return [
    [piece("not mapped: ", "bad"), piece(error?.code ?? "unknown", "bold")],
    [piece(error?.message ?? "the module gave no reason")],
  ];
}

/** A line that was mapped: its fields, what stood beside them, the rules, and the event. */
export function explained({ event, ...account }: Account): Line[] {
  return [
    [piece("log type  ", "dim"), piece(account.logType, "bold")],
    [
      piece("event     ", "dim"),
      piece(`${event.metadata?.event_type}, ${event.metadata?.product_event_type}`),
    ],
    ...account.warnings.map(({ code, text }) => [
      piece("warning   ", "warning"),
      ...(code === undefined ? [] : [piece(`${code}: `, "bold")]),
      piece(text),
    ]),
    ...section("Fields", account.fields.flatMap(fieldLines)),
    ...section("Duplicates: values that lost", account.duplicates.flatMap(entryLines)),
    ...section("Keys the dictionary does not have", account.unknown.flatMap(entryLines)),
    ...section("Text before the first key", account.unparsed.flatMap(entryLines)),
    ...section("Rules", ruleLines(account.verdicts)),
    ...section("Event", json(event)),
  ];
}

function section(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [EMPTY, heading(title), ...lines];
}

/** `key = value`, and below it each place the value went to. */
function fieldLines({ field, name, value: text, places }: AccountedField): Line[] {
  const called = name === field ? [] : [piece(` (${field})`, "dim")];
  return [
    [piece(shortened(name, LONGEST_NAME), "good"), ...called, ...value(text)],
    ...places.map(went),
    ...(places.length === 0
      ? [[piece("    → nowhere by itself: other members of the event say the same")]]
      : []),
  ];
}

function went({ path, row: { origin, remark } }: Place): Line {
  return [
    piece("    → "),
    piece(shortened(path, LONGEST_PATH).padEnd(PATH_WIDTH)),
    piece(` ${origin.padEnd(ORIGIN_WIDTH)} ${remark}`.trimEnd(), "dim"),
  ];
}

function entryLines({ name, value: text, nameInEvent }: AccountedEntry): Line[] {
  return [
    [piece(shortened(name, LONGEST_NAME), "good"), ...value(text)],
    [piece("    → "), piece(shortened(inAdditional(nameInEvent), LONGEST_PATH))],
  ];
}

const value = (text: string): Piece[] => [piece(" = ", "dim"), piece(shortened(text, LONGEST_VALUE))];

/** The event as indented JSON. */
function json(event: UdmEvent): Line[] {
  return JSON.stringify(event, null, 2)
    .split("\n")
    .map((text) => [piece(text)]);
}
