/**
 * Which parts of an account belong together: a field and the values of the event that were made from it, a rule and its entry.
 * Which row wrote a field where is the module's word. Where it names several fields for one place, equal text tells them apart,
 * or all of them are named.
 */
import type { MappingRow } from "../host/explain.ts";
import { type Account, type AccountedField, ADDITIONAL } from "./account.ts";
import type { Verdict } from "./rules.ts";

export type Path = readonly (string | number)[];

/** A part of an account: a field, an entry beside the fields, a rule, or all duplicates. */
export type Part = `${"field" | "duplicate" | "unknown" | "unparsed" | "rule"}:${number}` | "duplicates";

/** Where a value of the event comes from. */
export interface Origin {
  /** Undefined for what a rule added. */
  readonly row?: MappingRow;
  readonly parts: readonly Part[];
}

const DETECTION_FIELDS = "security_result[].detection_fields[]";

/** Tells of each value of the event where it comes from. */
export function origins(
  account: Account,
  rows: readonly MappingRow[],
): (path: Path, value: unknown) => Origin {
  const own = rows.filter(({ udm }) => udm !== ADDITIONAL);
  const additional = rows.find(({ udm }) => udm === ADDITIONAL);
  return (path, value) => {
    const name = path[1];
    if (path[0] === ADDITIONAL && typeof name === "string") {
      const row = own.find(({ udm }) => udm === `${ADDITIONAL}.${name}`) ?? additional;
      return { ...(row && { row }), parts: row === additional ? partsNamed(name, account) : [] };
    }
    const result = path[0] === "security_result" ? account.event.security_result?.[Number(name)] : undefined;
    if (result?.rule_id !== undefined) return { parts: [`rule:${Number(result.rule_id)}`] };
    const place = generic(path);
    if (place.startsWith(DETECTION_FIELDS)) {
      const detected = result?.detection_fields?.[Number(path[3])];
      return detected === undefined ? { parts: [] } : ofDetectionField(detected, account, own);
    }
    const row = own.find(({ udm }) => udm === place || udm === `${place}[]`);
    if (row === undefined) return { parts: [] };
    return { row, parts: chosen(fieldsOf(account, [row]), String(value)) };
  };
}

/** `["a", 0, "b"]` as `a[].b`. */
const generic = (path: Path): string =>
  path
    .map((step) => (typeof step === "number" ? "[]" : `.${step}`))
    .join("")
    .slice(1);

function partsNamed(name: string, account: Account): Part[] {
  const found: Part[] = [];
  for (const [index, field] of account.fields.entries()) {
    if (field.name === name && field.places.some(({ row }) => row.udm === ADDITIONAL))
      found.push(`field:${index}`);
  }
  for (const kind of ["duplicates", "unknown", "unparsed"] as const) {
    for (const [index, entry] of account[kind].entries()) {
      if (entry.nameInEvent === name) found.push(`${kind === "duplicates" ? "duplicate" : kind}:${index}`);
    }
  }
  return found;
}

/** Several rows write detection fields; their remarks name the keys. */
function ofDetectionField(
  { key, value }: { readonly key: string; readonly value: string },
  account: Account,
  rows: readonly MappingRow[],
): Origin {
  const candidates = rows.filter(({ udm }) => udm === DETECTION_FIELDS);
  const row = candidates.find(
    ({ remark }) => remark.split(/[,:]? /).includes(key) || remark.includes(`${key},`),
  );
  if (key === "parser_duplicate_keys") return { ...(row && { row }), parts: ["duplicates"] };
  const fields = fieldsOf(account, row === undefined ? candidates : [row]);
  const called = fields.filter(({ field }) => field.field === key);
  const parts = called.length > 0 ? called.map(({ part }) => part) : chosen(fields, value);
  return { ...(row && { row }), parts };
}

interface Candidate {
  readonly part: Part;
  readonly field: AccountedField;
}

const fieldsOf = ({ fields }: Account, rows: readonly MappingRow[]): Candidate[] =>
  fields.flatMap((field, index) =>
    field.places.some((place) => rows.some((row) => isSame(row, place.row)))
      ? [{ part: `field:${index}` as const, field }]
      : [],
  );

/** Rows have no name of their own, and may be copies. */
const isSame = (one: MappingRow, other: MappingRow): boolean =>
  one.udm === other.udm && one.from === other.from && one.remark === other.remark;

/** Those whose text has the value in it; all if none has. */
function chosen(candidates: readonly Candidate[], value: string): Part[] {
  const sought = value.toLowerCase();
  const alike = candidates.filter(({ field }) => field.value.toLowerCase().includes(sought));
  return (alike.length > 0 ? alike : candidates).map(({ part }) => part);
}

/** The rule, and the fields that it asks for. */
export function partsOfRule({ rule }: Verdict, { fields }: Account): Part[] {
  const asked = new Set([
    ...(rule.conditions ?? []).map(({ field }) => field),
    rule.counts?.same,
    rule.counts?.different,
  ]);
  return [
    `rule:${rule.id}`,
    ...fields.flatMap(({ field }, index) => (asked.has(field) ? [`field:${index}` as const] : [])),
  ];
}
