// One line, one event, whatever the door: a real Fluent Bit's filter against `mimecast_batch` under Node, on the goldens' lines
// and on 100,000 generated ones. (The WASI command's door is held against the same in test/wasi.test.ts.) DOOR_LINES sets how
// many, DOOR_SEED repeats a run.

import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { MimecastModule } from "../host/module.ts";
import { isOneRecord, line } from "./oracle/lines.ts";
import { Spool, withoutFluentBit as skip, until } from "./support/fluent-bit.ts";
import { assertSame, timeIn } from "./support/fluent-bit-lines.ts";

const LINES = Number(process.env.DOOR_LINES ?? 100_000);
const SEED = Number(process.env.DOOR_SEED ?? Date.now() % 0x7fffffff);
const FILES = 20;

const module = await MimecastModule.load("build/mimecast.wasm");

/** Lines that tail hands over as they are: it drops CR at a line's end, and zero bytes at the start of what it has read. */
const isHandedOver = (bytes: Uint8Array): boolean =>
  bytes.length > 0 && bytes[0] !== 0 && bytes[bytes.length - 1] !== 0x0d && isOneRecord(bytes);

function goldenLines(): Uint8Array[] {
  return readdirSync("test/goldens", { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(siem|\d\.json)$/.test(path))
    .map((path) => readFileSync(join("test/goldens", path)))
    .map((bytes) => bytes.subarray(0, bytes.length - 1));
}

/** The shipped configuration without the file's name in the record, which the other doors do not have. */
function withoutFileName(folder: string): string {
  cpSync("fluent-bit", folder, { recursive: true });
  const path = join(folder, "mimecast.yaml");
  const text = readFileSync(path, "utf8");
  const without = text.replace(/^ *path_key: .*\n/m, "");
  assert.notEqual(without, text);
  writeFileSync(path, without);
  return join(folder, "fluent-bit.yaml");
}

describe("the doors", { timeout: 240_000 }, () => {
  const spool = new Spool();
  after(() => spool.remove());

  it(`give the same bytes in Fluent Bit and under Node for ${LINES} lines`, { skip }, async () => {
    const lines = [...goldenLines(), ...fc.sample(line, { numRuns: LINES, seed: SEED })].filter(isHandedOver);
    const size = Math.ceil(lines.length / FILES);
    for (let file = 0; file < FILES; file++) {
      spool.put(`doors_${String(file).padStart(2, "0")}.siem`, lines.slice(file * size, (file + 1) * size));
    }
    const configuration = withoutFileName(join(spool.folder, ".configuration"));
    const environment = {
      MIMECAST_UDM_WASM: join(process.cwd(), "build/mimecast.wasm"),
      // Without rules: those that count would see the lines of the files in another order.
      MIMECAST_UDM_FUNCTION: "mimecast_udm_plain",
    };
    const fluentBit = spool.start(configuration, environment, spool.folder);
    await until(`${lines.length} lines`, fluentBit, () => fluentBit.lineCount >= lines.length, 200);
    await fluentBit.end("SIGTERM");
    const came = fluentBit.lines;
    assert.equal(came.length, lines.length);
    // Files are read side by side: each stays in its order, they among each other do not.
    const due = new Map<string, number>();
    for (const event of came) due.set(asCounted(event), (due.get(asCounted(event)) ?? 0) + 1);
    for (const [index, bytes] of lines.entries()) {
      const event = module.map(bytes, "plain", { sec: 0, nsec: 0 });
      const left = due.get(asCounted(event)) ?? 0;
      if (left === 0) fail(index, bytes, event, came);
      due.set(asCounted(event), left - 1);
    }
  });

  /** A line without a time has in Fluent Bit that at which it was read. */
  function asCounted(event: string): string {
    const { sec } = timeIn(event);
    return sec === 0 || Math.abs(sec - Date.now() / 1000) < 600
      ? event.replace(/"event_timestamp":"[^"]*"/, '"event_timestamp":"now"').replaceAll("\\u007f", "\u007f")
      : event.replaceAll("\\u007f", "\u007f");
  }

  function fail(index: number, bytes: Uint8Array, event: string, came: readonly string[]): never {
    const near = came.find((other) => asCounted(other).slice(0, 200) === asCounted(event).slice(0, 200));
    console.error(
      `DOOR_SEED=${SEED} repeats this; line ${index}: ${JSON.stringify(Buffer.from(bytes).toString("latin1"))}`,
    );
    assertSame(near, event);
    assert.fail("no event of Fluent Bit's is like it");
  }
});
