/**
 * The output that posts batches to an HTTP receiver, such as Vector's http_server source, and believes nothing but its 200. A
 * batch that is refused is halved until the one event is found that the receiver does not want; that one is kept in
 * `rejected/`, and all others are delivered, in their order.
 */
import { setMaxListeners } from "node:events";
import type { Batch } from "../delivery/batch.ts";
import { DeliveryError, stoppedError } from "../delivery/errors.ts";
import type { Delivered, Output, OutputFailure } from "../delivery/output.ts";
import type { Rejected } from "../delivery/rejected.ts";
import { type Clock, MINUTE, SECOND } from "../runtime/clock.ts";
import type { Http } from "../runtime/http.ts";
import type { Log } from "../runtime/log.ts";
import { SharedMutex } from "../runtime/mutex.ts";
import { backoff } from "../runtime/retry.ts";
import { Evidence, SUSPICIOUS } from "./evidence.ts";
import type { HttpMetrics } from "./metrics.ts";
import { halves, originOf, type Part } from "./parts.ts";
import type { RetryTimes, Sender, Verdict } from "./sender.ts";

/** What Vector's http_server takes in one body, unpacked. Larger ones it may cut off in the middle, without an answer. */
export const MOST_BODY = 100 * 1024 * 1024;

export const REFUSES_ALL_TIMES: RetryTimes = { firstWaitMs: 5 * SECOND, longestWaitMs: 5 * MINUTE };
/**
 * So often a batch is begun anew with a receiver that refuses everything: for more than half an hour. Then its events are given up
 * after all, so that a run of bad ones does not hold up what is behind them for ever; they are in `rejected/`, and the next batch
 * waits as long.
 */
export const REFUSES_ALL_TURNS = 12;
const KEEP_TIMES = { firstWaitMs: SECOND, longestWaitMs: 30 * SECOND };

export interface HttpOutputOptions {
  readonly sender: Sender;
  /** What the sender sends by: closed with the output. */
  readonly http: Pick<Http, "close">;
  readonly rejected: Rejected;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: HttpMetrics;
  /** How often to begin anew with a receiver that refuses everything; infinite for a service. */
  readonly attempts: number;
  readonly refusesAllTimes?: RetryTimes | undefined;
  readonly refusesAllTurns?: number | undefined;
  /** Bytes of the longest body. */
  readonly mostBody?: number | undefined;
}

type Refused = Exclude<Verdict, { meaning: "taken" }>;

/** How far a batch is delivered. */
interface Progress {
  /** Bytes before which everything is taken or given up. */
  settled: number;
  rejected: number;
  tookSome: boolean;
  /** Bytes before which everything was refused in the last turn, and the evidence at its end. */
  refusedTo: number;
  takenThen: number;
}

/** One event that was refused and is not given up yet. */
interface Held {
  readonly part: Part;
  readonly verdict: Refused;
  /** The evidence when it was first refused: more of it since then shows that the receiver takes others. */
  readonly before: number;
}

export class HttpOutput implements Output {
  readonly #options: HttpOutputOptions;
  readonly #evidence = new Evidence();
  readonly #gate = new SharedMutex();
  /** Aborted when what is on its way is given up. */
  readonly #life = new AbortController();
  #refusesAll: DeliveryError | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: HttpOutputOptions) {
    this.#options = options;
    setMaxListeners(0, this.#life.signal);
  }

  get failure(): OutputFailure | undefined {
    return this.#refusesAll ?? this.#options.sender.failure;
  }

  close(): Promise<void> {
    this.#life.abort(stoppedError());
    this.#closed ??= this.#options.http.close();
    return this.#closed;
  }

