// A real Fluent Bit under test: found, started with a shipped configuration as it stands, fed through a spool, watched, and
// ended whatever happens.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { executable } from "./executable.ts";

/** The one in FLUENT_BIT, or on PATH. */
export const fluentBit = executable("fluent-bit", "FLUENT_BIT");

/** `skip` of tests that need it: false, or why they do not run. */
export const withoutFluentBit = fluentBit === undefined && "no Fluent Bit at FLUENT_BIT, nor on PATH";

export class FluentBit {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #stdout = "";
  #log = "";
  #lineCount = 0;

  /** Starts a file of fluent-bit/ in the repository, or in `cwd`, with these environment variables and no others. */
  constructor(configuration: string, env: Record<string, string>, cwd?: string) {
    const file = cwd ? resolve("fluent-bit", configuration) : `fluent-bit/${configuration}`;
    this.#child = spawn(fluentBit ?? "fluent-bit", ["-c", file], {
      ...(cwd && { cwd }),
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
      this.#lineCount += text.split("\n").length - 1;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
    });
    this.#closed = new Promise((done, fail) => {
      this.#child.once("error", fail);
      this.#child.once("close", () => done());
    });
  }

  /** What it says about itself. */
  get log(): string {
    return this.#log;
  }

  /** The whole lines of its standard output. */
  get lines(): string[] {
    return wholeLines(this.#stdout);
  }

  /** How many those are. */
  get lineCount(): number {
    return this.#lineCount;
  }

  /** Ends it, and waits until it and its output have ended. */
  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.#closed;
  }
}

/** Text's lines, without what stands behind the last line feed. */
export function wholeLines(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

/** A folder that a fetcher fills with whole files, renamed into it, and the processes that read it. */
export class Spool {
  readonly folder = mkdtempSync(join(tmpdir(), "mimecast-udm-"));
  readonly #files = new Map<string, Uint8Array[]>();
  readonly #started: FluentBit[] = [];

  constructor() {
    mkdirSync(join(this.folder, ".incoming"));
  }

  /** Puts a file of these lines into the spool; returns its path. */
  put(name: string, lines: readonly (string | Uint8Array)[], lineEnd = "\n"): string {
    const incoming = join(this.folder, ".incoming", name);
    const path = join(this.folder, name);
    const bytes = lines.map((line) => Buffer.from(line));
    writeFileSync(incoming, Buffer.concat(bytes.flatMap((line) => [line, Buffer.from(lineEnd)])));
    renameSync(incoming, path);
    this.#files.set(path, bytes);
    return path;
  }

  /** The lines of all files, each with the path of its file. */
  get lines(): [path: string, line: Uint8Array][] {
    return [...this.#files].flatMap(([path, lines]) =>
      lines.map((line): [string, Uint8Array] => [path, line]),
    );
  }

  /** Starts a file of fluent-bit/ on this spool; see FluentBit. */
  start(configuration: string, env: Record<string, string> = {}, cwd?: string): FluentBit {
    const fluentBit = new FluentBit(configuration, { MIMECAST_SPOOL: this.folder, ...env }, cwd);
    this.#started.push(fluentBit);
    return fluentBit;
  }

  /** Ends what still runs, and removes the folder. */
  async remove(): Promise<void> {
    for (const fluentBit of this.#started) await fluentBit.end("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until it is so. After so many seconds it fails, with what was waited for and what Fluent Bit has said. */
export async function until(
  what: string,
  fluentBit: FluentBit,
  isSo: () => boolean,
  seconds = 40,
): Promise<void> {
  const deadline = performance.now() + 1000 * seconds;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`no ${what} within ${seconds} s\n${fluentBit.log}`);
    await sleep(50);
  }
}
