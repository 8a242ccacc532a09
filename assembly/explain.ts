/**
 * `build/mimecast-explain.wasm`: the shipped module, and what it knows of itself: its dictionary, mapping rows and rules
 * (for docs/mapping.md and docs/rules.md), and for one line which row put which field where, and what each rule says of it (for
 * `mimecast-udm explain`).
 */
import { mapRaw } from "./abi/batch";
import { UDM } from "./abi/map";
import { beginCall } from "./abi/memory";
import {
  Field,
  fieldAt,
  fieldCount,
  firstName,
  indexOf,
  lookUp,
  nameCount,
  nameField,
  nameText,
  STRANGER,
  TEXT_BIT,
} from "./fields/field";
import { BRACE_CLOSE, BRACKET_CLOSE, COMMA } from "./input/bytes";
import { Entry, EXTRA, entries, LOSER, UNKNOWN } from "./input/line";
import { literal, literalLength } from "./output/literal";
import {
  beginOutput,
  byte,
  close,
  closeString,
  decimal,
  dropComma,
  lit,
  open,
  outputStart,
  position,
  quoted,
  reserve,
  rewind,
  text,
} from "./output/writer";
import { correlationBytes, eventLimit, keyLimit, WAYS, WINDOW } from "./rules/correlation";
import { heldOnLine, severityOf } from "./rules/engine";
import {
  Condition,
  conditionOf,
  HAS,
  IS,
  IS_ATTACHMENT_LOG,
  PRESENT,
  Rule,
  ruleAt,
  ruleCount,
  SAYS_TRUE,
} from "./rules/rule";
import { writeAttackDetails } from "./rules/technique";
import { GOOGLE, GOOGLE_LATER, OWN, Row, rowAt, rowCount, startTrace, traceAt, traceLength } from "./udm/row";
import { actionOf, actionWord } from "./udm/security-result";
import { verdictRow } from "./udm/verdict";

export { mimecast_batch } from "./abi/batch";
export { mimecast_fields, mimecast_udm } from "./abi/fluent-bit";
export { free, malloc } from "./abi/memory";

const OBJECT = literal("{");
const OBJECT_END = literal("},");
const ARRAY_END = literal("],");
const BRACES_END = literal("}\0");
const FIELDS = literal('"fields":[');
const NAMES = literal('{"names":[');
const MARK_TEXT = literal('"mark":"text",');
const MARK_STRANGER = literal('"mark":"stranger",');
const ROWS = literal('"rows":[');
const UDM_KEY = literal('{"udm":"');
const FROM_KEY = literal('"from":"');
const ORIGIN_KEY = literal('"origin":"');
const REMARK_KEY = literal('"remark":"');
const ORIGIN_GOOGLE = literal("G, ");
const ORIGIN_LATER = literal("G+, ");
const ORIGIN_OWN = literal("own, ");
const ACTS = literal('"acts":[');
const ACTIONS = literal('"actions":[');
const REJECTIONS = literal('"rejections":[');
const HOLDS = literal('"holds":[');
const WORD_KEY = literal('{"word":"');
const UDM_VALUE = literal('"udm":"');
const SEVERITY_KEY = literal('"severity":');
const NAME_KEY = literal('"name":"');
const FIELD_KEY = literal('{"field":"');
const VALUE_KEY = literal('"value":"');
const ROWS_USED = literal('"rows":[');
const KIND_KEY = literal('{"kind":"');
const ENTRIES = literal('"entries":[');
const KIND_UNKNOWN = literal("unknown");
const KIND_EXTRA = literal("extra");
const KIND_DUPLICATE = literal("duplicate");
const KIND_UNPARSED = literal("unparsed");
const ORDINAL_KEY = literal('"ordinal":');
const RULES = literal('"rules":[');
const ID_KEY = literal('{"id":');
const LEVEL_KEY = literal('"level":');
const CONDITIONS = literal('"conditions":[');
const ASKS_KEY = literal('{"asks":"');
const ASKS_PRESENT = literal("present");
const ASKS_IS = literal("is");
const ASKS_HAS = literal("has");
const ASKS_TRUE = literal("true");
const ASKS_ATTACHMENT = literal("attachment");
const OF_FIELD = literal('"field":"');
const ASKED_WORD = literal('"word":"');
const COUNTS = literal('"counts":{"rule":');
const COUNT_KEY = literal('"count":');
const SAME_KEY = literal('"same":"');
const DIFFERENT_KEY = literal('"different":"');
const COUNTING = literal('"counting":{"window":');
const KEYS_KEY = literal('"keys":');
const WAYS_KEY = literal('"ways":');
const EVENTS_KEY = literal('"events":');
const BYTES_KEY = literal('"bytes":');
const HOLDS_KEY = literal('"holds":[');
const TRUE_ITEM = literal("true,");
const FALSE_ITEM = literal("false,");

