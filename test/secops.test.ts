// secops/: the rules and searches are of the subset that test/secops/ reads, name nothing that our events do not have, and find what
// they say in the module's events of their samples. No SecOps is asked: what it takes, and finds, is not shown here.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { parse } from "yaml";
import * as z from "zod";
import { ExplainModule } from "../host/explain.ts";
import { MimecastModule } from "../host/module.ts";
import { validateEvent } from "./schema/schema.ts";
import { faultsOfRule, faultsOfSearch } from "./secops/check.ts";
import { detections, isFound, rowsFound } from "./secops/evaluate.ts";
import { parseRule, parseSearch } from "./secops/parse.ts";
import { type Event, kindOf } from "./secops/udm.ts";
import { recordEvents } from "./support/events.ts";

const RULES = "secops/rules";
const SAMPLES = "secops/samples";
/** All our events have this log type, and all entries of our rules this state: there is no near miss. */
const MET_BY_ALL = ["metadata.log_type", "security_result.alert_state"];
const TIME = { sec: 1_772_698_211, nsec: 0 };

const description = (await ExplainModule.load("build/mimecast-explain.wasm")).describe();
const rules = readdirSync(RULES).map((file) => ({ file, text: readFileSync(`${RULES}/${file}`, "utf8") }));
const searches = z
  .array(
    z.strictObject({
      name: z.string().regex(/^[a-z-]+$/),
      finds: z.string(),
      query: z.string(),
      raw: z.literal(true).optional(),
      rows: z.array(z.array(z.union([z.string(), z.number()]))).optional(),
    }),
  )
  .parse(parse(readFileSync("secops/searches.yaml", "utf8")));

const isSample = (file: string): boolean => readdirSync(SAMPLES).includes(file);

/** What leaves the module for the lines of a sample, which come to one instance in their order. */
async function linesOf(file: string): Promise<string[]> {
  const module = await MimecastModule.load("build/mimecast.wasm");
  const { output } = module.batch(readFileSync(`${SAMPLES}/${file}`), "udm", TIME);
  return Buffer.from(output).toString("utf8").split("\n").slice(0, -1);
}

async function eventsOf(file: string): Promise<Event[]> {
  const lines = await linesOf(file);
  const events = lines.map((line) => JSON.parse(line) as Event);
  assert.ok(events.length > 0);
  for (const event of events) assert.deepEqual(validateEvent(event), []);
  recordEvents(lines);
  return events;
}

describe("secops/rules", () => {
  for (const { file, text } of rules) {
    const name = file.replace(/\.yaral$/, "");

    it(`${file} is of the subset, and names what our events have`, () => {
      const rule = parseRule(text);
      assert.equal(rule.name, name);
      assert.deepEqual(faultsOfRule(rule, description), []);
    });

    for (const sample of [`${name}.siem`, `${name}.2.ndjson`].filter(isSample)) {
      it(`${sample} hits it once, and no line of it can be spared`, async () => {
        const rule = parseRule(text);
        const events = await eventsOf(sample);
        assert.equal(detections(rule, events).length, 1);
        for (const spared of events.keys()) {
          assert.deepEqual(detections(rule, events.toSpliced(spared, 1)), [], `without line ${spared + 1}`);
        }
      });
    }

    it(`${name}.not.siem just misses it`, async () => {
      assert.deepEqual(detections(parseRule(text), await eventsOf(`${name}.not.siem`)), []);
    });
  }

  for (const { file, text } of rules) {
    it(`${file} has a near miss for each of its conditions`, async () => {
      const rule = parseRule(text);
      const missed = await eventsOf(file.replace(".yaral", ".not.siem"));
      for (const one of rule.events) {
        if (one.kind === "assign" || (one.kind === "compare" && MET_BY_ALL.includes(one.field.path)))
          continue;
        const without = { ...rule, events: rule.events.filter((other) => other !== one) };
        assert.notDeepEqual(detections(without, missed), [], JSON.stringify(one));
      }
    });
  }

  it("each is in the table of secops/README.md, and nothing else is", () => {
    const rows = readFileSync("secops/README.md", "utf8").matchAll(
      /^\| \[(\w+)\]\(rules\/(\w+)\.yaral\) \|/gm,
    );
    const listed = [...rows].map(([, name, file]) => [name, file]);
    const there = rules.map(({ file }) => file.replace(".yaral", "")).map((name) => [name, name]);
    assert.deepEqual(listed.sort(), there.sort());
  });

  it("each has a sample as JSON of API 2.0, but the one about key=value", () => {
    const without = rules
      .map(({ file }) => file.replace(".yaral", ""))
      .filter((name) => !isSample(`${name}.2.ndjson`));
    assert.deepEqual(without, ["mimecast_forged_fields"]);
  });
});

