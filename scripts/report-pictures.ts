// Pictures of a report, light and dark: node scripts/run.mjs scripts/report-pictures.ts <folder>
// The spool is made up and the clock stands still: the same page every time. Needs a Chromium, and what `npm run build` writes.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { spoolLines } from "../bench/spool.ts";
import { run } from "../cli/program.ts";
import { launchChromium } from "../test/support/chromium.ts";

const WEEK = Date.UTC(2026, 10, 16);
const DAYS = 7;
const DAY = 86_400_000;
const MESSAGES = 40_000;
const SIZE = { width: 1200, height: 980 };

/** Writes report-light.png and report-dark.png into the folder. */
export async function reportPictures(folder: string): Promise<void> {
  const target = resolve(folder);
  const modules = pathToFileURL(`${resolve("build")}/`);
  const work = mkdtempSync(join(tmpdir(), "mimecast-udm-"));
  const before = process.cwd();
  const chromium = await launchChromium();
  try {
    mkdirSync(target, { recursive: true });
    mkdirSync(join(work, "spool"));
    const lines = [...spoolLines({ from: WEEK, days: DAYS, messages: MESSAGES })];
    writeFileSync(join(work, "spool", "week.siem"), `${lines.join("\n")}\n`);
    process.chdir(work); // the page names its source as the call does
    const io = {
      stdin: process.stdin,
      stdout: process.stdout,
      stderr: process.stderr,
      colour: false,
      startedAt: { sec: (WEEK + DAYS * DAY) / 1000, nsec: 0 },
      modules,
    };
    const status = await run(["report", "spool", "-o", "report.html"], io);
    if (status !== 0 && status !== 3) throw new Error(`report ended with ${status}`);
    for (const colorScheme of ["light", "dark"] as const) {
      const { page } = await chromium.open(pathToFileURL(join(work, "report.html")).href, {
        viewport: SIZE,
        deviceScaleFactor: 2,
        colorScheme,
      });
      await page.screenshot({ path: join(target, `report-${colorScheme}.png`) });
    }
  } finally {
    process.chdir(before);
    await chromium.close();
    rmSync(work, { recursive: true, force: true });
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: node scripts/run.mjs scripts/report-pictures.ts <folder>");
await reportPictures(folder);