/** Writes a string constant of the source, ASCII without quotes or backslashes, and its end. */
function constantText(at: usize): void {
  const constant = changetype<string>(at);
  reserve(constant.length + 2);
  for (let i = 0; i < constant.length; i++) byte(<u8>constant.charCodeAt(i));
  closeString();
}

function member(key: usize, value: usize): void {
  lit(key);
  text(value, literalLength(value));
  closeString();
}

function finish(): usize {
  dropComma();
  byte(0);
  return outputStart();
}

/** What the module knows of fields, rows and rules, as JSON ended by NUL. */
export function mimecast_describe(): usize {
  beginCall(0);
  beginOutput();
  const all = open(OBJECT);
  describeFields();
  const rows = open(ROWS);
  for (let i = 0; i < rowCount(); i++) describeRow(rowAt(i));
  close(rows, BRACKET_CLOSE);
  describeActions(ACTS, 0);
  describeActions(ACTIONS, 1);
  describeVerdicts(REJECTIONS, 0);
  describeVerdicts(HOLDS, 1);
  const rules = open(RULES);
  for (let i = 0; i < ruleCount(); i++) describeRule(ruleAt(i));
  close(rules, BRACKET_CLOSE);
  describeCounting();
  close(all, BRACE_CLOSE);
  return finish();
}

function describeFields(): void {
  const fields = open(FIELDS);
  let i = 0;
  while (i < nameCount()) {
    const field = nameField(i);
    const known = lookUp(nameText(i), literalLength(nameText(i)));
    lit(NAMES);
    while (i < nameCount() && nameField(i) == field) {
      quoted(nameText(i), literalLength(nameText(i)));
      i++;
    }
    endWith(ARRAY_END);
    if (known !== null && (known.marks & TEXT_BIT) != 0) lit(MARK_TEXT);
    else if (known !== null && (known.marks & STRANGER) != 0) lit(MARK_STRANGER);
    endWith(OBJECT_END);
  }
  close(fields, BRACKET_CLOSE);
}

/** Puts a literal in the place of the last comma. */
function endWith(literal: usize): void {
  dropComma();
  lit(literal);
}

function describeRow(row: Row): void {
  lit(UDM_KEY);
  constantText(row.path);
  lit(FROM_KEY);
  constantText(row.from);
  lit(ORIGIN_KEY);
  if ((row.origin & GOOGLE) != 0) lit(ORIGIN_GOOGLE);
  if ((row.origin & GOOGLE_LATER) != 0) lit(ORIGIN_LATER);
  if ((row.origin & OWN) != 0) lit(ORIGIN_OWN);
  // The last separator, a comma and a space.
  rewind(position() - 2);
  closeString();
  lit(REMARK_KEY);
  constantText(row.remark);
  endWith(OBJECT_END);
}

function describeActions(key: usize, table: u32): void {
  const actions = open(key);
  for (let i: usize = 0; actionWord(table, i) != 0; i++) {
    member(WORD_KEY, actionWord(table, i));
    lit(UDM_VALUE);
    // The literal ends with the quote, the bracket and the comma of the array it is written in.
    text(actionOf(table, i), literalLength(actionOf(table, i)) - 3);
    closeString();
    endWith(OBJECT_END);
  }
  close(actions, BRACKET_CLOSE);
}

function describeVerdicts(key: usize, table: u32): void {
  const verdicts = open(key);
  for (let i = 0; ; i++) {
    const verdict = verdictRow(table, i);
    if (verdict === null) break;
    member(WORD_KEY, verdict.text);
    if (verdict.category != 0) member(UDM_VALUE, verdict.category);
    if (table == 1) member(NAME_KEY, verdict.name);
    lit(SEVERITY_KEY);
    decimal(verdict.severity);
    lit(OBJECT_END);
  }
  close(verdicts, BRACKET_CLOSE);
}

function number(key: usize, value: u64): void {
  lit(key);
  decimal(value);
  byte(COMMA);
}

function describeRule(rule: Rule): void {
  reserve(0);
  number(ID_KEY, rule.id);
  number(LEVEL_KEY, rule.level);
  lit(severityOf(rule.level));
  byte(COMMA);
  member(NAME_KEY, rule.name);
  const conditions = open(CONDITIONS);
  for (let i: u32 = 0; i < rule.conditionCount; i++) describeCondition(conditionOf(rule, i));
  close(conditions, BRACKET_CLOSE);
  const base = rule.base;
  if (base !== null) {
    number(COUNTS, base.id);
    number(COUNT_KEY, rule.count);
    fieldMember(SAME_KEY, rule.same);
    fieldMember(DIFFERENT_KEY, rule.different);
    endWith(OBJECT_END);
  }
  writeAttackDetails(rule.techniques, rule.techniqueCount);
  lit(OBJECT_END);
}

