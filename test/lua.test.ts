// The Lua filter that the benchmark measures the module against (bench/lua/mimecast.lua) is a fair peer: in a real Fluent Bit it
// makes of each line the event that the module makes without its rules. LUA_LINES sets how many generated lines, LUA_SEED repeats
// a run.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { benchLines } from "../bench/lines.ts";
import { isOneRecord, line } from "./oracle/lines.ts";
import { fluentBit, Spool, until, withoutFluentBit } from "./support/fluent-bit.ts";
import { short, timeIn } from "./support/fluent-bit-lines.ts";

const LINES = Number(process.env.LUA_LINES ?? 10_000);
const SEED = Number(process.env.LUA_SEED ?? Date.now() % 0x7fffffff);

const FILTERS = {
  module: `
    - name: wasm
      match: "*"
      wasm_path: ${resolve("build/mimecast.wasm")}
      function_name: mimecast_udm_plain
      event_format: json
      accessible_paths: /tmp`,
  lua: `
    - name: lua
      match: "*"
      script: ${resolve("bench/lua/mimecast.lua")}
      call: mimecast_udm
      time_as_table: true`,
};

function withoutLua(): string | false {
  if (fluentBit === undefined) return withoutFluentBit;
  const { stdout } = spawnSync(fluentBit, ["--help"], { encoding: "utf8" });
  return !/^ +lua +/m.test(stdout) && "this Fluent Bit was built without Lua";
}
const skip = withoutLua();

/** Lines that tail hands over as they are: it drops CR at a line's end, and zero bytes at the start of what it has read. */
const isHandedOver = (bytes: Uint8Array): boolean =>
  bytes.length > 0 && bytes[0] !== 0 && bytes[bytes.length - 1] !== 0x0d && !bytes.includes(0x0a);

function goldenLines(): Uint8Array[] {
  return readdirSync("test/goldens", { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(siem|\d\.json)$/.test(path))
    .map((path) => readFileSync(join("test/goldens", path)))
    .map((bytes) => bytes.subarray(0, bytes.length - 1));
}

describe("the Lua filter of the benchmark", { timeout: 240_000 }, () => {
  const spools: Spool[] = [];
  after(() => Promise.all(spools.map((spool) => spool.remove())));

  /** What comes out of Fluent Bit for these lines, in their order. */
  async function through(filter: keyof typeof FILTERS, lines: readonly Uint8Array[]): Promise<string[]> {
    const spool = new Spool();
    spools.push(spool);
    const path = spool.put("lines.siem", lines);
    const configuration = join(spool.folder, "fluent-bit.yaml");
    writeFileSync(
      configuration,
      `service:
  flush: 0.2
  log_level: warn
  json.escape_unicode: off
pipeline:
  inputs:
    - name: tail
      path: ${path}
      read_from_head: true
      buffer_max_size: 5M
  filters: ${FILTERS[filter]}
  outputs:
    - name: stdout
      match: "*"
      format: json_lines
      json_date_key: false
`,
    );
    const running = spool.start(configuration, {}, spool.folder);
    await until(`${lines.length} lines`, running, () => running.lineCount >= lines.length, 100);
    await running.end("SIGTERM");
    assert.equal(running.lines.length, lines.length, running.log);
    return running.lines;
  }

  async function assertSameEvents(lines: readonly Uint8Array[]): Promise<void> {
    const [due, came] = [await through("module", lines), await through("lua", lines)];
    for (const [index, bytes] of lines.entries()) {
      const [theirs, ours] = [comparable(came[index]), comparable(due[index])];
      const said = JSON.stringify(Buffer.from(bytes).toString("latin1"));
      assert.deepEqual(theirs, ours, `LUA_SEED=${SEED} line ${index}: ${short(said)}`);
    }
  }

  it(`makes the module's events of ${LINES} of the benchmark's lines`, { skip }, async () => {
    await assertSameEvents(benchLines(LINES).map((text) => Buffer.from(text)));
  });

  it("makes the module's events of the goldens' lines, in all dialects", { skip }, async () => {
    await assertSameEvents(goldenLines().filter(isHandedOver));
  });

  it(`makes the module's events of ${LINES} generated lines, hostile ones among them`, { skip }, async () => {
    const generated = fc.sample(line, { numRuns: LINES, seed: SEED });
    await assertSameEvents(generated.filter((bytes) => isHandedOver(bytes) && isOneRecord(bytes)));
  });
});

/** An event without what two runs of Fluent Bit cannot have in common: the time at which it read a line that has none. */
function comparable(json: string | undefined): unknown {
  const event = JSON.parse(json ?? "null");
  if (event?.metadata && Math.abs(timeIn(json ?? "").sec - Date.now() / 1000) < 600) {
    event.metadata.event_timestamp = "when it was read";
  }
  return event;
}
