/** The rules as data: everything declared has its place, and what it names is there. */
import "../../../assembly/rules/rules";
import { literalLength } from "../../../assembly/output/literal";
import { MAX_TABLES } from "../../../assembly/rules/correlation";
import {
  conditionOf,
  countingRules,
  fieldNamed,
  HAS,
  IS,
  ruleAt,
  ruleCount,
  rulesFit,
} from "../../../assembly/rules/rule";
import { techniquesFit } from "../../../assembly/rules/technique";
import { literalText } from "../events";

describe("the rules", () => {
  it("fit in their tables", () => {
    expect(rulesFit()).toBe(true);
    expect(techniquesFit()).toBe(true);
    expect(countingRules()).toBeLessThanOrEqual(MAX_TABLES);
  });

  it("are declared in ascending order, each with conditions or a count, and with techniques", () => {
    let before: u32 = 0;
    for (let i = 0; i < ruleCount(); i++) {
      const rule = ruleAt(i);
      expect(rule.id).toBeGreaterThan(before);
      before = rule.id;
      const base = rule.base;
      expect(rule.conditionCount == 0).toBe(base !== null, `${rule.id}`);
      expect(rule.techniqueCount).toBeGreaterThan(0);
      if (base === null) continue;
      expect(base.id).toBeLessThan(rule.id, "a counted rule stands in front of those that count it");
      expect(rule.count).toBeGreaterThan(1);
    }
  });

  it("look for words in lower case, and within a value for such that begin with a letter", () => {
    for (let i = 0; i < ruleCount(); i++) {
      for (let j: u32 = 0; j < ruleAt(i).conditionCount; j++) {
        const condition = conditionOf(ruleAt(i), j);
        const word = literalText(condition.word);
        expect(word == "").toBe(condition.asks != IS && condition.asks != HAS);
        expect(word).toBe(word.toLowerCase());
        if (condition.asks == HAS) expect(word.charCodeAt(0)).toBeGreaterThan(0x60, word);
      }
    }
  });

  it("name in their templates fields of the dictionary, by their own names", () => {
    for (let i = 0; i < ruleCount(); i++) {
      const at = ruleAt(i).name;
      const template = literalText(at);
      for (let from = template.indexOf("$("); from >= 0; from = template.indexOf("$(", from + 1)) {
        const end = template.indexOf(")", from);
        expect(end).toBeGreaterThan(from, template);
        expect(fieldNamed(at + from + 2, end - from - 2)).not.toBeNull(template);
      }
      expect(literalLength(at)).toBeGreaterThan(0);
    }
  });
});
