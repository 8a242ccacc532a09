/** What is said of the detection rules for one record: which fire, what the others lack. */
import type { DetectionRule, ExplainedRule, Explanation, RuleCondition, RuleCount } from "../host/explain.ts";
import type { SecurityResult } from "./event.ts";

/** What the module says of its rules. */
export interface Rules {
  readonly rules: readonly DetectionRule[];
  readonly counting: { readonly window: number };
}

/** A rule and one record. */
export type Verdict = { readonly rule: DetectionRule; readonly text: string } & (
  | { /** `text` is its name. */ readonly says: "fires" }
  | { /** It counts a rule that fires; `text` says towards what. */ readonly says: "counts" }
  | { /** It counts a rule that does not fire. */ readonly says: "waits" }
  | {
      /** A condition does not hold; `text` says of the first which. */
      readonly says: "lacks";
      /** Whether another condition, one that asks for a field, holds. */
      readonly isClose: boolean;
    }
);

/** Of every rule, in the order of their ids. `results` are those of the event. */
export function verdicts(
  results: readonly SecurityResult[],
  explanation: Explanation,
  { rules, counting }: Rules,
): Verdict[] {
  const names = new Map(results.flatMap(({ rule_id: id, rule_name: name }) => (id ? [[id, name]] : [])));
  return rules.map((rule): Verdict => {
    const name = names.get(String(rule.id));
    if (name !== undefined) return { rule, says: "fires", text: name };
    const { counts } = rule;
    if (counts === undefined) return lacks(rule, explanation.rules);
    if (!names.has(String(counts.rule))) {
      return { rule, says: "waits", text: `counts ${counts.rule}, which does not fire` };
    }
    return { rule, says: "counts", text: counted(counts, explanation, counting.window / 1000) };
  });
}

function lacks(rule: DetectionRule, explained: readonly ExplainedRule[]): Verdict {
  const { id, conditions = [] } = rule;
  const holds = explained.find((one) => one.id === id)?.holds ?? [];
  const missing = conditions.find((_, index) => holds[index] === false);
  const isClose = conditions.some(({ field }, index) => field !== undefined && holds[index] === true);
  // All hold and it did not fire: only where the event was made without rules.
  const text = missing === undefined ? "was not asked" : lacking(missing);
  return { rule, says: "lacks", text, isClose };
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
