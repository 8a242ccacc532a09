/** Every detection rule, and what it says of the record. */

import { shortened } from "../cli/shortened.ts";
import type { Account } from "../explain/account.ts";
import { partsOfRule } from "../explain/links.ts";
import type { Verdict } from "../explain/rules.ts";
import { h } from "./dom.ts";
import type { Linking } from "./linking.ts";
import { listbox } from "./listbox.ts";

const LONGEST_NAME = 300;
const ORDER = ["fires", "counts", "lacks", "waits"] as const;

/** Those that fire first. */
export function rulesView(account: Account, linking: Linking): HTMLElement[] {
  const list = h("div", { class: "rules" });
  for (const says of ORDER) {
    for (const verdict of account.verdicts.filter((one) => one.says === says)) {
      const element = view(verdict);
      linking.add(element, partsOfRule(verdict, account));
      list.append(element);
    }
  }
  listbox(list, "Detection rules");
  const count = account.verdicts.filter(({ says }) => says === "fires").length;
  return [
    h("h2", {}, count === 0 ? "Rules: none fires" : `Rules: ${count} ${count === 1 ? "fires" : "fire"}`),
    list,
  ];
}

function view({ rule, says, text }: Verdict): HTMLElement {
  const techniques = rule.attack_details.techniques.map(({ id, subtechnique_id: sub }) => sub ?? id);
  const isFired = says === "fires";
  return h(
    "div",
    { class: `rule ${says}`, title: rule.name },
    h("span", { class: "id" }, String(rule.id)),
    h("span", { class: "text" }, shortened(text, LONGEST_NAME)),
    isFired ? h("span", { class: "quiet" }, `${rule.severity}, ${techniques.join(", ")}`) : undefined,
  );
}
