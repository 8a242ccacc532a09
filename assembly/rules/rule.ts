/** What a rule is made of, and where the rules are kept: static memory, filled by the start section from rules.ts. */
import { Field, lookUp } from "../fields/field";
import { literalLength } from "../output/literal";
import { Technique } from "./technique";

/** What a condition asks of a field. Words are compared without case. */
export const PRESENT: u32 = 0;
export const IS: u32 = 1;
export const HAS: u32 = 2;
export const SAYS_TRUE: u32 = 3;
/** Of the line, whatever the field: it is a log of attachment protect (rules.ts). */
export const IS_ATTACHMENT_LOG: u32 = 4;

/** Bounds of the tables below, and of what one rule may have. */
export const MAX_RULES: i32 = 24;
export const MAX_CONDITIONS: u32 = 4;
export const MAX_MEMBERS: u32 = 4;

@unmanaged
export class Rule {
  id: u32;
  /** Wazuh's, 0 to 15. */
  level: u32;
  /** A literal; `$(name)` stands for a field's value. */
  name: usize;
  /** MAX_MEMBERS addresses of techniques. */
  techniques: usize;
  techniqueCount: u32;
  /** MAX_CONDITIONS of them; none for a rule that counts another one. */
  conditions: usize;
  conditionCount: u32;
  /** The rule that this one counts, or null; how often it must fire, and of which field's value the counted ones must agree and
   * differ. */
  base: Rule | null;
  count: u32;
  same: Field | null;
  different: Field | null;
  /** For a rule that counts: which of the tables in correlation.ts is its own. */
  table: u32;
}

@unmanaged
export class Condition {
  field: Field | null;
  asks: u32;
  /** A literal in lower case. */
  word: usize;
}

const RULE_BYTES: usize = 48;
const RULES: usize = memory.data(1152, 4);
const CONDITION_BYTES: usize = 12;
const CONDITIONS: usize = memory.data(1152, 4);
const TECHNIQUES: usize = memory.data(384, 4);

/** Rules that have conditions: of each the field that its first condition asks for, and its index. Most lines have none of them. */
@unmanaged
export class Start {
  field: Field;
  index: i32;
}

const START_BYTES: usize = 8;
const STARTS: usize = memory.data(192, 4);
let startsEnd: usize = STARTS;
/** In place of a field, for a condition that asks for none: it has a value. */
const ALWAYS: usize = memory.data(16, 4);
changetype<Field>(ALWAYS).length = 1;

let rules: i32 = 0;
let counting: u32 = 0;

/** The first of them; they stand one behind the other, up to `lastStart`. */
export function firstStart(): Start {
  return changetype<Start>(STARTS);
}

export function lastStart(): usize {
  return startsEnd;
}

export function nextStart(start: Start): Start {
  return changetype<Start>(changetype<usize>(start) + START_BYTES);
}

export function ruleCount(): i32 {
  return rules;
}

/** How many rules count others. */
export function countingRules(): u32 {
  return counting;
}

export function ruleAt(index: i32): Rule {
  return changetype<Rule>(RULES + <usize>index * RULE_BYTES);
}

export function conditionOf(rule: Rule, index: u32): Condition {
  return changetype<Condition>(rule.conditions + <usize>index * CONDITION_BYTES);
}

/** Declares a rule, in ascending order of ids; for the top level of rules.ts only. What follows belongs to it. */
export function rule(id: u32, level: u32, name: usize): void {
  const added = ruleAt(rules);
  added.id = id;
  added.level = level;
  added.name = name;
  added.conditions = CONDITIONS + <usize>rules * MAX_CONDITIONS * CONDITION_BYTES;
  added.techniques = TECHNIQUES + ((<usize>rules * MAX_MEMBERS) << 2);
  rules++;
}

/** A condition of the rule that was declared last; all of them must hold. `word`: a literal in lower case. */
export function when(field: Field | null, asks: u32, word: usize = 0): void {
  const last = ruleAt(rules - 1);
  const condition = conditionOf(last, last.conditionCount);
  if (last.conditionCount == 0) {
    const start = changetype<Start>(startsEnd);
    start.field = field === null ? changetype<Field>(ALWAYS) : field;
    start.index = rules - 1;
    startsEnd += START_BYTES;
  }
  last.conditionCount++;
  condition.field = field;
  condition.asks = asks;
  condition.word = word;
}

/**
 * The rule that was declared last fires when `id` has fired `count` times within five minutes on lines that agree in `same`, and
 * each on another value of `different`.
 */
export function counts(id: u32, count: u32, same: Field | null, different: Field | null = null): void {
  const last = ruleAt(rules - 1);
  for (let i = 0; i < rules; i++) if (ruleAt(i).id == id) last.base = ruleAt(i);
  last.count = count;
  last.same = same;
  last.different = different;
  last.table = counting;
  counting++;
}

/** A technique that the rule that was declared last points at. */
export function points(technique: Technique): void {
  const last = ruleAt(rules - 1);
  store<u32>(last.techniques + ((<usize>last.techniqueCount) << 2), <u32>changetype<usize>(technique));
  last.techniqueCount++;
}

/** The field that a template names at `[from, from + length)`, or null: which the rules' own test forbids. */
export function fieldNamed(from: usize, length: usize): Field | null {
  const name = lookUp(from, length);
  return name === null ? null : name.field;
}

/** True if everything that was declared has its place. */
export function rulesFit(): bool {
  for (let i = 0; i < rules; i++) {
    const one = ruleAt(i);
    if (one.conditionCount > MAX_CONDITIONS || one.techniqueCount > MAX_MEMBERS) return false;
    if (literalLength(one.name) == 0) return false;
  }
  return rules <= MAX_RULES;
}
