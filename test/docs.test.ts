// docs/mapping.md against the module: it is what `npm run docs` would write, and the rows that the generator words by itself
// say what the module does.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { ExplainModule } from "../host/explain.ts";
import { MimecastModule } from "../host/module.ts";
import { actionOrigin, categoryRows, mappingDocs } from "../scripts/mapping-docs.ts";

const explain = await ExplainModule.load("build/mimecast-explain.wasm");
const module = await MimecastModule.load("build/mimecast.wasm");
const description = explain.describe();

interface Result {
  readonly action?: readonly string[];
  readonly category?: readonly string[];
  readonly category_details?: readonly string[];
  readonly severity: string;
}

function resultOf(line: string): Result {
  const event = JSON.parse(module.map(Buffer.from(line), "udm", { sec: 0, nsec: 0 }));
  return event.security_result[0];
}

describe("docs/mapping.md", () => {
  it("is what npm run docs writes", async () => {
    const written = await readFile("docs/mapping.md", "utf8");
    assert.equal(
      written,
      mappingDocs(description),
      "docs/mapping.md is stale: run npm run docs and commit it",
    );
  });

  it("has every row of the module, each with an origin", () => {
    const text = mappingDocs(description);
    for (const row of description.rows) {
      assert.match(row.origin, /^(G|G\+|own)(, (G\+|own))*$/);
      assert.ok(text.includes(`| \`${row.udm}\` |`), row.udm);
    }
  });

  for (const { condition, examples } of categoryRows(description.rejections)) {
    it(`tells the truth about: ${condition}`, () => {
      for (const [line, category, severity] of examples) {
        const result = resultOf(line);
        assert.deepEqual([result.category?.[0], result.severity], [category, severity], line);
      }
    });
  }

  it("tells the truth about every hold reason", () => {
    for (const { word, udm, name } of description.holds) {
      const result = resultOf(`Hld=${word.toUpperCase()}`);
      assert.deepEqual(result.category, udm === undefined ? undefined : [udm], word);
      assert.deepEqual(result.category_details, [name || word.toUpperCase()], word);
      assert.equal(result.severity, udm === undefined ? "LOW" : "MEDIUM", word);
    }
    assert.deepEqual(resultOf("Hld=Exp").category_details, ["Exp"]);
    assert.equal(resultOf("Hld=Exp").category, undefined);
  });

  it("tells the truth about every action, and who says so", () => {
    for (const { word, udm } of description.acts)
      assert.deepEqual(resultOf(`Act=${word}|Action=zzz`).action, [udm]);
    for (const { word, udm } of description.actions)
      assert.deepEqual(resultOf(`Action=${word}`).action, [udm]);
    for (const { word } of [...description.acts, ...description.actions]) {
      assert.match(actionOrigin(word), /^(G|G\+|own)$/);
    }
    assert.deepEqual(resultOf("Act=zzz").action, ["UNKNOWN_ACTION"]);
    assert.deepEqual(resultOf("Action=zzz").action, ["UNKNOWN_ACTION"]);
    assert.deepEqual(resultOf("Delivered=True").action, ["ALLOW"]);
    assert.deepEqual(resultOf("Delivered=false").action, ["FAIL"]);
    assert.equal(resultOf("Delivered=zzz").action, undefined);
  });

  it("sends every name that depends on the log type to the grammar", () => {
    const text = mappingDocs(description);
    for (const name of ["action", "recipients", "emailSize", "senderIp", "destinationIp"]) {
      assert.match(text, new RegExp(`\\| \`${name}\` \\|.*the-log-type`));
    }
  });
});
