/**
 * `npm run bench:push [-- MB]`: `mimecast-udm push --once` takes a backlog of 300 MB, or as many as are named, to a receiver
 * in another process that reads and acknowledges at once. `convert` of the same files to nowhere stands beside it in the same
 * run: what is left between the two is what delivery costs. Fails if one event is missing. The folder is the system's for
 * temporary files: TMPDIR chooses another.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { benchLines } from "./lines.ts";
import { best, type Run, run } from "./process.ts";

const RECEIVER = "receiver";
const MEGABYTE = 1e6;
const RECORDS = 8_000;
const RUNS = 3;
const LF = 0x0a;

/** The other process: counts, and says when it is asked. */
async function receive(): Promise<void> {
  let [requests, bytes, events] = [0, 0, 0];
  const server = createServer((request, response) => {
    request.on("data", (part: Buffer) => {
      bytes += part.length;
      for (let at = part.indexOf(LF); at >= 0; at = part.indexOf(LF, at + 1)) events++;
    });
    request.on("end", () => {
      requests++;
      response.writeHead(200).end();
    });
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  process.send?.((server.address() as AddressInfo).port);
  process.on("message", () => {
    process.send?.({ requests, bytes, events } satisfies Count);
    requests = bytes = events = 0;
  });
}

interface Count {
  readonly requests: number;
  readonly bytes: number;
  readonly events: number;
}

async function measure(size: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-bench-"));
  const receiver = fork(process.argv[1] as string, [RECEIVER]);
  process.on("exit", () => {
    receiver.kill();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  const [port] = (await once(receiver, "message")) as [number];
  const content = Buffer.from(`${benchLines(RECORDS).join("\n")}\n`);
  const files = Array.from({ length: Math.ceil(size / content.length) }, (_, number) =>
    join(folder, `receipt_${String(number).padStart(5, "0")}.siem`),
  );
  for (const file of files) writeFileSync(file, content);
  const [pushes, converts]: [Run[], Run[]] = [[], []];
  let count: Count | undefined;
  for (let turn = 0; turn < RUNS; turn++) {
    converts.push(await run(["convert", ...files], {}));
    const env = {
      MIMECAST_SPOOL: folder,
      MIMECAST_PUSH_STATE: join(folder, `state${turn}`),
      MIMECAST_PUSH_URL: `http://127.0.0.1:${port}/`,
    };
    pushes.push(await run(["push", "--once"], env));
    receiver.send("count");
    [count] = (await once(receiver, "message")) as [Count];
    if (count.events !== files.length * RECORDS) {
      throw new Error(`${count.events} of ${files.length * RECORDS} events arrived`);
    }
  }
  report(files.length, files.length * content.length, best(pushes), best(converts), count as Count);
  process.exit();
}

function report(files: number, bytes: number, push: Run, convert: Run, count: Count): void {
  const mb = (value: number): string => (value / MEGABYTE).toFixed(1);
  const told = ({ seconds, busy, peak }: Run): string => {
    const processor = busy === undefined ? "" : `  ${mb(bytes / busy)} MB a second of processor time`;
    return `${mb(bytes / seconds)} MB/s${processor}${peak === undefined ? "" : `  ${mb(peak)} MB resident at most`}`;
  };
  const events = files * RECORDS;
  console.log(
    `${mb(bytes)} MB in ${files} files, ${events.toLocaleString("en")} records; ${mb(count.bytes)} MB of events in ${count.requests} requests; the best of ${RUNS} runs, from start to end`,
  );
  console.log(`push --once:      ${told(push)}`);
  console.log(`convert:          ${told(convert)}`);
  console.log(`push to convert:  ${(push.seconds / convert.seconds).toFixed(2)} times as long`);
}

if (process.argv[2] === RECEIVER) {
  await receive();
} else {
  const size = Number(process.argv[2] ?? 300) * MEGABYTE;
  if (!(size > 0)) throw new Error("usage: npm run bench:push [-- megabytes]");
  await measure(size);
}
