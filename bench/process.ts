/** The command as a process that is measured: how long it takes, how busy it is, and how much memory it takes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync, readFileSync } from "node:fs";
import { resolve } from "node:path";

const COMMAND = resolve("build/mimecast-udm.mjs");
/** How often memory and processor time are read. Both only grow: no more than this of their end goes unseen. */
const LOOK_EVERY = 10;
/** Of /proc/PID/stat: Linux has told times in hundredths of a second for as long as it has had processes. */
const TICKS = 100;

export interface Run {
  readonly seconds: number;
  /** Processor time; undefined where nothing tells. */
  readonly busy: number | undefined;
  readonly peak: number | undefined;
}

/** Runs the command to its end. Throws if it fails: if its exit status is none of `allowed`. */
export async function run(
  args: readonly string[],
  env: Record<string, string> = {},
  allowed: readonly number[] = [0],
): Promise<Run> {
  const nowhere = openSync("/dev/null", "w");
  const start = performance.now();
  const child = spawn(process.execPath, [COMMAND, ...args], { env, stdio: ["ignore", nowhere, "pipe"] });
  closeSync(nowhere);
  let [log, busy, peak] = ["", 0, 0];
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    log += text;
  });
  const timer = setInterval(() => {
    const seen = look(child);
    busy = seen?.busy ?? busy;
    // One that has ended and was not yet waited for has no memory any more.
    peak = Math.max(peak, seen?.peak ?? 0);
  }, LOOK_EVERY);
  const [status] = (await once(child, "close")) as [number | null];
  const seconds = (performance.now() - start) / 1000;
  clearInterval(timer);
  if (status === null || !allowed.includes(status))
    throw new Error(`${args[0]} ended with ${status}\n${log}`);
  return { seconds, busy: busy || undefined, peak: peak || undefined };
}

function look({ pid }: ChildProcess): { busy: number; peak: number } | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined;
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const high = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return { busy: (Number(fields[11]) + Number(fields[12])) / TICKS, peak: Number(high ?? 0) * 1024 };
  } catch {
    return undefined; // it ended between the look for the file and the reading
  }
}

export const best = (runs: readonly Run[]): Run => runs.reduce((a, b) => (b.seconds < a.seconds ? b : a));
