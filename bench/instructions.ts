/**
 * `npm run bench:instructions [-- --record]`: the WebAssembly instructions that each of ten fixed lines costs, beside the recorded
 * figures. The same on every machine, busy or not: what differs is the module. `--record` writes bench/results/instructions.txt.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { countInstructions, RECORD_FILE, readRecord, table, writeRecord } from "./instruction-counts.ts";

const args = process.argv.slice(2);
if (args.some((arg) => arg !== "--record"))
  throw new Error("usage: npm run bench:instructions [-- --record]");

const recorded = existsSync(RECORD_FILE) ? readFileSync(RECORD_FILE, "utf8") : "";
const counts = await countInstructions();
console.log(
  "instructions for each line (local.get and constants not counted), and in bench/results/instructions.txt:",
);
for (const text of table(counts, readRecord(recorded))) console.log(text);
if (args.includes("--record")) {
  mkdirSync(dirname(RECORD_FILE), { recursive: true });
  writeFileSync(RECORD_FILE, writeRecord(counts));
  console.log(`${RECORD_FILE} is written`);
}
