/** What explain says of the rules: which fire, what the others lack. */
import type { DetectionRule, ExplainedRule, Explanation, RuleCondition, RuleCount } from "../host/explain.ts";
import { type Piece, piece } from "./paint.ts";
import { shortened } from "./visible.ts";

/** An entry of `security_result`, as much as is read here. */
export interface FiredRule {
  readonly rule_id?: string;
  readonly rule_name?: string;
}

/** What the module says of its rules. */
export interface Rules {
  readonly rules: readonly DetectionRule[];
  readonly counting: { readonly window: number };
}

type Line = readonly Piece[];

const LONGEST_NAME = 200;

/** A line for each rule that has something to say of the record; where none fires, only for those of which a part holds. */
export function ruleLines(
  fired: readonly FiredRule[],
  explanation: Explanation,
  { rules, counting }: Rules,
): Line[] {
  const names = new Map(fired.map(({ rule_id: id, rule_name: name }) => [id, name]));
  const lines = rules.flatMap((rule): Line[] => {
    const name = names.get(String(rule.id));
    if (name !== undefined) return [line(rule, "good", ` fires: ${shortened(name, LONGEST_NAME)}`)];
    if (rule.counts !== undefined) {
      if (!names.has(String(rule.counts.rule))) return [];
      return [line(rule, "plain", `: ${counted(rule.counts, explanation, counting.window / 1000)}`)];
    }
    const missing = missingOf(rule, explanation.rules, names.size > 0);
    return missing === undefined ? [] : [line(rule, "dim", `: ${missing}`)];
  });
  return names.size > 0 ? lines : [[piece("no rule fires")], ...lines];
}

const line = ({ id }: DetectionRule, style: "good" | "plain" | "dim", text: string): Line => [
  piece(String(id), style),
  piece(text, style === "dim" ? "dim" : "plain"),
];

/** The first condition that does not hold. Unless `always`, only where one does that asks for a field. */
function missingOf(
  { id, conditions = [] }: DetectionRule,
  rules: readonly ExplainedRule[],
  always: boolean,
): string | undefined {
  const holds = rules.find((rule) => rule.id === id)?.holds ?? [];
  const missing = conditions.find((_, index) => holds[index] === false);
  const isClose = conditions.some(({ field }, index) => field !== undefined && holds[index] === true);
  return missing === undefined || !(always || isClose) ? undefined : lacking(missing);
}

function lacking({ asks, field, word }: RuleCondition): string {
  if (asks === "present") return `${field} is missing`;
  if (asks === "is") return `${field} is not ${word}`;
  if (asks === "has") return `${field} does not contain ${word}`;
  if (asks === "true") return `${field} is not true`;
  return "the line is not one of attachment protect";
}

function counted({ count, same, different }: RuleCount, { fields }: Explanation, seconds: number): string {
  const absent = [same, different].find(
    (name) => name !== undefined && !fields.some(({ field }) => field === name),
  );
  if (absent !== undefined) return `does not count this line, ${absent} is missing`;
  const agreeing = same === undefined ? "" : ` with the same ${same}`;
  const differing = different === undefined ? "" : `, each with another ${different}`;
  return `counts towards ${count} in ${seconds} s${agreeing}${differing}`;
}
