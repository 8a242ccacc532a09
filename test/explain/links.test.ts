// What is linked with what, on every line of the goldens: no value of an event without an origin, no field without its values.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type Account, account } from "../../explain/account.ts";
import { type Origin, origins, type Path, partsOfRule } from "../../explain/links.ts";
import { ExplainModule } from "../../host/explain.ts";
import { MimecastModule } from "../../host/module.ts";

const TIME = { sec: 0, nsec: 0 };
const explain = await ExplainModule.load("build/mimecast-explain.wasm");
const module = await MimecastModule.load("build/mimecast.wasm");
const tables = explain.describe();

async function accountOf(line: Uint8Array): Promise<Account> {
  const event = JSON.parse((await module.another()).map(line, "udm", TIME));
  return account(event, explain.explain(line, TIME), tables);
}

interface Linked extends Origin {
  readonly path: string;
  readonly value: unknown;
}

/** Each value of the event with its origin. */
function linked(of: Account): Linked[] {
  const originOf = origins(of, tables.rows);
  const found: Linked[] = [];
  const walk = (value: unknown, path: Path): void => {
    if (typeof value !== "object" || value === null)
      found.push({ ...originOf(path, value), path: path.join("."), value });
    else
      for (const [key, member] of Object.entries(value))
        walk(member, [...path, Array.isArray(value) ? Number(key) : key]);
  };
  walk(of.event, []);
  return found;
}

const goldens = readdirSync("test/goldens", { recursive: true, encoding: "utf8" })
  .filter((path) => /(\.siem|\.2\.json)$/.test(path) && !path.startsWith("fields"))
  .map((path) => `test/goldens/${path}`);

describe("links", () => {
  it("tell of every value of every golden's event its row, or the rule that added it", async () => {
    assert.ok(goldens.length > 60);
    for (const path of goldens) {
      for (const { row, parts, path: place } of linked(await accountOf(readFileSync(path)))) {
        assert.ok(row !== undefined || parts[0]?.startsWith("rule:"), `${path}: ${place}`);
      }
    }
  });

  it("leave no place of any field without a value of the event", async () => {
    for (const path of goldens) {
      const of = await accountOf(readFileSync(path));
      const values = linked(of);
      for (const [index, { name, places }] of of.fields.entries()) {
        if (places.length === 0) continue;
        const own = values.filter(({ parts }) => parts.includes(`field:${index}`));
        assert.ok(own.length > 0, `${path}: ${name} goes to ${places.map((place) => place.path)}`);
      }
      for (const kind of ["unknown", "unparsed"] as const) {
        for (const [index, { name }] of of[kind].entries()) {
          assert.ok(
            values.some(({ parts }) => parts.includes(`${kind}:${index}`)),
            `${path}: ${name}`,
          );
        }
      }
    }
  });

  it("tell fields of one row apart by their text", async () => {
    const of = await accountOf(
      Buffer.from("acc=1|Sender=a@example.com|headerFrom=B <b@example.com>|Rcpt=c@example.org|Dir=Inbound"),
    );
    const named = (path: string): string[] =>
      linked(of)
        .filter((one) => one.path === path)
        .flatMap(({ parts }) => parts.map((part) => of.fields[Number(part.split(":")[1])]?.field ?? part));
    assert.deepEqual(named("principal.user.email_addresses.0"), ["Sender"]);
    assert.deepEqual(named("principal.user.email_addresses.1"), ["headerFrom"]);
    assert.deepEqual(named("network.direction"), ["Dir"]);
    assert.deepEqual(named("security_result.0.detection_fields.0.value"), ["Dir"]);
    assert.deepEqual(named("security_result.0.detection_fields.2.value"), ["headerFrom"]);
    assert.deepEqual(named("metadata.vendor_name"), []);
  });

  it("join a rule with its entry and the fields that it asks for", async () => {
    const of = await accountOf(Buffer.from("acc=1|Act=Hld|MsgId=<1@example.com>"));
    const fired = of.verdicts.find(({ says }) => says === "fires");
    assert.ok(fired);
    const act = of.fields.findIndex(({ field }) => field === "Act");
    assert.deepEqual(partsOfRule(fired, of), ["rule:106001", `field:${act}`]);
    const entry = linked(of).filter(({ parts }) => parts.includes("rule:106001"));
    assert.ok(entry.some(({ value }) => value === "106001"));
    assert.ok(entry.every(({ path }) => path.startsWith("security_result.1.")));
  });

  it("say of a value that no row of its field took it, and of no other", async () => {
    const of = await accountOf(
      Buffer.from("datetime=yesterday|acc=1|IP=none|Sender=a@example.com|Size=7|Act=Acc|aCode=x"),
    );
    const refused = of.fields.filter(({ refusedBy }) => refusedBy.length > 0).map(({ field }) => field);
    assert.deepEqual(refused, ["datetime", "IP"]);
  });
});
