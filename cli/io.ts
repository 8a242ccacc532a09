/** What the command has of the world around it. A test gives it other streams. */
import type { Writable } from "node:stream";
import type { HostTime } from "../host/module.ts";

export interface Io {
  readonly stdin: AsyncIterable<Uint8Array>;
  /** It may keep the bytes of a write until it calls back, and no longer. */
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Whether standard output shows colours. */
  readonly colour: boolean;
  /** When the process started: the time of records from standard input that have none. */
  readonly startedAt: HostTime;
  /** The folder of mimecast.wasm and mimecast-explain.wasm. */
  readonly modules: URL;
}
