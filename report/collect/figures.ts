/** What a report says: everything on the page is in here, as plain JSON. */
import type { HistogramFigures } from "./histogram.ts";
import type { SeriesFigures } from "./time-series.ts";

/** A value and how often it came; from a `SpaceSaving`. */
export interface Counted {
  readonly value: string;
  /** Never less than how often the value came. */
  readonly count: number;
  /** `count - error` is never more than how often the value came. */
  readonly error: number;
  /** What came with the value when it took its place. */
  readonly sample?: string;
}

/** The most frequent values of one kind. */
export interface Ranking {
  /** The highest counts, highest first. */
  readonly top: readonly Counted[];
  /** All values, repeated ones counted each time; exact. */
  readonly total: number;
  /** Values that were held; all distinct ones there are, if `exact`. */
  readonly held: number;
  readonly capacity: number;
  /** Every value that came had a place of its own, so each count is exact. */
  readonly exact: boolean;
  /** A value that is not held came at most so often. */
  readonly bound: number;
}

export interface FiredEvent {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly name: string;
  readonly sender?: string;
  /** The first recipient. */
  readonly recipient?: string;
  /** How many recipients there are besides. */
  readonly recipients: number;
  readonly subject?: string;
  readonly stage: string;
}

export interface FiredRule {
  readonly id: string;
  /** With `$(field)` in the place of values, where the module knows the rule; else as the first event has it. */
  readonly name: string;
  readonly severity: string;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** The latest events, latest first. */
  readonly events: readonly FiredEvent[];
}

export interface UnmappedCode {
  readonly code: string;
  readonly message: string;
  readonly count: number;
  /** The first records of that code, cut to a length. */
  readonly samples: readonly string[];
}

/** Events per stage and action. */
export interface StageActions {
  readonly stage: string;
  readonly action: string;
  readonly count: number;
}

export interface Figures {
  /** Records that were read: events and unmapped ones, in or outside the range. */
  readonly records: number;
  /** Events in the range. */
  readonly events: number;
  /** Events outside the range that was asked for. */
  readonly outOfRange: number;
  /** Events without a time that can be read. The module writes none; they are in no range. */
  readonly timeless: number;
  /** Records with `mimecast_error`. They have no time of their own, so a range does not leave them out. */
  readonly unmapped: number;
  /** Events in the range on which a rule fired. */
  readonly alerting: number;
  readonly stageActions: readonly StageActions[];
  /** Names are a stage and an action, parted by a tab. */
  readonly series: SeriesFigures;
  readonly rejections: Ranking;
  readonly holds: Ranking;
  readonly failures: Ranking;
  readonly severities: Ranking;
  readonly categories: Ranking;
  readonly senders: Ranking;
  readonly recipients: Ranking;
  readonly rules: readonly FiredRule[];
  /** Times that a rule fired whose own counts are not kept, because there are too many rules. */
  readonly otherRules: number;
  /** The highest `correlation_evictions` of any event: an alert of a rule that counts may be missing. */
  readonly evictions: number;
  readonly spamScores: HistogramFigures;
  readonly latencies: HistogramFigures;
  readonly unknownKeys: Ranking;
  /** Events with a key that no dictionary has. */
  readonly withUnknownKeys: number;
  /** Events of lines that had a key twice. */
  readonly withDuplicates: number;
  /** Events of lines with text in front of the first key. */
  readonly withUnparsed: number;
  /** Events with the host's time, because the line's own could not be read. */
  readonly withUnreadableTime: number;
  readonly unmappedCodes: readonly UnmappedCode[];
  /** Unmapped records of codes beyond those listed. */
  readonly otherUnmapped: number;
}

/** What is said of where the figures come from. */
export interface About {
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly madeAt: number;
  /** The arguments of the call, a bounded number of them. */
  readonly sources: readonly string[];
  /** How many files were read; standard input is one. */
  readonly files: number;
  readonly bytes: number;
  /** Files that a folder listed and that were gone when they were to be read. */
  readonly vanished: number;
  /** Milliseconds since 1970; the first of the range. */
  readonly since?: number;
  /** The first behind the range. */
  readonly until?: number;
}

export interface Report {
  readonly about: About;
  readonly figures: Figures;
}
