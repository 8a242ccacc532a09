/** What the page and its worker say to each other. */
import type { Account, Tables } from "../explain/account.ts";
import type { UdmEvent } from "../explain/event.ts";
import type { HostTime } from "../host/module.ts";

/** Records that have something in common: how many, and the numbers of the first of them. */
export interface Tally {
  count: number;
  readonly first: number[];
}

/** What was counted of an input, each under the name that the module gives it. */
export interface Counts {
  readonly records: number;
  readonly unmapped: number;
  readonly bytes: number;
  readonly total: number;
  /** By `mimecast_log_type`. */
  readonly logTypes: ReadonlyMap<string, Tally>;
  /** By rule id. */
  readonly rules: ReadonlyMap<string, Tally>;
  /** By code of `mimecast_error`. */
  readonly errors: ReadonlyMap<string, Tally>;
  /** With `parser_duplicate_keys`. */
  readonly forged: Tally;
}

/** One record, looked at. */
export interface Look {
  /** From 0. */
  readonly number: number;
  /** As it stands in the input; undefined if it is too long to be shown. */
  readonly text?: string;
  readonly length: number;
  readonly event: UdmEvent;
  /** Undefined if the record was not mapped, or is too long. */
  readonly account?: Account;
  /** Whether the event was made from this record alone, so that no rule has counted those before it. */
  readonly isAlone: boolean;
}

/** To the worker. `job` numbers the inputs; answers to all but the last are of no interest. */
export type Request =
  | { readonly ask: "open"; readonly job: number; readonly input: Blob; readonly time: HostTime }
  | { readonly ask: "look"; readonly job: number; readonly number: number }
  | { readonly ask: "cancel"; readonly job: number };

/** From the worker. */
export type Answer =
  /** Told once, when the modules are loaded. */
  | { readonly tell: "tables"; readonly tables: Tables }
  | { readonly tell: "progress"; readonly job: number; readonly counts: Counts }
  | {
      readonly tell: "end";
      readonly job: number;
      readonly counts: Counts;
      readonly isCancelled: boolean;
      /** The events, one a line; undefined if this browser has no room for so many. */
      readonly events?: Blob;
    }
  | { readonly tell: "look"; readonly job: number; readonly look: Look }
  | { readonly tell: "failure"; readonly job?: number; readonly message: string };
