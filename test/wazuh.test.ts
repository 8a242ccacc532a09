// What Wazuh gets: the decoders' 66 fields by their names, and rules that fire on what the module writes. Wazuh itself is not
// needed: of its rules, the few elements that ours use are evaluated here.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { MimecastModule } from "../host/module.ts";

const module = await MimecastModule.load("build/mimecast.wasm");
const HEAD = "datetime=2026-01-02T03:04:05+0000|aCode=a1|acc=C0A0";

const decoded = (line: string): string => module.map(Buffer.from(line), "fields", { sec: 0, nsec: 0 });
const fieldsOf = (line: string): Record<string, string> => JSON.parse(decoded(line)).mimecast;

/** The table of docs/wazuh.md: the decoders' name, ours. */
const table = [
  ...readFileSync("docs/wazuh.md", "utf8").matchAll(/^\| `(\w+)` \| `mimecast\.(\w+)` \|/gm),
].map(([, theirs = "", ours = ""]) => [theirs, ours] as const);

describe("the decoders' fields", () => {
  it("are 66, each once", () => {
    assert.equal(table.length, 66);
    assert.equal(new Set(table.map(([theirs]) => theirs)).size, 66);
  });

  for (const [theirs, ours] of table) {
    it(`${theirs} is mimecast.${ours}`, () => {
      const line = new RegExp(`(^|\\|)${theirs}=`).test(HEAD) ? HEAD : `${HEAD}|${theirs}=its value`;
      const value = new RegExp(`(?:^|\\|)${theirs}=([^|]*)`).exec(line)?.[1];
      assert.equal(fieldsOf(line)[ours], value);
    });
  }

  it("are not found within other keys, as the decoders find them", () => {
    const fields = fieldsOf(`${HEAD}|MimecastIP=192.0.2.1|AttSize=5`);
    assert.deepEqual([fields.IP, fields.Size], [undefined, undefined]);
  });

  it("lose both backslashes that wrap them", () => {
    assert.equal(fieldsOf(`${HEAD}|Subject=\\Final notice\\|Act=Acc`).Subject, "Final notice");
  });
});

interface Rule {
  readonly id: string;
  readonly text: string;
}

const rules: readonly Rule[] = [
  ...readFileSync("wazuh/mimecast_rules.xml", "utf8").matchAll(/<rule id="(\d+)"[\s\S]*?<\/rule>/g),
].map(([text, id = ""]) => ({ id, text }));

const inside = (text: string, tag: string): string[] =>
  [...text.matchAll(new RegExp(`<${tag}(?: [^>]*)?>([^<]*)</${tag}>`, "g"))].map(([, value = ""]) => value);

/** PCRE2's `(?i)` at the start is a flag in JavaScript. */
const pattern = (text: string): RegExp =>
  text.startsWith("(?i)") ? new RegExp(text.slice(4), "i") : new RegExp(text);

/** Ids of the rules without a count that fire on a decoded line. */
function fired(json: string): string[] {
  const fields = (JSON.parse(json).mimecast ?? {}) as Record<string, string>;
  const ids: string[] = [];
  for (const { id, text } of rules) {
    if (inside(text, "if_matched_sid").length > 0) continue;
    const parents = inside(text, "if_sid");
    const matches = inside(text, "match");
    const conditions = [...text.matchAll(/<field name="mimecast\.(\w+)" type="pcre2">([^<]*)<\/field>/g)];
    const holds =
      parents.every((parent) => ids.includes(parent)) &&
      matches.every((match) =>
        id === "106000" ? json.startsWith(match.slice(1)) : pattern(match).test(json),
      ) &&
      conditions.every(
        ([, name = "", value = ""]) => name in fields && pattern(value).test(fields[name] as string),
      );
    if (holds) ids.push(id);
  }
  return ids.filter((id) => id !== "106000");
}

const attachment = "fileName=a|fileExt=pdf|fileMime=application/pdf|sha256=00|Recipient=a@b.c";
const CASES: readonly (readonly [line: string, ids: readonly string[]])[] = [
  [`${HEAD}|Act=Acc`, []],
  [`${HEAD}|Act=Hld|Hld=Spm|MsgId=<m>`, ["106001"]],
  ['{"type":"process","accountId":"C0A0","action":"Hld","messageId":"<m>"}', ["106001"]],
  [`${HEAD}|Subject=Act=Hld`, []],
  [`${HEAD}|Virus=X|Subject=y|Sender=a@b.c|Recipient=d@e.f`, ["106002"]],
  [`${HEAD}|Virus=X|Sender=a@b.c`, []],
  [`${HEAD}|ScanResultInfo=Blocked URL Category|URL=http://x/|Recipient=d@e.f`, ["106005"]],
  [`${HEAD}|Definition=Default Impersonation Definition|Sender=a@b.c`, ["106007"]],
  [
    `${HEAD}|Definition=Default Impersonation Definition|Sender=a@b.c|ReplyMismatch=true`,
    ["106007", "106008"],
  ],
  [`${HEAD}|ReplyMismatch=true`, []],
  [`${HEAD}|reason=malicious|URL=http://x/|UrlCategory=Blocked|Recipient=d@e.f`, ["106009"]],
  [`${HEAD}|reason=malicious|URL=http://x/|urlCategory=Blocked`, ["106009"]],
  [`${HEAD}|reason=clean|URL=http://x/|UrlCategory=Blocked`, []],
  [`${HEAD}|${attachment}`, ["106011"]],
  [`${HEAD}|${attachment}|Subject=x`, []],
  [
    '{"type":"attachment protect","accountId":"C0A0","fileName":"a","fileMime":"b","sha256":"00","subject":"x"}',
    ["106011"],
  ],
  [`${HEAD}|${attachment}|Subject="type":"attachment protect"`, []],
  ["no line of Mimecast's", []],
];

describe("wazuh/mimecast_rules.xml", () => {
  it("has the integration's ids, in their order", () => {
    assert.deepEqual(
      rules.map(({ id }) => Number(id)),
      Array.from({ length: 16 }, (_, index) => 106000 + index),
    );
  });

  for (const [line, ids] of CASES) {
    it(`${ids.join(" and ") || "nothing"} fires on ${line.replace(HEAD, "…").slice(0, 70)}`, () => {
      assert.deepEqual(fired(decoded(line)), ids);
    });
  }

  it("names fields that the module writes", () => {
    const known = new Set(table.map(([, ours]) => ours));
    const text = readFileSync("wazuh/mimecast_rules.xml", "utf8").replace(/<!--[\s\S]*?-->/g, "");
    const named = [...text.matchAll(/mimecast\.(\w+)/g)].map(([, name = ""]) => name);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });

  it("counts by rules that are there, over five minutes", () => {
    const ids = rules.map(({ id }) => id);
    for (const { text } of rules) {
      for (const parent of [...inside(text, "if_sid"), ...inside(text, "if_matched_sid")])
        assert.ok(ids.includes(parent));
      const isCounted = inside(text, "if_matched_sid").length > 0;
      assert.equal(/ frequency="\d+" timeframe="300"/.test(text), isCounted);
    }
  });
});
