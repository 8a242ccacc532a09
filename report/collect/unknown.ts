/**
 * What the module kept without understanding it: members of `additional` whose names the dictionary does not have. Which names
 * those are, the module itself says.
 */
import type { Description } from "../../host/explain.ts";
import { cut } from "./cut.ts";
import { type Members, text } from "./event.ts";
import { SpaceSaving } from "./space-saving.ts";

/** What the module knows, as far as the report asks for it. */
export interface Vocabulary {
  /** Every name of every field. */
  readonly known: ReadonlySet<string>;
  /** The names of the field in which a delivery's latency stands. */
  readonly latency: readonly string[];
  /** The names of the field in which the line's time stands. */
  readonly time: readonly string[];
  /** Names of rules, by id. */
  readonly rules: ReadonlyMap<string, string>;
}

/** Members of `additional` that are the module's own (docs/grammar.md). */
const OWN = new Set(["mimecast_log_type", "unparsed"]);
const LOSER = "duplicate.";
/** A key that could not keep its name; the number only tells several of one line apart. */
const EXTRA = /^extra\.\d+\./;
const LONGEST_SAMPLE = 100;

export class Unknown {
  readonly keys: SpaceSaving;
  readonly #vocabulary: Vocabulary;
  #events = 0;
  #unparsed = 0;
  #unreadableTimes = 0;

  constructor(vocabulary: Vocabulary, capacity: number) {
    this.#vocabulary = vocabulary;
    this.keys = new SpaceSaving(capacity);
  }

  /** Events with an unknown key. */
  get events(): number {
    return this.#events;
  }

  /** Events of lines with text in front of the first key. */
  get unparsed(): number {
    return this.#unparsed;
  }

  /** Events whose line had a time that could not be read. */
  get unreadableTimes(): number {
    return this.#unreadableTimes;
  }

  add(additional: Members): void {
    let found = false;
    for (const name in additional) {
      if (this.#vocabulary.known.has(name) || OWN.has(name) || name.startsWith(LOSER)) continue;
      found = true;
      this.keys.add(name.replace(EXTRA, "extra."), () => cut(text(additional[name]) ?? "", LONGEST_SAMPLE));
    }
    if (found) this.#events++;
    if (additional.unparsed !== undefined) this.#unparsed++;
    if (this.#vocabulary.time.some((name) => additional[name] !== undefined)) this.#unreadableTimes++;
  }
}

/** From what the module says of itself. */
export function vocabularyOf({ fields, rules }: Description): Vocabulary {
  const namesOf = (field: string): readonly string[] =>
    fields.find(({ names }) => names[0] === field)?.names ?? [field];
  return {
    known: new Set(fields.flatMap(({ names }) => names)),
    latency: namesOf("Latency"),
    time: namesOf("datetime"),
    rules: new Map(rules.map(({ id, name }) => [String(id), name])),
  };
}
