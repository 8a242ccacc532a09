/** Bytes to a stream, one piece at a time: the next one only when the stream is done with the last. */
import type { Writable } from "node:stream";
import { CliError, messageOf, OutputClosedError, systemCode } from "./errors.ts";

export class Sink {
  readonly #stream: Writable;
  #failure: unknown;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Without a listener, an error that a write has reported already would end the process.
    stream.on("error", (error: unknown) => {
      this.#failure ??= error;
    });
  }

  /** Resolves when the stream is done with the bytes: until then they must not change, afterwards they may. */
  async write(bytes: Uint8Array | string): Promise<void> {
    if (this.#failure !== undefined) throw outputError(this.#failure);
    await new Promise<void>((resolve, reject) => {
      this.#stream.write(bytes, (error) => (error ? reject(outputError(error)) : resolve()));
    });
  }
}

/** EPIPE is what a reader's leaving looks like; the others come where a later write finds the stream closed by it. */
const CLOSED = new Set(["EPIPE", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_PREMATURE_CLOSE"]);

function outputError(error: unknown): Error {
  if (CLOSED.has(systemCode(error) ?? "")) return new OutputClosedError(error);
  return new CliError(`cannot write the output: ${messageOf(error)}`, {
    code: "output_failed",
    remedy: "check the room that is left where it goes, and run the command again",
    cause: error,
  });
}