function describeCondition(condition: Condition): void {
  const asks = condition.asks;
  lit(ASKS_KEY);
  if (asks == IS) lit(ASKS_IS);
  else if (asks == HAS) lit(ASKS_HAS);
  else if (asks == SAYS_TRUE) lit(ASKS_TRUE);
  else if (asks == IS_ATTACHMENT_LOG) lit(ASKS_ATTACHMENT);
  else if (asks == PRESENT) lit(ASKS_PRESENT);
  closeString();
  fieldMember(OF_FIELD, condition.field);
  if (condition.word != 0) member(ASKED_WORD, condition.word);
  endWith(OBJECT_END);
}

function fieldMember(key: usize, field: Field | null): void {
  if (field !== null) member(key, firstName(indexOf(field)));
}

function describeCounting(): void {
  reserve(0);
  number(COUNTING, WINDOW);
  number(KEYS_KEY, keyLimit());
  number(WAYS_KEY, WAYS);
  number(EVENTS_KEY, eventLimit());
  number(BYTES_KEY, correlationBytes());
  endWith(OBJECT_END);
}

/**
 * Maps the one record in `[input, input + length)` and tells what became of each field: JSON ended by NUL,
 * `{"fields":[{"field":…,"name":…,"value":…,"rows":[…]}],"entries":[{"kind":…,"name":…,"value":…,"ordinal":…}],
 * "rules":[{"id":…,"holds":[…]}]}`. `field` is the dictionary's name, `name` the one that came; rows count as in
 * `mimecast_describe`. Absent fields are left out. `holds` tells of each condition whether it holds; rules that count others
 * have none, and are left out. A record that could not be mapped gives empty lists.
 */
export function mimecast_explain(input: usize, length: u32, seconds: u32, nanoseconds: u32): usize {
  startTrace();
  beginCall(0);
  const mapped = mapRaw(input, input + length, UDM, seconds, nanoseconds);
  beginOutput();
  lit(OBJECT);
  lit(FIELDS);
  for (let i = 0; mapped && i < fieldCount(); i++) explainField(i);
  endWith(ARRAY_END);
  lit(ENTRIES);
  for (let at = entries(); mapped && at != 0; at = changetype<Entry>(at).next)
    explainEntry(changetype<Entry>(at));
  endWith(ARRAY_END);
  lit(RULES);
  for (let i = 0; mapped && i < ruleCount(); i++) explainRule(ruleAt(i));
  endWith(ARRAY_END);
  endWith(BRACES_END);
  return outputStart();
}

function explainField(index: i32): void {
  const field = fieldAt(index);
  if (field.length == 0) return;
  member(FIELD_KEY, firstName(index));
  member(NAME_KEY, field.name);
  lit(VALUE_KEY);
  text(field.value, field.length);
  closeString();
  lit(ROWS_USED);
  let before: u32 = 0xffff;
  for (let i = 0; i < traceLength(); i++) {
    const traced = traceAt(i);
    if (<i32>(traced >> 16) != index || (traced & 0xffff) == before) continue;
    before = traced & 0xffff;
    reserve(16);
    decimal(before);
    byte(COMMA);
  }
  endWith(ARRAY_END);
  endWith(OBJECT_END);
}

function explainRule(rule: Rule): void {
  if (rule.conditionCount == 0) return;
  reserve(0);
  number(ID_KEY, rule.id);
  lit(HOLDS_KEY);
  for (let i: u32 = 0; i < rule.conditionCount; i++)
    lit(heldOnLine(conditionOf(rule, i)) ? TRUE_ITEM : FALSE_ITEM);
  endWith(ARRAY_END);
  endWith(OBJECT_END);
}

function explainEntry(entry: Entry): void {
  if (entry.length == 0) return;
  lit(KIND_KEY);
  if (entry.kind == UNKNOWN) lit(KIND_UNKNOWN);
  else if (entry.kind == EXTRA) lit(KIND_EXTRA);
  else if (entry.kind == LOSER) lit(KIND_DUPLICATE);
  else lit(KIND_UNPARSED);
  closeString();
  lit(NAME_KEY);
  text(entry.name, entry.nameLength);
  closeString();
  lit(VALUE_KEY);
  text(entry.value, entry.length);
  closeString();
  lit(ORDINAL_KEY);
  decimal(entry.ordinal);
  byte(COMMA);
  endWith(OBJECT_END);
}
