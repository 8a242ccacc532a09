/** A process that takes a lock as soon as the clock says so, holds it for a while, and tells whether it got it. */
import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "../../runtime/clock.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { lock } from "../../runtime/lock.ts";

const [folder = "", start = "0"] = process.argv.slice(2);
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
await sleep(Number(start) - Date.now());
try {
  const held = await lock(nodeFiles, systemClock, folder, "race", silent);
  process.stdout.write("held");
  await sleep(1500);
  await held.release();
} catch (error) {
  process.stdout.write(String((error as { code?: unknown }).code));
}
