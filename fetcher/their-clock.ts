/** Mimecast's clock, as the Date of its answers has it: ours may be wrong, and it is theirs that counts there. */
import { MINUTE, SECOND } from "../runtime/clock.ts";
import type { HttpAnswer } from "../runtime/http.ts";
import type { SourceContext } from "./source.ts";

/** From here on, a clock that is wrong is named, and theirs is used. */
const SKEW_TOLD = MINUTE;
/** A Date outside of these years is nobody's clock. */
const EARLIEST = Date.UTC(2015, 0, 1);
const LATEST = Date.UTC(2096, 0, 1);

export class TheirClock {
  readonly #context: SourceContext;
  readonly #usedFor: string;
  #skew = 0;

  /** `usedFor`: what goes by it, for the log. */
  constructor(context: SourceContext, usedFor: string) {
    this.#context = context;
    this.#usedFor = usedFor;
  }

  /** Theirs less ours, in milliseconds; 0 as long as they agree. */
  get skew(): number {
    return this.#skew;
  }

  now(): number {
    return this.#context.clock.now() + this.#skew;
  }

  observe(answer: HttpAnswer): void {
    const { account, clock, log, metrics } = this.#context;
    const theirs = Date.parse(answer.header("date") ?? "");
    if (!(theirs >= EARLIEST && theirs <= LATEST)) return;
    const skew = theirs - clock.now();
    metrics.skew.set({ account }, Math.round(skew / SECOND));
    const applied = Math.abs(skew) > SKEW_TOLD ? skew : 0;
    if (Math.abs(applied - this.#skew) <= SKEW_TOLD) return;
    this.#skew = applied;
    log.warn(
      { skewSeconds: Math.round(skew / SECOND) },
      `this machine's clock and Mimecast's differ; ${this.#usedFor} by theirs`,
    );
  }
}
