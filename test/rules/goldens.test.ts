// A golden for each rule, byte for byte, in test/rules/goldens/:
//
//   <id>.siem        lines of key=value, of which the last one fires the rule
//   <id>.2.json      the same as JSON of API 2.0
//   <id>.not.siem    lines that just do not fire it
//   <id>.json        its entry of `security_result`, whatever the dialect
//
// A new rule: write its lines, then `UPDATE_GOLDENS=1 npm test -- rules/goldens` puts down what the module says today. That is a
// candidate and not yet a golden: read it against docs/rules.md before you keep it.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { describe, it } from "node:test";
import { ExplainModule } from "../../host/explain.ts";
import { MimecastModule } from "../../host/module.ts";
import { validateEvent } from "../schema/schema.ts";
import { recordEvents } from "../support/events.ts";

const FOLDER = "test/rules/goldens";
const TIME = { sec: 1_704_067_200, nsec: 0 };

const { rules } = (await ExplainModule.load("build/mimecast-explain.wasm")).describe();

const isRule = (id: number) => (entry: string) => entry.startsWith(`{"rule_id":"${id}"`);

/** The rules' entries on each line of a file, which come to one instance in their order. */
async function entriesOf(file: string): Promise<string[][]> {
  const module = await MimecastModule.load("build/mimecast.wasm");
  const input = readFileSync(`${FOLDER}/${file}`);
  const events = Buffer.from(module.batch(input, "udm", TIME).output)
    .toString("utf8")
    .split("\n")
    .slice(0, -1);
  for (const event of events) assert.deepEqual(validateEvent(JSON.parse(event)), []);
  recordEvents(events);
  // An entry is written as JSON.stringify would write it (test/fuzz.test.ts).
  return events.map((event) =>
    JSON.parse(event)
      .security_result.slice(1)
      .map((entry: unknown) => JSON.stringify(entry)),
  );
}

function expected(golden: string, entry: string): void {
  const path = `${FOLDER}/${golden}`;
  const written = existsSync(path) ? readFileSync(path, "utf8") : undefined;
  if (process.env.UPDATE_GOLDENS === "1" && written !== `${entry}\n`) {
    writeFileSync(path, `${entry}\n`);
    console.log(`candidate, to be read: ${path}`);
  }
  assert.equal(`${entry}\n`, written);
}

describe("goldens of rules", () => {
  for (const { id } of rules) {
    for (const file of [`${id}.siem`, `${id}.2.json`]) {
      it(`${file}: the last line fires it, with the expected entry, and no line before`, async () => {
        const lines = await entriesOf(file);
        const fired = lines.map((entries) => entries.some(isRule(id)));
        assert.deepEqual(fired, [...lines.slice(1).map(() => false), true]);
        expected(`${id}.json`, lines.at(-1)?.find(isRule(id)) ?? "");
      });
    }

    it(`${id}.not.siem: no line fires it`, async () => {
      const lines = await entriesOf(`${id}.not.siem`);
      assert.ok(lines.length > 0 && !lines.flat().some(isRule(id)));
    });
  }

  it("are those of the rules there are", () => {
    const endings = ["2.json", "json", "not.siem", "siem"];
    const due = rules.flatMap(({ id }) => endings.map((ending) => `${id}.${ending}`));
    assert.deepEqual(readdirSync(FOLDER).sort(), due);
  });
});
