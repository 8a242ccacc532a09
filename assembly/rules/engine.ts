/** Evaluates the rules on the decoded line, and writes those that fired as entries of `security_result`. */

import { Subject } from "../fields/dictionary";
import { containsWord, equalsWord } from "../input/bytes";
import { hashOf } from "../input/hash";
import { wasJson } from "../input/read";
import { literal, literalLength } from "../output/literal";
import { byte, closeString, decimal, lit, reserve, text } from "../output/writer";
import { ATTACHMENT, isLogTypeTold } from "../udm/log-type";
import { saysTrue } from "../udm/network";
import { writtenTime } from "../udm/time";
import { count, evictions } from "./correlation";
import {
  Condition,
  conditionOf,
  fieldNamed,
  firstStart,
  HAS,
  IS,
  IS_ATTACHMENT_LOG,
  lastStart,
  nextStart,
  PRESENT,
  Rule,
  ruleAt,
  ruleCount,
  SAYS_TRUE,
} from "./rule";
import { writeAttackDetails } from "./technique";
import "./rules";

const RULE_ID = literal('{"rule_id":"');
const RULE_NAME = literal('"rule_name":"');
const INFORMATIONAL = literal('"severity":"INFORMATIONAL"');
const LOW = literal('"severity":"LOW"');
const MEDIUM = literal('"severity":"MEDIUM"');
const HIGH = literal('"severity":"HIGH"');
const CRITICAL = literal('"severity":"CRITICAL"');
const LABELS = literal(',"alert_state":"ALERTING","rule_labels":[{"key":"wazuh_level","value":"');
const GROUP = literal('"},{"key":"group","value":"mimecast"}');
const EVICTIONS = literal(',{"key":"correlation_evictions","value":"');
const LABEL_END = literal('"}');
const LABELS_END = literal("],");

/** What a rule did on the current line, as bits: it fired; one that counts it forgot an event for lack of room. */
const FIRED: u8 = 1;
const FORGOT: u8 = 2;
/** A byte of those bits for each rule; stale where `anyFired` is false. */
const DONE: usize = memory.data(24, 1);
let anyFired: bool = false;
/** Its log type, for `heldOnLine`. */
let evaluatedType: u32 = 0;

/** Whether a rule fired on the line that was evaluated last. */
export function hasFired(): bool {
  return anyFired;
}

/** Forgets the last line: none has fired. */
export function clearRules(): void {
  anyFired = false;
}

function did(index: i32, what: u8): bool {
  return (load<u8>(DONE + <usize>index) & what) != 0;
}

/** Looks which rules fire on the decoded line, whose time must have been written. */
export function evaluateRules(logType: u32): void {
  anyFired = false;
  evaluatedType = logType;
  for (let start = firstStart(); changetype<usize>(start) < lastStart(); start = nextStart(start)) {
    if (start.field.length == 0 || !holds(ruleAt(start.index), logType)) continue;
    if (!anyFired) memory.fill(DONE, 0, ruleCount());
    anyFired = true;
    store<u8>(DONE + <usize>start.index, FIRED);
  }
  // Most lines fire none, and have none to count.
  if (anyFired) evaluateCounting();
}

/** A counted rule stands in front of those that count it (rule.ts). */
function evaluateCounting(): void {
  for (let i = 0; i < ruleCount(); i++) {
    const rule = ruleAt(i);
    const base = rule.base;
    if (base === null || !did(indexOf(base), FIRED)) continue;
    const before = evictions();
    if (counted(rule)) store<u8>(DONE + <usize>i, FIRED);
    if (evictions() != before) store<u8>(DONE + <usize>indexOf(base), FIRED | FORGOT);
  }
}

function indexOf(rule: Rule): i32 {
  return <i32>((changetype<usize>(rule) - changetype<usize>(ruleAt(0))) / offsetof<Rule>());
}

function holds(rule: Rule, logType: u32): bool {
  for (let i: u32 = 0; i < rule.conditionCount; i++) {
    if (!conditionHolds(conditionOf(rule, i), logType)) return false;
  }
  return true;
}

/** Whether a condition holds for the decoded line. */
export function conditionHolds(condition: Condition, logType: u32): bool {
  const asks = condition.asks;
  const field = condition.field;
  if (asks == IS_ATTACHMENT_LOG || field === null) {
    // Where nothing says which log a line of key=value is from: of those about files only this one has no subject.
    return wasJson() || isLogTypeTold() ? logType == ATTACHMENT : Subject.length == 0;
  }
  if (field.length == 0) return false;
  if (asks == IS) return equalsWord(field.value, field.length, condition.word);
  if (asks == HAS) return containsWord(field.value, field.length, condition.word);
  if (asks == SAYS_TRUE) return saysTrue(field);
  return asks == PRESENT;
}

/** Whether a condition holds for the line that was evaluated last; for assembly/explain.ts only. */
export function heldOnLine(condition: Condition): bool {
  return conditionHolds(condition, evaluatedType);
}

/** A line that lacks what the rule compares does not count. */
function counted(rule: Rule): bool {
  const same = rule.same;
  const different = rule.different;
  if (same !== null && same.length == 0) return false;
  if (different !== null && different.length == 0) return false;
  const key: u64 = same === null ? 0 : hashOf(same.value, same.length);
  const value: u64 = different === null ? 0 : hashOf(different.value, different.length);
  return count(rule.table, key, value, writtenTime(), rule.count, different !== null);
}

/** `,{"rule_id":…}` for each rule that fired, behind an entry. */
export function writeFiredRules(): void {
  if (!anyFired) return;
  for (let i = 0; i < ruleCount(); i++) if (did(i, FIRED)) writeRule(ruleAt(i), did(i, FORGOT));
}

function writeRule(rule: Rule, forgot: bool): void {
  reserve(0);
  byte(0x2c);
  lit(RULE_ID);
  decimal(rule.id);
  closeString();
  lit(RULE_NAME);
  writeName(rule.name);
  closeString();
  lit(severityOf(rule.level));
  lit(LABELS);
  decimal(rule.level);
  lit(GROUP);
  if (forgot) {
    lit(EVICTIONS);
    decimal(evictions());
    lit(LABEL_END);
  }
  lit(LABELS_END);
  writeAttackDetails(rule.techniques, rule.techniqueCount);
  byte(0x7d);
}

/** `"severity":"…"`, a literal, for a level of Wazuh's. */
export function severityOf(level: u32): usize {
  if (level < 4) return INFORMATIONAL;
  if (level < 7) return LOW;
  if (level < 10) return MEDIUM;
  return level < 13 ? HIGH : CRITICAL;
}

/** The template with the values of its fields; nothing for a field that is absent. */
function writeName(template: usize): void {
  const end = template + literalLength(template);
  let from = template;
  for (let at = template; at < end; at++) {
    if (load<u16>(at) != 0x2824) continue; // $(
    text(from, at - from);
    let close = at + 2;
    while (load<u8>(close) != 0x29) close++;
    const field = fieldNamed(at + 2, close - at - 2);
    if (field !== null) text(field.value, field.length);
    from = close + 1;
    at = close;
  }
  text(from, end - from);
}
