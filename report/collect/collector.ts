/** Events to figures, one event at a time, in memory that is bounded whatever the events are (docs/report.md). */
import { list, type Members, object, spamScoreOf, text, texts, timeOf } from "./event.ts";
import type { Figures, Ranking, StageActions } from "./figures.ts";
import { Histogram } from "./histogram.ts";
import { Rules } from "./rules.ts";
import { SpaceSaving } from "./space-saving.ts";
import { TimeSeries } from "./time-series.ts";
import { Unknown, type Vocabulary } from "./unknown.ts";
import { Unmapped } from "./unmapped.ts";

/** Places for addresses, which everybody may fill with values of their own choosing. */
export const MANY = 32_768;
/** Places for unknown keys, each with a value. */
export const KEYS = 4096;
/** Places for values that Mimecast or UDM chooses. */
export const FEW = 512;
/** Entries of a table on the page. */
export const SHOWN = 50;
/** Buckets of time that are held, and that are shown. */
export const BUCKETS = 2048;
export const SHOWN_BUCKETS = 240;

/** Below 0, one bin for each whole score, 50 and more. */
const SCORES = Array.from({ length: 51 }, (_, index) => index);
/** Milliseconds: six bins a decade, nearly as wide as each other on its scale (the series E6 of IEC 60063), up to days. */
const LATENCIES = Array.from({ length: 9 }, (_, power) =>
  [1, 1.5, 2.2, 3.3, 4.7, 6.8].map((factor) => Number(`${factor}e${power}`)),
).flat();

export const NONE = "(none)";

export interface Range {
  /** Milliseconds since 1970; an event of that time is in the range. */
  readonly since?: number;
  /** An event of that time is not in the range. */
  readonly until?: number;
}

export class Collector {
  readonly #range: Range;
  readonly #vocabulary: Vocabulary;
  #records = 0;
  #events = 0;
  #outOfRange = 0;
  #timeless = 0;
  #withDuplicates = 0;
  readonly #series = new TimeSeries(BUCKETS);
  readonly #stageActions = new SpaceSaving(FEW);
  readonly #rejections = new SpaceSaving(FEW);
  readonly #holds = new SpaceSaving(FEW);
  readonly #failures = new SpaceSaving(FEW);
  readonly #severities = new SpaceSaving(FEW);
  readonly #categories = new SpaceSaving(FEW);
  readonly #senders = new SpaceSaving(MANY);
  readonly #recipients = new SpaceSaving(MANY);
  readonly #spamScores = new Histogram(SCORES);
  readonly #latencies = new Histogram(LATENCIES);
  readonly #rules: Rules;
  readonly #unknown: Unknown;
  readonly #unmapped = new Unmapped();

  /** `vocabulary`: which keys are known, as the module says. */
  constructor(vocabulary: Vocabulary, range: Range = {}) {
    this.#range = range;
    this.#vocabulary = vocabulary;
    this.#rules = new Rules(vocabulary.rules);
    this.#unknown = new Unknown(vocabulary, KEYS);
  }

  /** Counts what one line of NDJSON holds. */
  addLine(line: string): void {
    this.#records++;
    const event = parsed(line);
    if (event === undefined) this.#unmapped.add("not_an_event", "the line is no JSON object", line);
    else this.#add(event, line);
  }

  /** Counts a line that was too long to be held. */
  addTooLong(): void {
    this.#records++;
    this.#unmapped.add("line_too_long", "the line is longer than any event", "");
  }

  get unmapped(): number {
    return this.#unmapped.count;
  }

  get records(): number {
    return this.#records;
  }

