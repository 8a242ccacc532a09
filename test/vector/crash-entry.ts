// `push` that kills itself, by SIGKILL, right before the n-th thing it does to the file system; of a write, it first does one
// half. Reads what it needs from standard input. Started by crash.test.ts; nothing of this is in the product.

import { MimecastModule } from "../../host/module.ts";
import { systemClock } from "../../runtime/clock.ts";
import { nodeFiles } from "../../runtime/files.ts";
import type { PushConfig } from "../../vector/config.ts";
import { push } from "../../vector/push.ts";
import { mortal } from "../support/mortal-files.ts";

export interface CrashOrder {
  /** 0: it is not to kill itself. */
  readonly killAt: number;
  readonly config: Omit<PushConfig, "authorization" | "ca" | "listen">;
}

async function main(): Promise<void> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  const { killAt, config } = JSON.parse(Buffer.concat(parts).toString()) as CrashOrder;
  const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
  const module = await MimecastModule.load("build/mimecast.wasm");
  process.stdout.write("started\n");
  const { vanished, unreadable } = await push(
    {
      config: { ...config, authorization: undefined, ca: undefined, listen: undefined },
      module,
      clock: systemClock,
      log: silent,
      version: "0.0.0",
      once: true,
      retry: { firstWaitMs: 4, longestWaitMs: 30 },
      commitMs: 5,
      files: killAt === 0 ? nodeFiles : mortal(nodeFiles, killAt),
    },
    new AbortController().signal,
  );
  process.exitCode = vanished + unreadable === 0 ? 0 : 1;
}

await main();
