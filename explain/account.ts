/**
 * What became of one record, as data for whoever shows it to a person: the module's answers put together. Nothing here knows
 * a field by name. Texts are as they came: making them fit to be shown is left to who shows them.
 */
import type {
  Description,
  ExplainedEntry,
  ExplainedField,
  Explanation,
  MappingRow,
} from "../host/explain.ts";
import { duplicateKeys, type UdmEvent } from "./event.ts";
import { type Verdict, verdicts } from "./rules.ts";

/** Where a value went. */
export interface Place {
  /** Of UDM, or of `additional` with the name in the event. */
  readonly path: string;
  readonly row: MappingRow;
}

/** A field of the record, and where it went; nowhere by itself if other members of the event say the same. */
export interface AccountedField extends Pick<ExplainedField, "field" | "name" | "value"> {
  readonly places: readonly Place[];
  /**
   * The rows that are made for the field, where none of them took it: its value is none that they can use, or another field
   * went before it.
   */
  readonly refusedBy: readonly MappingRow[];
}

/** What stood beside the dictionary's fields, and what it is called under `additional`. */
export interface AccountedEntry extends ExplainedEntry {
  readonly nameInEvent: string;
}

/** Something that a person should know before they trust the event. */
export interface Warning {
  readonly code?: string;
  readonly text: string;
}

export interface Account {
  readonly event: UdmEvent;
  readonly logType: string;
  readonly warnings: readonly Warning[];
  readonly fields: readonly AccountedField[];
  /** Values that lost to another one of the same key. */
  readonly duplicates: readonly AccountedEntry[];
  /** Keys that the dictionary does not have. */
  readonly unknown: readonly AccountedEntry[];
  /** Text before the first key. */
  readonly unparsed: readonly AccountedEntry[];
  readonly verdicts: readonly Verdict[];
}

/** What is read of the module's description. */
export type Tables = Pick<Description, "rows" | "rules" | "counting">;

/** `event`: a record that was mapped, `explanation`: the same record's. */
export function account(event: UdmEvent, explanation: Explanation, tables: Tables): Account {
  const of = (...kinds: ExplainedEntry["kind"][]): AccountedEntry[] =>
    kinds.flatMap((kind) =>
      explanation.entries
        .filter((entry) => entry.kind === kind)
        .map((entry) => ({ ...entry, nameInEvent: nameInEvent(entry) })),
    );
  return {
    event,
    logType: event.additional?.mimecast_log_type ?? "",
    warnings: warnings(event, explanation),
    fields: explanation.fields.map((field) => placed(field, tables.rows)),
    duplicates: of("duplicate"),
    unknown: of("unknown", "extra"),
    unparsed: of("unparsed"),
    verdicts: verdicts(event.security_result ?? [], explanation, tables),
  };
}

function warnings(event: UdmEvent, { fields }: Explanation): Warning[] {
  const found: Warning[] = [];
  const repeated = duplicateKeys(event);
  if (repeated !== undefined) {
    found.push({
      code: "parser_duplicate_keys",
      text: `${repeated} came more than once. A stranger may have written one of them into free text to forge it; the values that lost are below.`,
    });
  }
  if (fields.some(({ value }) => value.includes("\ufffd"))) {
    found.push({ text: "U+FFFD stands for bytes that were no valid UTF-8." });
  }
  return found;
}

function placed(
  { field, name, value, rows: used }: ExplainedField,
  rows: readonly MappingRow[],
): AccountedField {
  const places = used.flatMap((index): Place[] => {
    const row = rows[index];
    if (row === undefined) return [];
    return [{ path: row.udm === ADDITIONAL ? inAdditional(name) : row.udm, row }];
  });
  const own = rows.filter(({ from }) => from.split(", ").includes(field));
  const isTaken = places.some(({ row }) => own.includes(row));
  return { field, name, value, places, refusedBy: isTaken || places.length === 0 ? [] : own };
}

/** The row, and the member of the event, that takes what has no other place. */
export const ADDITIONAL = "additional";

/** The entry's name in the event (docs/grammar.md, Names in the event for what is not in the dictionary). */
function nameInEvent({ kind, name, ordinal }: ExplainedEntry): string {
  if (kind === "extra") return `extra.${ordinal}.${name}`;
  if (kind === "duplicate") return ordinal > 1 ? `duplicate.${ordinal}.${name}` : `duplicate.${name}`;
  return name;
}

/** The path of a name under `additional`. */
export const inAdditional = (name: string): string =>
  /^\w+$/.test(name) ? `${ADDITIONAL}.${name}` : `${ADDITIONAL}[${JSON.stringify(name)}]`;
