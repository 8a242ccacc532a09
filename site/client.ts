/** The worker, as the page sees it. */
import { fromMilliseconds } from "../host/host-time.ts";
import type { Answer, Request } from "./protocol.ts";

export class Client {
  readonly #worker = new Worker(workerUrl() as string, { type: "module" });
  #job = 0;

  /** `told` gets the answers to the input that was opened last; `failed`, that there can be none. */
  constructor(told: (answer: Answer) => void, failed: (message: string) => void) {
    this.#worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      if (data.tell === "tables" || data.job === undefined || data.job === this.#job) told(data);
    });
    this.#worker.addEventListener("error", () =>
      failed("The worker did not start. Reload the page; this browser may be too old for it."),
    );
  }

  /** Maps an input. Records without a time get `milliseconds` since 1970. */
  open(input: Blob, milliseconds: number): void {
    this.#ask({ ask: "open", job: ++this.#job, input, time: fromMilliseconds(milliseconds) });
  }

  look(number: number): void {
    this.#ask({ ask: "look", job: this.#job, number });
  }

  cancel(): void {
    this.#ask({ ask: "cancel", job: this.#job });
  }

  #ask(request: Request): void {
    this.#worker.postMessage(request);
  }
}

/** What TypeScript's library lacks of Trusted Types (https://w3c.github.io/trusted-types/). */
interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL(url: string): string },
  ): {
    createScriptURL(url: string): { toString(): string };
  };
}

const WORKER = new URL("worker.js", import.meta.url).href;

/** The page's only script URL. Where the browser enforces Trusted Types, as its only policy lets it pass. */
function workerUrl(): string | { toString(): string } {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  if (trustedTypes === undefined) return WORKER;
  const policy = trustedTypes.createPolicy("mimecast-udm-worker", { createScriptURL: () => WORKER });
  return policy.createScriptURL("");
}
