/** A report of a made-up week, for the pictures: the same page every time. Needs what `npm run build` writes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pathToFileURL } from "node:url";
import { spoolLines } from "../bench/spool.ts";
import { run } from "../cli/program.ts";

const WEEK = Date.UTC(2026, 10, 16);
const DAYS = 7;
const DAY = 86_400_000;
const MESSAGES = 40_000;

export interface SampleReport {
  readonly url: string;
  remove(): void;
}

export async function sampleReport(): Promise<SampleReport> {
  const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-"));
  const path = join(folder, "report.html");
  const lines = [...spoolLines({ from: WEEK, days: DAYS, messages: MESSAGES })];
  const status = await run(["report", "--output", path], {
    stdin: Readable.from([Buffer.from(`${lines.join("\n")}\n`)]),
    stdout: process.stdout,
    stderr: process.stderr,
    colour: false,
    startedAt: { sec: (WEEK + DAYS * DAY) / 1000, nsec: 0 },
    modules: pathToFileURL(`${resolve("build")}/`),
  });
  if (status !== 0 && status !== 3) throw new Error(`report ended with ${status}`);
  return {
    url: pathToFileURL(path).href,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
