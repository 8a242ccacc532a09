// docs/mapping.md and docs/rules.md against the module: they are what `npm run docs` would write, and what the generators word by
// themselves is what the module does.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { ExplainModule } from "../host/explain.ts";
import { MimecastModule } from "../host/module.ts";
import { actionOrigin, categoryRows, mappingDocs } from "../scripts/mapping-docs.ts";
import { rulesDocs } from "../scripts/rules-docs.ts";

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

  it("has in the rows of category and severity every field that the table of categories names", () => {
    const names = new Set<string>(description.fields.map(({ names }) => names[0]));
    for (const path of ["security_result[].category[]", "security_result[].severity"]) {
      const from = description.rows.find(({ udm }) => udm === path)?.from.split(", ") ?? [];
      for (const { condition } of categoryRows(description.rejections)) {
        const named = condition.match(/\w+/g)?.filter((word) => names.has(word)) ?? [];
        assert.deepEqual(
          named.filter((field) => !from.includes(field)),
          [],
          `${path}: ${condition}`,
        );
      }
    }
  });

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

/** The least level of each severity, as docs/rules.md says. */
const SEVERITY_FROM = [
  ["CRITICAL", 13],
  ["HIGH", 10],
  ["MEDIUM", 7],
  ["LOW", 4],
  ["INFORMATIONAL", 0],
] as const;

describe("docs/rules.md", () => {
  const text = rulesDocs(description);
  const words = text.replace(/\s+/g, " ");

  it("is what npm run docs writes", async () => {
    const written = await readFile("docs/rules.md", "utf8");
    assert.equal(written, text, "docs/rules.md is stale: run npm run docs and commit it");
  });

  it("has every rule of the module, each with conditions or a count, and with the severity of its level", () => {
    assert.equal(description.rules.length, 15);
    const ids = new Set(description.rules.map(({ id }) => id));
    for (const { id, level, severity, conditions, counts, attack_details: details } of description.rules) {
      assert.equal(severity, SEVERITY_FROM.find(([, from]) => level >= from)?.[0], String(id));
      assert.ok(text.includes(`\n| ${id} | ${level}, ${severity} | `), String(id));
      assert.ok(details.techniques.length > 0, String(id));
      if (counts === undefined) assert.ok(conditions && conditions.length > 0, String(id));
      else assert.ok(conditions === undefined && ids.has(counts.rule) && counts.count > 1, String(id));
    }
  });

  it("has what an entry of the event has", () => {
    const event = JSON.parse(module.map(Buffer.from("acc=1|Act=Hld|MsgId=m"), "udm", { sec: 0, nsec: 0 }));
    const [, entry] = event.security_result;
    const rule = description.rules.find(({ id }) => String(id) === entry.rule_id);
    assert.deepEqual(entry.attack_details, rule?.attack_details);
    assert.equal(entry.severity, rule?.severity);
    assert.equal(entry.rule_name, rule?.name.replace("$(MsgId)", "m"));
    const listed = [...text.matchAll(/^\| `(\w+)` \| .* \|$/gm)].map(([, name]) => name);
    assert.deepEqual(listed.slice(0, 6), Object.keys(entry));
  });

  it("states the bounds of counting", () => {
    const { window, keys, ways, events, bytes } = description.counting;
    assert.deepEqual([window, keys, ways, events], [300_000, 1024, 8, 16]);
    const countingRules = description.rules.filter(({ counts }) => counts !== undefined).length;
    assert.ok(bytes >= countingRules * keys * events * 16);
    for (const bound of ["300 seconds", "1,024 keys", "8 share a place", "16 events", "2,228,224 bytes"]) {
      assert.ok(words.includes(bound), bound);
    }
  });

  it("tells the truth about which function evaluates rules", () => {
    const answer = (line: string, wanted: "udm" | "plain" | "alerts" | "fields"): string =>
      module.map(Buffer.from(line), wanted, { sec: 0, nsec: 0 });
    assert.match(answer("acc=1|Act=Hld", "udm"), /rule_id/);
    assert.match(answer("acc=1|Act=Hld", "alerts"), /rule_id/);
    assert.doesNotMatch(answer("acc=1|Act=Hld", "plain"), /rule_id/);
    assert.doesNotMatch(answer("acc=1|Act=Hld", "fields"), /rule_id/);
    for (const line of ["acc=1|Act=Acc", "no line"]) assert.equal(answer(line, "alerts"), "");
  });
});
