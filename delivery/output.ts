/** Where batches go. Who delivers knows nothing of the other side but this. */
import type { Batch } from "./batch.ts";

/** What became of a batch. All of its other events are safe at the other side. */
export interface Delivered {
  /** Events that the other side refused for good; they are in `rejected/`. */
  readonly rejected: number;
}

/** Why an output does not get on. */
export interface OutputFailure {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

export interface Output {
  /**
   * Resolves only when each event of the batch is safe at the other side, or in `rejected/`. It tries again by itself, for
   * ever or as often as its settings say, and drops nothing. Several calls may be on their way at once; nothing is promised
   * of their order.
   *
   * When `signal` is aborted, it rejects as soon as it can without having to deliver something a second time later: what is
   * on its way may come to its end.
   */
  deliver(batch: Batch, signal: AbortSignal): Promise<Delivered>;
  /** Why nothing gets through at the moment; undefined if nothing is known to be wrong. */
  readonly failure: OutputFailure | undefined;
  /** Gives up on what is on its way: `deliver` rejects. */
  close(): Promise<void>;
}