  async deliver(batch: Batch, signal: AbortSignal): Promise<Delivered> {
    const { attempts, clock, log } = this.#options;
    const { refusesAllTimes = REFUSES_ALL_TIMES, refusesAllTurns = REFUSES_ALL_TURNS } = this.#options;
    const progress: Progress = { settled: 0, rejected: 0, tookSome: false, refusedTo: 0, takenThen: 0 };
    let patience = SUSPICIOUS;
    for (let turns = 1; ; turns++) {
      if (turns >= refusesAllTurns) patience = Number.POSITIVE_INFINITY;
      if (await this.#advance(batch, progress, patience, signal)) return { rejected: progress.rejected };
      const error = this.#refusesAllError(batch);
      log.error({ error }, "no event is given up before the receiver takes others; these are tried again");
      if (turns >= attempts) throw error;
      await clock.sleep(backoff(turns, refusesAllTimes, clock.random()), this.#waiting(progress, signal));
      // The first events may all be bad, and a good one behind them: each turn looks further.
      patience *= 2;
    }
  }

  /**
   * Delivers what is not settled yet, in order. Answers false where the receiver seems to refuse everything: then the events
   * that it refused are not settled. `patience`: how many of them that takes.
   */
  async #advance(batch: Batch, progress: Progress, patience: number, signal: AbortSignal): Promise<boolean> {
    const { body } = batch;
    const work: Part[] = [{ from: progress.settled, to: body.length }];
    /** Refused one after the other, and nothing behind them is taken. */
    const held: Held[] = [];
    for (let part = work.pop(); part !== undefined; part = work.pop()) {
      const verdict = await this.#gate.shared(() =>
        this.#ask(body.subarray(part.from, part.to), this.#waiting(progress, signal)),
      );
      if (verdict.meaning === "taken") {
        this.#tookSome(progress);
      } else {
        const [first, second] = halves(body, part) ?? [];
        if (first && second) work.push(second, first);
        else held.push({ part, verdict, before: this.#evidenceAt(part, progress) });
      }
      const proven = held.filter((one) => one.before < this.#evidence.taken).length;
      for (const one of held.splice(0, proven)) await this.#askOnceMore(batch, one, progress, signal);
      progress.settled = held[0]?.part.from ?? work.at(-1)?.from ?? body.length;
      const isLast = work.length === 0;
      const most = isLast && Number.isFinite(patience) ? SUSPICIOUS : patience;
      if (this.#evidence.isSuspicious(held.length, most)) {
        progress.refusedTo = held.at(-1)?.part.to ?? 0;
        progress.takenThen = this.#evidence.taken;
        return false;
      }
    }
    this.#evidence.gaveUp(held.length);
    for (const one of held) await this.#askOnceMore(batch, one, progress, signal);
    return true;
  }

  /**
   * An event was refused: perhaps since it is a bad one, perhaps since the receiver was, and is no longer, perhaps since a sink
   * had put it into one request with another lane's bad one, and answered for both. So it is asked for once more, alone, before
   * it is given up: better late, and behind others, than for nothing.
   */
  async #askOnceMore(
    batch: Batch,
    { part, before }: Held,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    const waiting = this.#waiting(progress, signal);
    const verdict = await this.#gate.alone(() => this.#ask(batch.body.subarray(part.from, part.to), waiting));
    if (verdict.meaning === "taken") this.#tookSome(progress);
    else await this.#giveUp(batch, { part, before, verdict }, progress, signal);
  }

  /** What had been taken when the event was first refused: now, or in the turn before this one. */
  #evidenceAt(part: Part, { refusedTo, takenThen }: Progress): number {
    return part.to <= refusedTo ? takenThen : this.#evidence.taken;
  }

  #tookSome(progress: Progress): void {
    progress.tookSome = true;
    this.#evidence.tookSome();
    this.#refusesAll = undefined;
  }

  /** What ends waiting. What is delivered in part would be delivered again: only the end of this life stops that. */
  #waiting({ tookSome }: Progress, signal: AbortSignal): AbortSignal {
    return tookSome ? this.#life.signal : signal;
  }

  #ask(body: Uint8Array, waiting: AbortSignal): Promise<Verdict> {
    const { sender, mostBody = MOST_BODY } = this.#options;
    if (body.length <= mostBody) return sender.send(body, waiting, this.#life.signal);
    const answer = `not sent: its ${body.length} bytes are more than ${mostBody}`;
    return Promise.resolve({ meaning: "too_large", status: 413, answer });
  }

  async #giveUp(
    batch: Batch,
    { part, verdict }: Held,
    progress: Progress,
    signal: AbortSignal,
  ): Promise<void> {
    const { metrics, log, rejected } = this.#options;
    const { status, answer } = verdict;
    const origin = originOf(batch, part);
    const event = batch.body.subarray(part.from, part.to);
    const waiting = this.#waiting(progress, signal);
    const name = await this.#keep(() => rejected.keep(event, { status, answer, ...origin }), waiting);
    progress.rejected++;
    metrics.rejected.inc({ status: String(status) });
    log.error(
      { status, file: origin.file, from: origin.from, event: origin.event, rejected: `${name}.ndjson` },
      "the receiver refuses an event; it is kept in rejected/, with the answer beside it",
    );
  }

  /** An event that cannot be kept holds up what is behind it, rather than be lost. */
  async #keep(keep: () => Promise<string>, waiting: AbortSignal): Promise<string> {
    const { clock, log, attempts } = this.#options;
    for (let failures = 1; ; failures++) {
      try {
        return await keep();
      } catch (error) {
        log.error({ error }, "a refused event cannot be kept");
        if (failures >= attempts) throw error;
        await clock.sleep(backoff(failures, KEEP_TIMES, clock.random()), waiting);
      }
    }
  }

  #refusesAllError({ segments }: Batch): DeliveryError {
    const files = segments.map(({ file }) => file.name);
    const message = `the receiver refuses every event, and takes no other (now with ${files.length === 1 ? files[0] : `${files[0]} and ${files.length - 1} more files`})`;
    this.#refusesAll = new DeliveryError(message, {
      code: "receiver_refuses_all",
      remedy:
        "check that the source decodes JSON lines, and that its sinks' credentials hold; should these events be bad indeed, they are given up in the end, one batch after the other",
    });
    return this.#refusesAll;
  }
}
