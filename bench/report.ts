/**
 * `npm run bench:report [-- MB]`: `mimecast-udm report` of a week's spool of 300 MB, or as many as are named, next to `convert` of the
 * same files to nowhere in the same run: what is left between the two is what counting costs. Fails if the page misses one record.
 * The folder is the system's for temporary files: TMPDIR chooses another.
 */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { best, type Run, run } from "./process.ts";
import { spoolLines } from "./spool.ts";

const MEGABYTE = 1e6;
const RUNS = 3;
const FILES = 7;
/** Some lines of the spool cannot be mapped, and the exit status says so. */
const ENDS = [0, 3];
/** Bytes that a message of the spool takes, over all its stages. */
const MESSAGE = 795;
const FROM = Date.UTC(2026, 10, 16);

/** Writes a file for each day. Returns how many records there are. */
function writeSpool(folder: string, size: number): number {
  let records = 0;
  const files = Array.from({ length: FILES }, (_, day) => openSync(join(folder, `day_${day}.siem`), "w"));
  let text = "";
  const flush = (): void => {
    writeSync(files[Math.min(FILES - 1, Math.floor((written / size) * FILES))] as number, text);
    written += text.length;
    text = "";
  };
  let written = 0;
  for (const line of spoolLines({ from: FROM, days: 7, messages: Math.round(size / MESSAGE) })) {
    text += `${line}\n`;
    records++;
    if (text.length > MEGABYTE) flush();
  }
  flush();
  for (const file of files) closeSync(file);
  return records;
}

const size = Number(process.argv[2] ?? 300) * MEGABYTE;
if (!(size > 0)) throw new Error("usage: npm run bench:report [-- megabytes]");
const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const records = writeSpool(folder, size);
const files = Array.from({ length: FILES }, (_, day) => join(folder, `day_${day}.siem`));
const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
const page = join(folder, "report.html");
const [reports, converts]: [Run[], Run[]] = [[], []];
for (let turn = 0; turn < RUNS; turn++) {
  converts.push(await run(["convert", ...files], {}, ENDS));
  reports.push(await run(["report", ...files, "-o", page], {}, ENDS));
}
const seen = /"records":(\d+)/.exec(readFileSync(page, "utf8"))?.[1];
if (Number(seen) !== records) throw new Error(`the page has ${seen} of ${records} records`);

const mb = (value: number): string => (value / MEGABYTE).toFixed(1);
const told = ({ seconds, busy, peak }: Run): string => {
  const processor = busy === undefined ? "" : `  ${mb(bytes / busy)} MB a second of processor time`;
  return `${mb(bytes / seconds)} MB/s${processor}${peak === undefined ? "" : `  ${mb(peak)} MB resident at most`}`;
};
console.log(
  `${mb(bytes)} MB in ${FILES} files, ${records.toLocaleString("en")} records; the best of ${RUNS} runs, from start to end`,
);
console.log(`report:             ${told(best(reports))}`);
console.log(`convert:            ${told(best(converts))}`);
console.log(
  `report to convert:  ${(best(reports).seconds / best(converts).seconds).toFixed(2)} times as long`,
);
console.log(`page:               ${Math.round(statSync(page).size / 1000)} kB`);
