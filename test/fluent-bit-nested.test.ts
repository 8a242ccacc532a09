// Records with members that stand deep in each other, in a real Fluent Bit with the WebAssembly stack that it has by default, 8,192
// bytes: a call that needs more loses its record, and the module under Node has a thousand times as much.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { after, describe, it } from "node:test";
import { Spool, withoutFluentBit as skip, until } from "./support/fluent-bit.ts";

/** What Fluent Bit's own reader of JSON takes, at most. */
const DEPTHS = Array.from({ length: 60 }, (_, depth) => depth + 1);

for (const [format, name] of [
  ["json", "mimecast_udm"],
  ["msgpack", "mimecast_udm_msgpack"],
]) {
  describe(`${name} with event_format ${format}`, () => {
    const spool = new Spool();
    after(() => spool.remove());

    it("loses no record, however deep it is", { skip }, async () => {
      const configuration = join(spool.folder, "nested.yaml");
      writeFileSync(configuration, configured(spool.folder, format, name));
      const fluentBit = spool.start(configuration, {}, spool.folder);
      const records = DEPTHS.map((depth) =>
        JSON.stringify({ log: `acc=C${depth}`, deep: 0 }).replace(
          "0}",
          `${"[".repeat(depth)}1${"]".repeat(depth)}}`,
        ),
      );
      spool.put("nested.json", records);
      await until("all records", fluentBit, () => fluentBit.lineCount >= records.length, 10);
      const ids = fluentBit.lines.map((line) => /"product_log_id\\?":\\?"(C\d+)/.exec(line)?.[1]);
      assert.deepEqual(
        ids,
        DEPTHS.map((depth) => `C${depth}`),
      );
    });
  });
}

function configured(folder: string, format: string | undefined, name: string | undefined): string {
  return JSON.stringify({
    service: { flush: 0.2, log_level: "error" },
    parsers: [{ name: "object", format: "json" }],
    pipeline: {
      inputs: [
        {
          name: "tail",
          path: join(folder, "*.json"),
          read_from_head: true,
          refresh_interval: 1,
          parser: "object",
        },
      ],
      filters: [
        {
          name: "wasm",
          match: "*",
          event_format: format,
          wasm_path: resolve("build/mimecast.wasm"),
          function_name: name,
        },
      ],
      outputs: [{ name: "stdout", match: "*", format: "json_lines" }],
    },
  });
}
