/** One body to the receiver, again and again until it says yes, or that it will not take this one. */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { OutputFailure } from "../delivery/output.ts";
import { Seldom } from "../delivery/seldom.ts";
import { type Clock, SECOND } from "../runtime/clock.ts";
import { TransientError } from "../runtime/errors.ts";
import type { Http, HttpAnswer } from "../runtime/http.ts";
import type { Log } from "../runtime/log.ts";
import { backoff, retryAfter } from "../runtime/retry.ts";
import type { Secret } from "../runtime/secret.ts";
import { beginningOf, meaningOf, remedyFor } from "./answer.ts";
import type { HttpMetrics } from "./metrics.ts";

export interface SenderOptions {
  readonly http: Http;
  readonly url: string;
  /** The value of the Authorization header. */
  readonly authorization: Secret | undefined;
  readonly gzip: boolean;
  /** How often to ask at most before giving up; infinite for a service. */
  readonly attempts: number;
  readonly retry?: RetryTimes | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: HttpMetrics;
}

export interface RetryTimes {
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
}

export const RETRY_TIMES: RetryTimes = { firstWaitMs: SECOND / 2, longestWaitMs: 30 * SECOND };

/** What the receiver said in the end. */
export type Verdict =
  | { readonly meaning: "taken" }
  | { readonly meaning: "refused" | "too_large"; readonly status: number; readonly answer: string };

const pack = promisify(gzip);
/** The lowest: on one machine the processor is what is short. */
const GZIP_LEVEL = 1;

export class Sender {
  readonly #options: SenderOptions;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #seldom: Seldom;
  #failure: TransientError | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#headers = {
      "content-type": "application/x-ndjson",
      ...(options.gzip ? { "content-encoding": "gzip" } : {}),
    };
    this.#seldom = new Seldom(options.clock);
  }

  /** Why the last request came to nothing; undefined once one was answered again. */
  get failure(): OutputFailure | undefined {
    if (this.#failure === undefined) return undefined;
    const { code, message, remedy } = this.#failure;
    return { code, message, remedy };
  }

  /**
   * Sends the body until there is a verdict. `patience`: when it is aborted, there are no further attempts; `life`: when it is
   * aborted, the one that is on its way ends, too. Rejects with the reason of either, or when the attempts are used up.
   */
  async send(body: Uint8Array, patience: AbortSignal, life: AbortSignal): Promise<Verdict> {
    const { clock, attempts, metrics, retry = RETRY_TIMES } = this.#options;
    const packed = this.#options.gzip ? await pack(body, { level: GZIP_LEVEL }) : body;
    for (let failures = 1; ; failures++) {
      patience.throwIfAborted();
      try {
        return await this.#ask(packed, life);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        this.#failed(error);
        if (failures >= attempts) throw error;
        const waitMs = error.waitMs ?? backoff(failures, retry, clock.random());
        await clock.sleep(waitMs, patience);
        metrics.retries.inc({ reason: error.reason });
      }
    }
  }

  async #ask(body: Uint8Array, life: AbortSignal): Promise<Verdict> {
    const { http, url, authorization, metrics } = this.#options;
    // Revealed for the one moment in which it is written out.
    const secret = authorization === undefined ? {} : { authorization: authorization.reveal() };
    let answer: HttpAnswer;
    try {
      answer = await http.send({
        method: "POST",
        url,
        headers: { ...this.#headers, ...secret },
        body,
        signal: life,
      });
    } catch (error) {
      if (error instanceof TransientError) metrics.requests.inc({ code: "network" });
      throw error instanceof TransientError ? unreachable(error) : error;
    }
    const { status } = answer;
    metrics.requests.inc({ code: String(status) });
    const meaning = meaningOf(status);
    if (meaning === "taken") {
      await answer.discard();
      this.#answered();
      return { meaning };
    }
    const said = await beginningOf(answer).catch(() => ""); // what it means is known without it
    if (meaning === "busy" || meaning === "misconfigured") throw this.#notNow(meaning, answer, said);
    this.#answered();
    return { meaning, status, answer: said };
  }

  #notNow(meaning: "busy" | "misconfigured", { status, header }: HttpAnswer, said: string): TransientError {
    const { url, clock } = this.#options;
    const isBusy = meaning === "busy";
    return new TransientError(`${url} answered ${status}${said === "" ? "" : `: ${said.slice(0, 200)}`}`, {
      code: isBusy ? "receiver_unavailable" : "receiver_misconfigured",
      reason: String(status),
      waitMs: retryAfter(header, clock.now()),
      remedy: isBusy
        ? "it is tried again until it is taken; what the receiver's sinks lack stands in its own log"
        : `${remedyFor(status)}; it is tried again, and nothing is lost`,
    });
  }

  #failed(error: TransientError): void {
    this.#failure = error;
    const { log } = this.#options;
    // A receiver that starts or restarts is nothing to be alarmed at; one that needs a person is.
    const level = error.code === "receiver_misconfigured" ? "error" : "warn";
    this.#seldom.say(error.reason, () =>
      log[level]({ error }, "a batch was not taken; it waits, in its place"),
    );
  }

  #answered(): void {
    if (this.#failure === undefined) return;
    this.#options.log.info({ was: this.#failure.code }, "the receiver answers again");
    this.#seldom.forget(this.#failure.reason);
    this.#failure = undefined;
  }
}

function unreachable(error: TransientError): TransientError {
  return new TransientError(error.message, {
    code: "receiver_unreachable",
    reason: "network",
    remedy: /caFile/.test(error.remedy)
      ? error.remedy
      : "it is tried again until it is taken; check that the receiver runs and listens there, and that its answer needs less than --timeout",
    cause: error.cause,
  });
}