  figures(): Figures {
    return {
      records: this.#records,
      events: this.#events,
      outOfRange: this.#outOfRange,
      timeless: this.#timeless,
      unmapped: this.#unmapped.count,
      alerting: this.#rules.alerting,
      stageActions: this.#stageActions.top(FEW).map(stageAction),
      series: this.#series.figures(SHOWN_BUCKETS),
      rejections: ranking(this.#rejections),
      holds: ranking(this.#holds),
      failures: ranking(this.#failures),
      severities: ranking(this.#severities),
      categories: ranking(this.#categories),
      senders: ranking(this.#senders),
      recipients: ranking(this.#recipients),
      ...this.#rules.figures(),
      spamScores: this.#spamScores.figures(),
      latencies: this.#latencies.figures(),
      unknownKeys: ranking(this.#unknown.keys),
      withUnknownKeys: this.#unknown.events,
      withDuplicates: this.#withDuplicates,
      withUnparsed: this.#unknown.unparsed,
      withUnreadableTime: this.#unknown.unreadableTimes,
      ...this.#unmapped.figures(),
    };
  }

  #add(event: Members, line: string): void {
    const error = object(event.mimecast_error);
    if (error !== undefined) {
      const code = text(error.code) ?? NONE;
      this.#unmapped.add(code, text(error.message) ?? "", text(event.log) ?? text(event.record) ?? line);
      return;
    }
    const metadata = object(event.metadata);
    if (metadata === undefined) {
      this.#unmapped.add("not_an_event", "the object has no metadata, as UDM events have", line);
      return;
    }
    const time = timeOf(event);
    if (time === undefined) this.#timeless++;
    else if (this.#isInRange(time)) this.#count(event, time);
    else this.#outOfRange++;
  }

  #isInRange(time: number): boolean {
    const { since, until } = this.#range;
    return (since === undefined || time >= since) && (until === undefined || time < until);
  }

  #count(event: Members, time: number): void {
    this.#events++;
    const additional = object(event.additional) ?? {};
    const stage = text(additional.mimecast_log_type) ?? NONE;
    const results = list(event.security_result);
    const result = object(results[0]) ?? {};
    const action = texts(result.action)[0] ?? NONE;
    const key = `${stage}\t${action}`;
    this.#series.add(time, key);
    this.#stageActions.add(key);
    this.#countVerdict(result, action);
    const email = object(object(event.network)?.email) ?? {};
    const sender = text(email.from);
    const recipients = texts(email.to);
    if (sender !== undefined) this.#senders.add(sender);
    for (const recipient of recipients) this.#recipients.add(recipient);
    for (const name of this.#vocabulary.latency) {
      const latency = text(additional[name]);
      if (latency !== undefined) this.#latencies.add(latency);
    }
    this.#unknown.add(additional);
    if (results.length > 1) {
      const subject = texts(email.subject)[0];
      this.#rules.add(results, { time, stage, sender, recipients, subject });
    }
  }

  #countVerdict(result: Members, action: string): void {
    this.#severities.add(text(result.severity) ?? NONE);
    this.#categories.add(texts(result.category)[0] ?? NONE);
    const details = texts(result.category_details);
    const summary = text(result.summary);
    if (action === "BLOCK") this.#rejections.add(details[0] ?? summary ?? NONE);
    if (action === "QUARANTINE") this.#holds.add(details.at(-1) ?? summary ?? NONE);
    if (action === "FAIL") this.#failures.add(summary ?? details[0] ?? NONE);
    const score = spamScoreOf(result);
    if (score !== undefined) this.#spamScores.add(score);
    for (const field of list(result.detection_fields)) {
      if (object(field)?.key === "parser_duplicate_keys") this.#withDuplicates++;
    }
  }
}

function parsed(line: string): Members | undefined {
  try {
    return object(JSON.parse(line));
  } catch {
    return undefined; // it is no JSON, and counted as such
  }
}

function stageAction({ value, count }: { value: string; count: number }): StageActions {
  const [stage = "", action = ""] = value.split("\t");
  return { stage, action, count };
}

function ranking(counter: SpaceSaving): Ranking {
  const { total, held, capacity, isExact: exact, bound } = counter;
  return { top: counter.top(SHOWN), total, held, capacity, exact, bound };
}