describe("secops/searches.yaml", () => {
  for (const { name, query, raw, rows } of searches) {
    if (raw) {
      it(`${name} finds the last line of its sample and none of the near misses, as raw logs`, async () => {
        const source = /^raw = \/(.*)\/\n$/.exec(query)?.[1];
        assert.ok(source);
        const pattern = new RegExp(source, "u");
        assert.match((await linesOf(`${name}.siem`)).at(-1) as string, pattern);
        for (const line of await linesOf(`${name}.not.siem`)) assert.doesNotMatch(line, pattern);
      });
      continue;
    }

    it(`${name} is of the subset, and names what our events have`, () => {
      const search = parseSearch(query);
      assert.deepEqual(faultsOfSearch(search, description), []);
      assert.equal(search.rows !== undefined, rows !== undefined);
    });

    it(`${name} has a near miss for each of its conditions`, async () => {
      const search = parseSearch(query);
      const missed = await eventsOf(`${name}.not.siem`);
      const conditions = search.filters.flatMap((one) => (one.kind === "and" ? one.parts : [one]));
      for (const one of conditions) {
        if (one.kind === "assign" || (one.kind === "compare" && MET_BY_ALL.includes(one.field.path)))
          continue;
        const without = { ...search, filters: conditions.filter((other) => other !== one) };
        assert.ok(
          missed.some((event) => isFound(without, event)),
          JSON.stringify(one),
        );
      }
    });

    it(`${name} finds the last line of its sample and none of the near misses`, async () => {
      const search = parseSearch(query);
      const found = await eventsOf(`${name}.siem`);
      assert.ok(isFound(search, found.at(-1) as Event));
      if (rows) assert.deepEqual(rowsFound(search, found), rows);
      const missed = await eventsOf(`${name}.not.siem`);
      assert.deepEqual(
        missed.filter((event) => isFound(search, event) && (!rows || rowsFound(search, [event]).length > 0)),
        [],
      );
    });
  }
});

describe("secops/samples", () => {
  it("are those of the rules and searches there are", () => {
    const names = [
      ...rules.map(({ file }) => file.replace(".yaral", "")),
      ...searches.map(({ name }) => name),
    ];
    const due = names.flatMap((name) => [`${name}.siem`, `${name}.not.siem`]).sort();
    const there = readdirSync(SAMPLES).filter((file) => !file.endsWith(".2.ndjson"));
    assert.deepEqual(there.sort(), due);
  });
});

/** A rule with these lines in its events section. */
const ruleOf = (events: string, rest = "condition: $e"): string =>
  `rule r { meta: events: ${events} ${rest} }`;
const event = (results: readonly object[], seconds = 0): Event => ({
  metadata: { event_timestamp: new Date(seconds * 1000).toISOString() },
  principal: { ip: ["192.0.2.1"] },
  security_result: results,
  additional: { mimecast_log_type: "receipt" },
});
const hits = (text: string, ...events: Event[]): number => detections(parseRule(text), events).length;

