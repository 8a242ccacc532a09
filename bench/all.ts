/**
 * `npm run bench [-- --record]`: every benchmark but the fetcher's, one after the other, each in a process of its own.
 * `--record` also writes what they print to bench/results/bench.txt, under a line about the machine.
 */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname } from "node:path";

const PARTS = ["main", "instructions", "sizes", "push"] as const;
const RECORD_FILE = "bench/results/bench.txt";

/** Runs one of them; what it prints goes on at once, and comes back. Throws if it fails. */
async function run(part: string): Promise<string> {
  const child = spawn(process.execPath, ["scripts/run.mjs", `bench/${part}.ts`], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    process.stdout.write(text);
    printed += text;
  });
  const [status] = (await once(child, "close")) as [number | null];
  if (status !== 0) throw new Error(`bench/${part}.ts ended with ${status}: nothing is recorded`);
  return printed;
}

function machine(): string {
  const found = spawnSync(process.env.FLUENT_BIT || "fluent-bit", ["--version"], { encoding: "utf8" });
  const fluentBit = found.status === 0 ? (found.stdout.split("\n")[0] ?? "") : "no Fluent Bit";
  const [cpu] = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return `${day}: ${cpus().length} × ${cpu?.model.trim()}, ${process.platform} ${process.arch}, Node ${process.version}, ${fluentBit}`;
}

const args = process.argv.slice(2);
if (args.some((arg) => arg !== "--record")) throw new Error("usage: npm run bench [-- --record]");

const texts = [`${machine()}\n`];
console.log(texts[0]);
for (const part of PARTS) {
  const heading = `== bench/${part}.ts`;
  console.log(heading);
  texts.push(`${heading}\n${await run(part)}`);
  console.log();
}
if (args.includes("--record")) {
  mkdirSync(dirname(RECORD_FILE), { recursive: true });
  writeFileSync(RECORD_FILE, texts.join("\n"));
  console.log(`${RECORD_FILE} is written`);
}
