/** The output that writes to a stream, such as standard output: what the stream took is delivered, and no more is known. */
import { Mutex } from "../runtime/mutex.ts";
import type { Batch } from "./batch.ts";
import { stoppedError } from "./errors.ts";
import type { Delivered, Output } from "./output.ts";

export class StreamOutput implements Output {
  readonly failure = undefined;
  readonly #write: (bytes: Uint8Array) => Promise<void>;
  /** Batches of several lanes, none within another. */
  readonly #mutex = new Mutex();
  #isClosed = false;

  /** `write` resolves when the stream is done with the bytes, and rejects when it takes no more. */
  constructor(write: (bytes: Uint8Array) => Promise<void>) {
    this.#write = write;
  }

  async deliver({ body }: Batch): Promise<Delivered> {
    await this.#mutex.run(async () => {
      if (this.#isClosed) throw stoppedError();
      await this.#write(body);
    });
    return { rejected: 0 };
  }

  close(): Promise<void> {
    this.#isClosed = true;
    return Promise.resolve();
  }
}