describe("the evaluator", () => {
  const mixed = event([
    { action: ["BLOCK"], severity: "HIGH", detection_fields: [{ key: "aCode", value: "a1" }] },
    { rule_id: "106001", severity: "LOW" },
  ]);

  it("asks conditions on a repeated message of one element in a rule, of any in a search", () => {
    assert.equal(
      hits(ruleOf('$e.security_result.rule_id = "106001" $e.security_result.severity = "LOW"'), mixed),
      1,
    );
    assert.equal(
      hits(ruleOf('$e.security_result.rule_id = "106001" $e.security_result.severity = "HIGH"'), mixed),
      0,
    );
    assert.equal(
      hits(ruleOf('$e.security_result.rule_id = "106001" any $e.security_result.severity = "HIGH"'), mixed),
      1,
    );
    const search = 'security_result.rule_id = "106001" security_result.severity = "HIGH"';
    assert.ok(isFound(parseSearch(search), mixed));
  });

  it("gives the first value of a map's key, whichever element has it", () => {
    const text = '$e.security_result.rule_id = "106001" $e.security_result.detection_fields["aCode"] = "a1"';
    assert.equal(hits(ruleOf(text), mixed), 1);
  });

  it("reads what is absent as empty or false, and does not match by it", () => {
    const empty = event([{ action: ["ALLOW"] }]);
    assert.equal(hits(ruleOf('$e.network.tls.established = false $e.network.email.from = ""'), empty), 1);
    const matched = ruleOf("$e.network.email.from = $from", "match: $from over 5m condition: $e");
    assert.equal(hits(matched, empty), 0);
  });

  it("counts events once, whatever copies they have, within the window, both ends included", () => {
    const text = ruleOf("$e.principal.ip = $ip", "match: $ip over 5m condition: #e >= 2");
    assert.equal(hits(text, mixed), 0);
    assert.equal(hits(text, event([], 0), event([], 300)), 1);
    assert.equal(hits(text, event([], 0), event([], 301)), 0);
  });

  it("counts distinct values of a placeholder and of an outcome", () => {
    const ids = [
      event([{ rule_id: "106001" }]),
      event([{ rule_id: "106001" }]),
      event([{ rule_id: "106002" }]),
    ];
    const events = "$e.principal.ip = $ip $e.security_result.rule_id = $id";
    for (const what of ["#id", "$ids"]) {
      const rest = `match: $ip over 5m outcome: $ids = count_distinct($id) condition: $e and ${what} = 2`;
      assert.equal(hits(ruleOf(events, rest), ...ids), 1);
      assert.equal(hits(ruleOf(events, rest), ...ids.slice(0, 2)), 0);
    }
  });

  it("joins events by a placeholder and by their times", () => {
    const text = ruleOf(
      '$e.principal.ip = $ip $e.security_result.action = "BLOCK" $f.principal.ip = $ip $f.security_result.action = "ALLOW" ' +
        "$e.metadata.event_timestamp.seconds < $f.metadata.event_timestamp.seconds",
      "match: $ip over 5m condition: $e and $f",
    );
    const [block, allow] = [event([{ action: ["BLOCK"] }], 10), event([{ action: ["ALLOW"] }], 20)];
    assert.equal(hits(text, block, allow), 1);
    assert.equal(hits(text, event([{ action: ["BLOCK"] }], 20), event([{ action: ["ALLOW"] }], 10)), 0);
    assert.equal(hits(text, block, { ...allow, principal: { ip: ["192.0.2.2"] } }), 0);
  });

  for (const text of [
    ruleOf('$e.metadata.log_type = "a" ++'),
    ruleOf('strings.contains($e.metadata.log_type, "a")'),
    ruleOf("$e.metadata.log_type in %list"),
    ruleOf('$e.metadata.log_type = "a"', "match: $e by 5m condition: $e"),
    ruleOf('$e.metadata.log_type = "a"', "outcome: $x = sum($e.metadata.log_type) condition: $e"),
    ruleOf('$e.metadata.log_type = "a"', "options: x = true condition: $e"),
    `${ruleOf('$e.metadata.log_type = "a"')} rule`,
    ruleOf('$e.metadata.log_type = "a"', "condition: !$e"),
  ]) {
    it(`does not take ${text.slice(23, 90)}`, () => {
      assert.throws(() => parseRule(text), /^SyntaxProblem/);
    });
  }

  for (const [text, fault] of [
    ['$e.metadata.log_typ = "a"', /have no metadata.log_typ/],
    ['$e.principal.hostname = "a"', /have no principal.hostname/],
    ['$e.metadata.log_type = "MIMECAST"', /never MIMECAST/],
    ['$e.security_result.action = "REJECT"', /never REJECT/],
    ['$e.additional.fields["mimecast_log_type"] = "reciept"', /never reciept/],
    ['$e.additional.mimecast_log_type = "receipt"', /have no additional.mimecast_log_type/],
    ["$e.security_result.action = /BLOCK/", /an enumeration/],
    ['$e.security_result.action = "BLOCK" nocase', /an enumeration/],
    ['$e.security_result.action != "BLOCK"', /some other element/],
    ['not $e.security_result.action = "BLOCK"', /not, of the list/],
    ['any $e.metadata.log_type = "MIMECAST_MAIL"', /no list/],
    ['$e.additional.fields["Subjekt"] = "a"', /of no line/],
    ['$e.security_result.detection_fields["acode"] = "a"', /never has acode/],
    ['$e.additional.fields = "a"', /without a key/],
    ["$e.network.tls.established = 1", /is no number/],
    ["$e.network.email.from = /(?=a)/", /RE2/],
    ["$e.network.email.from = /(/", /no regular expression/],
  ] as const) {
    it(`finds fault with ${text}`, () => {
      const faults = faultsOfRule(parseRule(ruleOf(text)), description);
      assert.ok(
        faults.some((one) => fault.test(one)),
        faults.join("; "),
      );
    });
  }

  for (const [rest, fault] of [
    ["$e.metadata.log_type = $x match: $y over 5m condition: $e", /\$y is matched/],
    ["$e.metadata.log_type = $x match: $x over 49h condition: $e", /1m to 48h/],
    ["$e.metadata.log_type = $x $f.metadata.product_name = $x condition: $e and $f", /no match/],
    [
      "$e.metadata.log_type = $x $f.metadata.log_type = $y match: $x over 5m condition: $e and $f",
      /not joined/,
    ],
    [
      "$e.metadata.log_type = $x $f.metadata.log_type = $x match: $x over 5m condition: $e or $f",
      /or in the condition/,
    ],
    [
      "$e.metadata.log_type = $x $f.metadata.log_type = $x match: $x over 5m condition: $e",
      /does not ask for \$f/,
    ],
    ["$e.metadata.log_type = $x match: $x over 5m condition: $e and #z > 1", /z, which is nothing/],
  ] as const) {
    it(`finds fault with … ${rest}`, () => {
      const faults = faultsOfRule(parseRule(`rule r { meta: events: ${rest} }`), description);
      assert.ok(
        faults.some((one) => fault.test(one)),
        faults.join("; "),
      );
    });
  }

  it("knows a kind for every path that the module says it writes", () => {
    const unknown = description.rows
      .map(({ udm }) => udm.replaceAll("[]", ""))
      .filter((path) => !kindOf(path));
    // `additional` itself is read through its fields; what the module says of it by name is one of them.
    assert.deepEqual([...new Set(unknown)], ["additional", "additional.mimecast_log_type"]);
  });
});
