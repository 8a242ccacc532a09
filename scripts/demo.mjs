// `npm run demo`: builds the module, then shows the main job on real lines: through the command, line by line, and through
// Fluent Bit where one is found (FLUENT_BIT or PATH). No credentials, nothing is sent anywhere.
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const COMMAND = resolve("build/mimecast-udm.mjs");
const SAMPLE = "demo/sample.siem";
const FLUENT_BIT = process.env.FLUENT_BIT ?? "fluent-bit";

const title = (text) => console.log(`\n── ${text} ${"─".repeat(Math.max(3, 100 - text.length))}\n`);
const run = (file, args, options = {}) => spawnSync(file, args, { encoding: "utf8", ...options });

const built = run(process.execPath, ["scripts/build.mjs"], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);

const lines = readFileSync(SAMPLE, "utf8").trim().split("\n");
title(`${lines.length} lines of ${SAMPLE}: key=value, one JSON line of API 2.0, one that is no log line`);
for (const line of lines) console.log(line.length > 160 ? `${line.slice(0, 157)}…` : line);

title("mimecast-udm convert demo/sample.siem: one event a line");
const converted = run(process.execPath, [COMMAND, "convert", SAMPLE]);
for (const text of converted.stdout.trim().split("\n")) console.log(summary(JSON.parse(text)));
console.log(`\nstandard error: ${converted.stderr.trim()}\nexit status: ${converted.status}`);

title("mimecast-udm explain: the second line, whose subject forges a verdict");
console.log(run(process.execPath, [COMMAND, "explain", lines[1]]).stdout);

throughFluentBit();

/** One event in one line for a reader. */
function summary(event) {
  if (event.mimecast_error)
    return `not mapped   ${event.mimecast_error.code}: ${event.mimecast_error.message}`;
  const { metadata, network, security_result: results } = event;
  const [result] = results;
  const who = `${network?.email?.from ?? "-"} → ${network?.email?.to?.join(", ") ?? "-"}`;
  const verdict = [...(result.action ?? []), result.severity, ...(result.category ?? [])].join(" ");
  return `${metadata.event_timestamp}  ${metadata.product_event_type.padEnd(16)}  ${verdict.padEnd(34)}  ${who}`;
}

/** The same file through a real Fluent Bit, with the configuration that ships. */
function throughFluentBit() {
  const found = run(FLUENT_BIT, ["--version"]);
  if (found.status !== 0) {
    title("Fluent Bit");
    console.log(
      "none found (FLUENT_BIT or PATH): the same events come out of fluent-bit/fluent-bit.yaml there",
    );
    return;
  }
  title(`${found.stdout.split("\n")[0]} with fluent-bit/fluent-bit.yaml`);
  const spool = mkdtempSync(join(tmpdir(), "mimecast-udm-demo-"));
  try {
    copyFileSync(SAMPLE, join(spool, "demo.siem"));
    const { stdout } = run(FLUENT_BIT, ["-q", "-c", "fluent-bit/fluent-bit.yaml"], {
      env: { ...process.env, MIMECAST_SPOOL: spool },
      timeout: 6000,
    });
    const events = stdout.split("\n").filter((text) => text.startsWith("{"));
    for (const text of events) console.log(summary(JSON.parse(text)));
    console.log(`\n${events.length} records in the spool, ${events.length} out`);
    if (events.length !== lines.length) process.exitCode = 1;
  } finally {
    rmSync(spool, { recursive: true });
  }
}
