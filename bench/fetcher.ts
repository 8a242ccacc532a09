/**
 * `npm run bench:fetcher [-- MB]`: `mimecast-udm fetch --once` catches up with a backlog of 300 MB, or as many as are named,
 * of each API, from a simulated Mimecast on this machine. Its disk writes stand beside plain ones of the same bytes in the
 * same run. Fails if one record is missing. The folder is the system's for temporary files: TMPDIR chooses another.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { SimulatedMimecast } from "../test/mimecast/server.ts";
import { type Backlog, publishBacklog1, publishBacklog2 } from "./mimecast-backlog.ts";

const COMMAND = resolve("build/mimecast-udm.mjs");
const MEGABYTE = 1e6;
/** How often the peak is read; it only ever grows, so that no more than this of its end goes unseen. */
const PEAK_EVERY = 20;
const WRITE_SIZE = 256 * 1024;

const size = Number(process.argv[2] ?? 300) * MEGABYTE;
if (!(size > 0)) throw new Error("usage: npm run bench:fetcher [-- megabytes]");

const folders = new Set<string>();
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
process.on("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const mb = (bytes: number): string => (bytes / MEGABYTE).toFixed(1);

/** Resident memory of a process at its highest, in bytes; undefined where nothing tells. */
function peakOf(pid: number | undefined): number | undefined {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return undefined;
  const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(file, "utf8"))?.[1];
  return found === undefined ? undefined : Number(found) * 1024;
}

interface Run {
  readonly seconds: number;
  readonly peak: number | undefined;
}

/** One run of the command. Throws if it does not catch up with all of the backlog. */
async function fetchOnce(env: Record<string, string>, { files, records }: Backlog): Promise<Run> {
  const start = performance.now();
  const child = spawn(process.execPath, [COMMAND, "fetch", "--once"], {
    env,
    stdio: ["ignore", "inherit", "pipe"],
  });
  process.once("exit", () => child.kill());
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  let peak: number | undefined;
  const timer = setInterval(() => {
    try {
      peak = peakOf(child.pid) ?? peak;
    } catch {
      // It ended between the look for the file and the reading.
    }
  }, PEAK_EVERY);
  const [status] = (await once(child, "close")) as [number | null];
  const seconds = (performance.now() - start) / 1000;
  clearInterval(timer);
  const report = log.split("\n").find((line) => line.includes('"msg":"caught up"'));
  const got = JSON.parse(report ?? "{}") as { files?: number; events?: number };
  if (status !== 0 || got.files !== files || got.events !== records) {
    throw new Error(
      `status ${status}, ${got.events} of ${records} records, ${got.files} of ${files} files\n${log}`,
    );
  }
  return { seconds, peak };
}

/** Seconds to write as many bytes into as many files, each synced, and to do nothing else. */
async function plainSeconds(folder: string, { files, bytes }: Backlog): Promise<number> {
  mkdirSync(folder);
  const part = Buffer.alloc(WRITE_SIZE, "datetime=2026-11-20T08:58:02+0000|");
  const start = performance.now();
  for (let number = 0; number < files; number++) {
    const file = await open(join(folder, `${number}`), "w");
    for (let left = Math.round(bytes / files); left > 0; left -= part.length) {
      await file.write(part, 0, Math.min(left, part.length));
    }
    await file.sync();
    await file.close();
  }
  return (performance.now() - start) / 1000;
}

async function measure(
  api: string,
  publish: (server: SimulatedMimecast, bytes: number) => Backlog,
  credentials: (server: SimulatedMimecast) => Record<string, string>,
): Promise<void> {
  const server = new SimulatedMimecast();
  const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-bench-"));
  folders.add(folder);
  try {
    await server.start();
    const backlog = publish(server, size);
    const authority = join(folder, "ca.pem");
    writeFileSync(authority, server.ca);
    const env = {
      MIMECAST_SPOOL: join(folder, "spool"),
      MIMECAST_BASE_URL: server.url,
      MIMECAST_CA_FILE: authority,
      ...credentials(server),
    };
    const { seconds, peak } = await fetchOnce(env, backlog);
    const plain = await plainSeconds(join(folder, "plain"), backlog);
    const { files, records, bytes, packedBytes } = backlog;
    console.log(
      `${api}: ${mb(bytes)} MB (${mb(packedBytes)} MB packed), ${records.toLocaleString("en")} records, ${files} files, in ${seconds.toFixed(2)} s`,
    );
    console.log(
      `  fetch --once:  ${mb(bytes / seconds)} MB/s  ${Math.round(records / seconds).toLocaleString("en")} records/s, from its start to its end`,
    );
    console.log(
      `  peak memory:   ${peak === undefined ? "not known, there is no /proc here" : `${mb(peak)} MB resident`}`,
    );
    console.log(`  plain writes:  ${mb(bytes / plain)} MB/s, the same bytes in as many synced files`);
    console.log(`  fetch to plain: ${(seconds / plain).toFixed(1)} times as long`);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

await measure("API 1.0", publishBacklog1, ({ credentials }) => ({
  MIMECAST_APP_ID: credentials.appId,
  MIMECAST_APP_KEY: credentials.appKey,
  MIMECAST_ACCESS_KEY: credentials.accessKey,
  MIMECAST_SECRET_KEY: credentials.secretKey,
}));
await measure("API 2.0", publishBacklog2, ({ credentials }) => ({
  MIMECAST_CLIENT_ID: credentials.clientId,
  MIMECAST_CLIENT_SECRET: credentials.clientSecret,
}));
