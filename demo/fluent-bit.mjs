// The spool through a real Fluent Bit, with the configuration that ships.
import { spawn, spawnSync } from "node:child_process";

const FLUENT_BIT = process.env.FLUENT_BIT || "fluent-bit";
/** Fluent Bit looks for new files every five seconds. */
const PATIENCE = 9000;
/** Where all events came, one too many would come within this time. */
const AFTERWARDS = 1500;

/** Its first line about itself, undefined where there is none. */
export function fluentBitVersion() {
  const { status, stdout } = spawnSync(FLUENT_BIT, ["--version"], { encoding: "utf8" });
  return status === 0 ? stdout.split("\n")[0] : undefined;
}

/** The events of all files in `spool`, as soon as `count` of them are there. */
export async function throughFluentBit(spool, count) {
  const child = spawn(FLUENT_BIT, ["-q", "-c", "fluent-bit/fluent-bit.yaml"], {
    env: { ...process.env, MIMECAST_SPOOL: spool },
    stdio: ["ignore", "pipe", "ignore"],
  });
  process.once("exit", () => child.kill());
  let stdout = "";
  const events = () => stdout.split("\n").filter((text) => text.startsWith("{"));
  let timer = setTimeout(() => child.kill(), PATIENCE);
  child.stdout.setEncoding("utf8").on("data", (text) => {
    const before = events().length;
    stdout += text;
    if (before >= count || events().length < count) return;
    clearTimeout(timer);
    timer = setTimeout(() => child.kill(), AFTERWARDS);
  });
  await new Promise((done) => child.on("error", done).on("close", done));
  clearTimeout(timer);
  return events().map((text) => JSON.parse(text));
}
