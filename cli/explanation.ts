/** What explain says of a line: the module's answers put into lines for a person. Nothing here knows a field by name. */
import type {
  Description,
  ExplainedEntry,
  ExplainedField,
  Explanation,
  MappingRow,
} from "../host/explain.ts";
import { type FiredRule, ruleLines } from "./explained-rules.ts";
import { type Piece, piece } from "./paint.ts";
import { shortened } from "./visible.ts";

/** As much of an event, or of a record that was not mapped, as is read here. */
export interface UdmEvent {
  readonly metadata?: { readonly event_type?: string; readonly product_event_type?: string };
  readonly security_result?: readonly (FiredRule & {
    readonly detection_fields?: readonly { readonly key: string; readonly value: string }[];
  })[];
  readonly additional?: Readonly<Record<string, string>>;
  readonly mimecast_error?: { readonly code: string; readonly message: string };
}

type Line = readonly Piece[];

const LONGEST_VALUE = 160;
const LONGEST_NAME = 80;
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
export function explained(
  event: UdmEvent,
  explanation: Explanation,
  description: Pick<Description, "rows" | "rules" | "counting">,
): Line[] {
  const fired = (event.security_result ?? []).filter(({ rule_id: id }) => id !== undefined);
  const of = (kind: ExplainedEntry["kind"]) => explanation.entries.filter((entry) => entry.kind === kind);
  return [
    [piece("log type  ", "dim"), piece(event.additional?.mimecast_log_type ?? "", "bold")],
    [
      piece("event     ", "dim"),
      piece(`${event.metadata?.event_type}, ${event.metadata?.product_event_type}`),
    ],
    ...warnings(event, explanation),
    ...section(
      "Fields",
      explanation.fields.flatMap((field) => fieldLines(field, description.rows)),
    ),
    ...section("Duplicates: values that lost", of("duplicate").flatMap(entryLines)),
    ...section(
      "Keys the dictionary does not have",
      [...of("unknown"), ...of("extra")].flatMap((entry) => entryLines(entry)),
    ),
    ...section("Text before the first key", of("unparsed").flatMap(entryLines)),
    ...section("Rules", ruleLines(fired, explanation, description)),
    ...section("Event", json(event)),
  ];
}

function section(title: string, lines: readonly Line[]): Line[] {
  return lines.length === 0 ? [] : [EMPTY, heading(title), ...lines];
}

function warnings(event: UdmEvent, { fields }: Explanation): Line[] {
  const lines: Line[] = [];
  const repeated = event.security_result?.[0]?.detection_fields?.find(
    ({ key }) => key === "parser_duplicate_keys",
  );
  if (repeated !== undefined) {
    lines.push([
      piece("warning   ", "warning"),
      piece("parser_duplicate_keys: ", "bold"),
      piece(`${repeated.value} came more than once. A stranger may have written one of them into free text`),
      piece(" to forge it; the values that lost are below."),
    ]);
  }
  if (fields.some(({ value }) => value.includes("\ufffd"))) {
    lines.push([piece("warning   ", "warning"), piece("U+FFFD stands for bytes that were no valid UTF-8.")]);
  }
  return lines;
}

/** `key = value`, and below it each place the value went to. */
function fieldLines(field: ExplainedField, rows: readonly MappingRow[]): Line[] {
  const called = field.name === field.field ? [] : [piece(` (${field.field})`, "dim")];
  const used = field.rows.flatMap((index) => rows[index] ?? []);
  return [
    [piece(shortened(field.name, LONGEST_NAME), "good"), ...called, ...value(field.value)],
    ...used.map((row) => went(row.udm === "additional" ? inAdditional(field.name) : row.udm, row)),
    ...(used.length === 0
      ? [[piece("    → nowhere by itself: other members of the event say the same")]]
      : []),
  ];
}

function went(path: string, { origin, remark }: MappingRow): Line {
  return [
    piece("    → "),
    piece(path.padEnd(PATH_WIDTH)),
    piece(` ${origin.padEnd(ORIGIN_WIDTH)} ${remark}`.trimEnd(), "dim"),
  ];
}

function entryLines(entry: ExplainedEntry): Line[] {
  return [
    [piece(shortened(entry.name, LONGEST_NAME), "good"), ...value(entry.value)],
    [piece("    → "), piece(inAdditional(nameInEvent(entry)))],
  ];
}

/** The entry's name in the event (docs/grammar.md, Names in the event for what is not in the dictionary). */
function nameInEvent({ kind, name, ordinal }: ExplainedEntry): string {
  if (kind === "extra") return `extra.${ordinal}.${name}`;
  if (kind === "duplicate") return ordinal > 1 ? `duplicate.${ordinal}.${name}` : `duplicate.${name}`;
  return name;
}

const inAdditional = (name: string): string =>
  /^\w+$/.test(name) ? `additional.${name}` : `additional[${JSON.stringify(shortened(name, LONGEST_NAME))}]`;

const value = (text: string): Piece[] => [piece(" = ", "dim"), piece(shortened(text, LONGEST_VALUE))];

/** The event as indented JSON. */
function json(event: UdmEvent): Line[] {
  return JSON.stringify(event, null, 2)
    .split("\n")
    .map((text) => [piece(text)]);
}
