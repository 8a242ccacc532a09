// A real Vector under test: found, started with a configuration of vector/, watched, killed, and ended whatever happens.

import { type ChildProcess, spawn } from "node:child_process";
import {
  accessSync,
  chmodSync,
  constants,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** The one in VECTOR, or on PATH. */
const vector = find();

/** `skip` of tests that need it: false, or why they do not run. */
export const withoutVector = vector === undefined && "no Vector at VECTOR, nor on PATH";

function find(): string | undefined {
  const named = process.env.VECTOR;
  if (named) return isExecutable(named) ? named : undefined;
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, "vector")).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // it is not there
  }
}

/** A folder for a spool, for Vector to work in, and for the command that it starts. */
export class VectorBench {
  readonly folder = mkdtempSync(join(tmpdir(), "mimecast-udm-vector-"));
  readonly spool = join(this.folder, "spool");
  readonly #started: Vector[] = [];

  constructor() {
    mkdirSync(join(this.spool, ".incoming"), { recursive: true });
    const bin = join(this.folder, "bin");
    mkdirSync(bin);
    const command = join(bin, "mimecast-udm");
    writeFileSync(
      command,
      `#!/bin/sh\nexec '${process.execPath}' '${resolve("build/mimecast-udm.mjs")}' "$@"\n`,
    );
    chmodSync(command, 0o755);
  }

  /** Starts Vector with a file of vector/ as it stands, or with what `change` makes of it. */
  start(configuration: string, change?: (text: string) => string, env: Record<string, string> = {}): Vector {
    let file = resolve("vector", configuration);
    if (change) {
      const text = readFileSync(file, "utf8");
      file = join(this.folder, configuration);
      writeFileSync(file, change(text));
    }
    const path = `${join(this.folder, "bin")}${delimiter}${process.env.PATH ?? ""}`;
    const started = new Vector(file, this.folder, { PATH: path, MIMECAST_SPOOL: this.spool, ...env });
    this.#started.push(started);
    return started;
  }

  async remove(): Promise<void> {
    for (const each of this.#started) await each.end("SIGKILL");
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

export class Vector {
  readonly #child: ChildProcess;
  readonly #closed: Promise<void>;
  #stdout = "";
  #log = "";

  constructor(file: string, cwd: string, env: Record<string, string>) {
    this.#child = spawn(vector ?? "vector", ["-c", file], { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.#log += text;
    });
    this.#closed = new Promise((done, fail) => {
      this.#child.once("error", fail);
      this.#child.once("exit", () => done());
    });
  }

  /** What it, and `push` below it, say about themselves. */
  get log(): string {
    return this.#log;
  }

  get lines(): string[] {
    return this.#stdout.split("\n").slice(0, -1);
  }

  /** Process id of the `push` that it has started and that still lives. */
  get pushPid(): number | undefined {
    for (const entry of readdirSync("/proc")) {
      if (!/^\d+$/.test(entry)) continue;
      try {
        const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
        const [state, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
        if (Number(parent) === this.#child.pid && state !== "Z") return Number(entry);
      } catch {
        // It ended between the two looks.
      }
    }
    return undefined;
  }

  async end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#child.kill(signal);
    await this.#closed;
  }

  async until(what: string, isSo: () => boolean, seconds = 60): Promise<void> {
    const deadline = performance.now() + 1000 * seconds;
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error(`no ${what} within ${seconds} s\n${this.#log}`);
      await sleep(50);
    }
  }
}
