/** Which rules fired, and the latest events of each: the entries of `security_result` behind the first (docs/rules.md). */
import { cut } from "./cut.ts";
import { list, object, text } from "./event.ts";
import type { Figures, FiredEvent, FiredRule } from "./figures.ts";
import { Latest } from "./latest.ts";

/** Rules beyond these are counted together. */
const MOST_RULES = 64;
export const EVENTS_A_RULE = 50;
/** Characters of a text that is shown. */
const LONGEST = 160;
const WHOLE = /^\d{1,15}$/;

export interface RuleEvent {
  readonly time: number;
  readonly stage: string;
  readonly sender: string | undefined;
  readonly recipients: readonly string[];
  readonly subject: string | undefined;
}

interface Fired {
  readonly name: string;
  readonly severity: string;
  count: number;
  first: number;
  last: number;
  readonly events: Latest<FiredEvent>;
}

export class Rules {
  readonly #names: ReadonlyMap<string, string>;
  readonly #fired = new Map<string, Fired>();
  #alerting = 0;
  #others = 0;
  #evictions = 0;

  /** `names`: what the module calls its rules, by id. */
  constructor(names: ReadonlyMap<string, string>) {
    this.#names = names;
  }

  /** Events on which at least one fired. */
  get alerting(): number {
    return this.#alerting;
  }

  /** Counts the entries of an event's `security_result` that have a rule. */
  add(results: readonly unknown[], event: RuleEvent): void {
    let fires = false;
    for (const item of results) {
      const entry = object(item) ?? {};
      const id = text(entry.rule_id);
      if (id === undefined) continue;
      fires = true;
      this.#count(id, text(entry.rule_name) ?? "", text(entry.severity) ?? "", event);
      for (const label of list(entry.rule_labels)) {
        const { key, value } = object(label) ?? {};
        if (key !== "correlation_evictions" || !WHOLE.test(text(value) ?? "")) continue;
        this.#evictions = Math.max(this.#evictions, Number(value));
      }
    }
    if (fires) this.#alerting++;
  }

  figures(): Pick<Figures, "rules" | "otherRules" | "evictions"> {
    const rules = [...this.#fired]
      .map(([id, { events, ...rest }]): FiredRule => ({ id, ...rest, events: events.items() }))
      .sort((a, b) => b.count - a.count || (a.id < b.id ? -1 : 1));
    return { rules, otherRules: this.#others, evictions: this.#evictions };
  }

  #count(id: string, name: string, severity: string, event: RuleEvent): void {
    let fired = this.#fired.get(id);
    if (fired === undefined) {
      if (this.#fired.size === MOST_RULES || id.length > LONGEST) {
        this.#others++;
        return;
      }
      fired = {
        name: this.#names.get(id) ?? cut(name, LONGEST),
        severity: cut(severity, LONGEST),
        count: 0,
        first: event.time,
        last: event.time,
        events: new Latest(EVENTS_A_RULE),
      };
      this.#fired.set(id, fired);
    }
    fired.count++;
    fired.first = Math.min(fired.first, event.time);
    fired.last = Math.max(fired.last, event.time);
    fired.events.add(event.time, () => shown(name, event));
  }
}

function shown(name: string, { time, stage, sender, recipients, subject }: RuleEvent): FiredEvent {
  const [recipient] = recipients;
  return {
    time,
    name: cut(name, LONGEST),
    stage: cut(stage, LONGEST),
    ...(sender === undefined ? {} : { sender: cut(sender, LONGEST) }),
    ...(recipient === undefined ? {} : { recipient: cut(recipient, LONGEST) }),
    recipients: Math.max(0, recipients.length - 1),
    ...(subject === undefined ? {} : { subject: cut(subject, LONGEST) }),
  };
}
