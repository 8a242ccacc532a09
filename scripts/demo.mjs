// `npm run demo`: builds what ships, then shows the whole way of real lines: from a simulated Mimecast on this machine by
// `mimecast-udm fetch` into a spool, then through the command, and through Fluent Bit where one is found (FLUENT_BIT or
// PATH). No credentials, nothing is sent anywhere. Exits 1 if a record is missing somewhere, or is there twice.
import { spawn, spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fluentBitVersion, throughFluentBit } from "../demo/fluent-bit.mjs";
import { startMimecast } from "../demo/mimecast.mjs";
import { summary, title, withoutEvent } from "../demo/print.mjs";

const COMMAND = resolve("build/mimecast-udm.mjs");
const SAMPLE = "demo/sample.siem";
/** Caught up within seconds, or something is wrong. */
const FETCH_PATIENCE = 10_000;

const built = spawnSync(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);

const lines = readFileSync(SAMPLE, "utf8").trim().split("\n");
const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-demo-"));
const spool = join(folder, "spool");
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

title(`${lines.length} lines of ${SAMPLE}: key=value, one JSON line of API 2.0, one that is no log line`);
for (const line of lines) console.log(line.length > 160 ? `${line.slice(0, 157)}…` : line);

await fetchIntoSpool();
const files = spooled();
const events = convert();
await pipe();
title("mimecast-udm explain: the second line, whose subject forges a verdict");
console.log(withoutEvent(command("explain", lines[1]).stdout));
console.log("\n… and the event: mimecast-udm explain 'LINE' shows it in full");
if (process.exitCode === 1) console.error("\nThe counts do not match: see above.");

function command(...args) {
  return spawnSync(process.execPath, [COMMAND, ...args], { encoding: "utf8" });
}

/** Tells how many came out where, and keeps in mind if that is wrong. */
function told(text, count) {
  console.log(`${text}${count === lines.length ? "" : `, though there should be ${lines.length}`}`);
  if (count !== lines.length) process.exitCode = 1;
}

async function fetchIntoSpool() {
  if (spawnSync("openssl", ["version"]).status !== 0) {
    title("mimecast-udm fetch");
    console.log("left out, since no openssl was found to make a certificate for the simulated Mimecast");
    mkdirSync(spool);
    copyFileSync(SAMPLE, join(spool, "demo.siem"));
    return;
  }
  const { server, config, authority } = await startMimecast(lines, folder, spool);
  try {
    title(`mimecast-udm fetch --once, from a simulated Mimecast at ${server.url}`);
    const status = await fetchOnce("--config", config, "--ca-file", authority);
    const asked = ["oauth", "logs", "batch", "file"].map((route) => `${server.count(route)} ${route}`);
    console.log(`requests: ${asked.join(", ")}; exit status: ${status}`);
    if (status !== 0) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

/** Not spawnSync: the simulated Mimecast answers from this process. */
function fetchOnce(...args) {
  // The caller's own settings, secrets and proxy are not for this.
  const env = { PATH: process.env.PATH };
  const child = spawn(process.execPath, [COMMAND, "fetch", "--once", ...args], {
    env,
    stdio: ["ignore", "ignore", "pipe"],
    timeout: FETCH_PATIENCE,
  });
  process.once("exit", () => child.kill());
  let log = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    log += text;
  });
  return new Promise((done, fail) => {
    child.on("error", fail).on("close", (status) => {
      console.log(log.trim());
      done(status);
    });
  });
}

/** Paths of the files that a shipper would see. */
function spooled() {
  title("The spool");
  const names = readdirSync(spool).filter((name) => name.endsWith(".siem"));
  let count = 0;
  for (const name of names.sort()) {
    const records = readFileSync(join(spool, name), "utf8").split("\n").length - 1;
    console.log(`${name}  ${records} ${records === 1 ? "record" : "records"}`);
    count += records;
  }
  told(`\n${lines.length} lines published, ${count} records in ${names.length} files`, count);
  return names.map((name) => join(spool, name));
}

/** Through the module, by the command. */
function convert() {
  title("mimecast-udm convert <spool>/*.siem: one event a line");
  const { stdout, stderr, status } = command("convert", ...files);
  const events = stdout
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((text) => JSON.parse(text));
  for (const event of events) console.log(summary(event));
  console.log(`\nstandard error: ${stderr.trim()}\nexit status: ${status}`);
  told(`${lines.length} lines published, ${events.length} events out`, events.length);
  return events.map(summary).sort();
}

/** Through a real Fluent Bit. */
async function pipe() {
  const version = fluentBitVersion();
  title(`${version ?? "Fluent Bit"} with fluent-bit/fluent-bit.yaml`);
  if (version === undefined) {
    console.log(
      "none found (FLUENT_BIT or PATH): the same events come out of fluent-bit/fluent-bit.yaml there",
    );
    return;
  }
  const summaries = (await throughFluentBit(spool, lines.length)).map(summary);
  for (const text of summaries) console.log(text);
  told(`\n${lines.length} lines published, ${summaries.length} events out`, summaries.length);
  if (summaries.sort().join("\n") === events.join("\n")) return;
  console.log("They are not the same events as those of mimecast-udm convert.");
  process.exitCode = 1;
}
