// The module held against the oracle (test/oracle/), and against what is true of every answer whatever the
// line, on generated lines. PROPERTY_LINES sets how many (100,000), PROPERTY_SEED repeats a run.

import assert from "node:assert/strict";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { MimecastModule } from "../host/module.ts";
import { DICTIONARY } from "./oracle/dictionary.ts";
import {
  type HostTime,
  type Output,
  oracleLine,
  oracleRecord,
  oracleSplit,
  withoutMessage,
} from "./oracle/index.ts";
import { input, isOneRecord, line, record, recordOf, time } from "./oracle/lines.ts";
import { LOG_TYPES } from "./oracle/logtype.ts";
import { lost, lostSiblings } from "./oracle/lossless.ts";
import { RulesOracle } from "./oracle/rules.ts";
import { shrink } from "./oracle/shrink.ts";
import { decode } from "./oracle/text.ts";
import { validateEvent } from "./schema/schema.ts";
import { recordEvents } from "./support/events.ts";

const WASM = "build/mimecast.wasm";
const LINES = Number(process.env.PROPERTY_LINES ?? 100_000);
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 0x7fffffff);
const LINES_A_BATCH = 50;
/** Lines of one instance whose rules count: few enough that it need not forget any of them. */
const LINES_AN_INSTANCE = 500;
/** Lines of instances that are there at once. */
const ROUND = 20_000;
const OUTPUTS: readonly Output[] = ["udm", "fields"];
/** The mapping alone, but where rules are held against the oracle's: they remember what came before. */
const DOORS = { udm: "plain", fields: "fields" } as const;

const module = await MimecastModule.load(WASM);
const batchOfLines = fc.array(line, { minLength: LINES_A_BATCH, maxLength: LINES_A_BATCH });
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const checked = new Map<string, number>();

type Check = (bytes: Uint8Array, time: HostTime) => void;

/**
 * Runs `check` on batches of lines until about `lines` are done. A failure is reported with its shortest
 * line.
 */
function forLines(name: string, lines: number, check: Check): void {
  forAll(name, fc.tuple(batchOfLines, time), lines / LINES_A_BATCH, SEED, ([batch, at]) => {
    for (const each of batch) hold(check, each, at, isOneRecord);
    return batch.length;
  });
}

/** The same for shippers' records, or for inputs of several raw ones. */
function forBytes(name: string, values: fc.Arbitrary<Uint8Array>, runs: number, check: Check): void {
  forAll(name, fc.tuple(values, time), runs, SEED, ([bytes, at]) => {
    hold(check, bytes, at, () => true);
    return 1;
  });
}

function hold(check: Check, bytes: Uint8Array, at: HostTime, isSuch: (bytes: Uint8Array) => boolean): void {
  if (failure(check, bytes, at) === undefined) return;
  const shortest = shrink(bytes, (shorter) => isSuch(shorter) && failure(check, shorter, at) !== undefined);
  throw failure(check, shortest, at) ?? new Error(`does not fail twice: ${shown(bytes)}`);
}

/** `check` answers how many lines or records it looked at. */
function forAll<T>(
  name: string,
  values: fc.Arbitrary<T>,
  runs: number,
  seed: number,
  check: (value: T) => number,
): void {
  let count = 0;
  const property = fc.property(values, (value) => {
    count += check(value);
  });
  const outcome = fc.check(property, {
    seed,
    numRuns: Math.max(1, Math.ceil(runs)),
    endOnFailure: true,
  });
  checked.set(name, (checked.get(name) ?? 0) + count);
  if (outcome.failed)
    throw new Error(`PROPERTY_SEED=${seed} repeats this\n${messageOf(outcome.errorInstance)}`);
}

function failure(check: Check, bytes: Uint8Array, at: HostTime): Error | undefined {
  try {
    check(bytes, at);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function assertSame(actual: string, expected: string, bytes: Uint8Array, at: HostTime, what: string): void {
  if (actual === expected) return;
  let same = 0;
  while (actual[same] === expected[same]) same++;
  const excerpt = (text: string): string => JSON.stringify(text.slice(Math.max(0, same - 40), same + 80));
  assert.fail(`${what}
  line      ${shown(bytes)}
  time      ${JSON.stringify(at)}
  expected  ${expected}
  actual    ${actual}
  differ at ${same}: expected …${excerpt(expected)}
            ${" ".repeat(String(same).length)}  actual   …${excerpt(actual)}`);
}

/** As text, and as base64 for what text cannot show. */
function shown(bytes: Uint8Array): string {
  return `${JSON.stringify(decode(bytes))}\n  base64    ${Buffer.from(bytes).toString("base64")}`;
}

/** What `map` of the module answers, with traps as text: they are answers to compare, too. */
function answer(bytes: Uint8Array, fn: Output, at: HostTime): string {
  const trap = (error: unknown): string => `threw ${messageOf(error)}`;
  try {
    return module.map(bytes, DOORS[fn], at);
  } catch (error) {
    return trap(error);
  }
}

describe("the module, on generated lines", () => {
  after(() => {
    for (const [name, count] of checked) console.log(`${count} ${name}`);
  });

  it("answers what the oracle answers, events and fields", () => {
    forLines("lines held against the oracle, as events and as fields", LINES, (bytes, at) => {
      for (const fn of OUTPUTS) {
        const expected = withoutMessage(oracleLine(bytes, fn, at));
        assertSame(
          withoutMessage(answer(bytes, fn, at)),
          expected,
          bytes,
          at,
          `${fn}: module and oracle differ`,
        );
      }
    });
  });

  it("answers with its rules what the oracle answers with its own, line after line", async () => {
    const ids = new Set<string>();
    for (let round = 0; round * ROUND < LINES / 5; round++) {
      const first = await MimecastModule.load(WASM);
      const instances = await Promise.all(
        Array.from({ length: ROUND / LINES_AN_INSTANCE }, () => first.another()),
      );
      const pairs = instances.map((instance) => ({ instance, rules: new RulesOracle() }));
      let count = 0;
      const runs = Math.min(ROUND, LINES / 5) / LINES_A_BATCH;
      const batches = fc.tuple(batchOfLines, time);
      forAll("lines held against the oracle, with rules", batches, runs, SEED + round, ([batch, at]) => {
        const { instance, rules } = pairs[Math.floor(count / LINES_AN_INSTANCE)] ?? assert.fail();
        count += batch.length;
        for (const bytes of batch) {
          const expected = withoutMessage(oracleLine(bytes, "udm", at, rules));
          const actual = withoutMessage(instance.map(bytes, "udm", at));
          assertSame(actual, expected, bytes, at, "udm, with rules: module and oracle differ");
          for (const [, id = ""] of actual.matchAll(/"rule_id":"(\d+)"/g)) ids.add(id);
        }
        return batch.length;
      });
      for (const { instance } of pairs) assert.equal(instance.ruleEvictions, 0);
    }
    assert.ok(ids.size > 5, `only ${[...ids].join()} fired`);
  });

  it("answers what the oracle answers to a shipper's record", () => {
    forBytes("shipper's records held against the oracle", record, LINES / 5, (bytes, at) => {
      for (const fn of OUTPUTS) {
        const expected = withoutMessage(oracleRecord(bytes, fn, at));
        const actual = withoutMessage(module.filter(bytes, DOORS[fn], at));
        assertSame(actual, expected, bytes, at, `${fn}: module and oracle differ on a record`);
      }
    });
  });

  it("splits an input into records as the oracle does, and counts them", () => {
    forBytes("inputs of several records held against the oracle", input, LINES / 20, (bytes, at) => {
      for (const fn of OUTPUTS) {
        const expected = oracleSplit(bytes).map((each) => withoutMessage(oracleLine(each, fn, at)));
        const { output, records, unmapped } = module.batch(bytes, DOORS[fn], at);
        const actual = linesOf(output).map(withoutMessage);
        assertSame(
          actual.join("\n"),
          expected.join("\n"),
          bytes,
          at,
          `${fn}: module and oracle differ on an input`,
        );
        const errors = expected.filter((json) => isError(JSON.parse(json)));
        assert.deepEqual(
          { records, unmapped },
          { records: expected.length, unmapped: errors.length },
          shown(bytes),
        );
      }
    });
  });

  it("writes one line of valid JSON in valid UTF-8, without a zero byte, that fits the schema", () => {
    const events: string[] = [];
    forLines("answers held against JSON, UTF-8 and the schema", LINES / 5, (bytes, at) => {
      for (const fn of OUTPUTS) {
        const { output } = module.batch(bytes, DOORS[fn], at);
        assert.ok(!output.includes(0), `a zero byte: ${shown(bytes)}`);
        const [json = "", ...rest] = linesOf(output);
        assert.deepEqual(rest, [], `more than one line: ${shown(bytes)}`);
        const parsed: unknown = JSON.parse(json);
        if (fn !== "udm" || isError(parsed)) continue;
        assert.deepEqual(validateEvent(parsed), [], shown(bytes));
        if (json.length < 10_000 && events.length < 20_000) events.push(json);
      }
    });
    recordEvents(events);
  });

  it("loses no value of the line", () => {
    forLines("lines searched for in their event and in their fields", LINES / 4, (bytes, at) => {
      const text = decode(bytes);
      for (const fn of OUTPUTS) {
        const json = module.map(bytes, DOORS[fn], at);
        const missing = lost(text, JSON.parse(json), fn === "udm");
        assert.deepEqual(
          missing,
          [],
          `${fn}: nowhere in the answer\n  line   ${shown(bytes)}\n  actual ${json}`,
        );
      }
    });
  });

  it("loses no member beside the line of a shipper's record", () => {
    forBytes("shipper's records searched for in their event", record, LINES / 20, (bytes, at) => {
      const json = module.filter(bytes, "plain", at);
      const parsed: unknown = JSON.parse(json);
      if (isError(parsed)) return;
      assert.deepEqual(lostSiblings(decode(bytes), parsed), [], `${shown(bytes)}\n  actual ${json}`);
    });
  });

  it("answers the same to the same line, whatever came before it", () => {
    const batches = fc.tuple(batchOfLines, fc.infiniteStream(fc.nat(LINES_A_BATCH - 1)), time);
    forAll(
      "lines mapped twice, in another order",
      batches,
      LINES / 5 / LINES_A_BATCH,
      SEED,
      ([batch, order, at]) => {
        const first = batch.map((bytes) => answer(bytes, "udm", at));
        for (let i = 0; i < batch.length; i++) {
          const which = order.next().value;
          const bytes = batch[which] ?? new Uint8Array();
          assertSame(
            answer(bytes, "udm", at),
            first[which] ?? "",
            bytes,
            at,
            "another answer the second time",
          );
        }
        return batch.length;
      },
    );
  });

  it("answers a used instance's lines like a fresh one", async () => {
    const fresh = await MimecastModule.load(WASM);
    const lines = fc.sample(line, { seed: SEED, numRuns: 500 });
    for (const bytes of lines) {
      const at = { sec: 1, nsec: 0 };
      assertSame(
        answer(bytes, "udm", at),
        fresh.map(bytes, "plain", at),
        bytes,
        at,
        "a used instance differs",
      );
    }
  });

  it("answers the same through both doors", () => {
    forLines("lines handed over raw and in a shipper's record", LINES / 10, (bytes, at) => {
      const text = decode(bytes);
      for (const fn of OUTPUTS) {
        const raw = answer(bytes, fn, at);
        assertSame(module.filter(recordOf(text), DOORS[fn], at), raw, bytes, at, `${fn}: the doors differ`);
        if (isError(JSON.parse(raw))) continue;
        const escaped = new TextEncoder().encode(`{"log":${escapedThroughout(text)}}`);
        assertSame(
          module.filter(escaped, DOORS[fn], at),
          raw,
          bytes,
          at,
          `${fn}: the doors differ once escaped`,
        );
      }
    });
  });

  it("loses no field of any log type, told by a value that stands nowhere else", () => {
    const names = DICTIONARY.flatMap((field) => field.names);
    const at = { sec: 1, nsec: 0 };
    for (const type of LOG_TYPES) {
      for (const name of names.filter((each) => each !== "type" && each !== "eventType")) {
        for (const value of ["zq7xj", "zq7 <zq7xj@example.com>", "zq7xj, zq7"]) {
          const json = JSON.stringify({ type, [name]: value });
          const keyValue = JSON.stringify({
            filename_for_malachite: prefixOf(type),
            log: `${name}=${value}`,
          });
          const fromJson = module.map(new TextEncoder().encode(json), "plain", at);
          const fromKeyValue = module.filter(new TextEncoder().encode(keyValue), "plain", at);
          assert.ok(fromJson.includes("zq7xj"), `${name} of ${type}: ${json}\n${fromJson}`);
          assert.ok(fromKeyValue.includes("zq7xj"), `${name} of ${type}: ${keyValue}\n${fromKeyValue}`);
        }
      }
    }
  });
});

/** Lines of NDJSON. Throws if they are not valid UTF-8. */
function linesOf(output: Uint8Array): string[] {
  const text = utf8.decode(output);
  return text === "" ? [] : text.replace(/\n$/, "").split("\n");
}

function isError(answered: unknown): boolean {
  return typeof answered === "object" && answered !== null && "mimecast_error" in answered;
}

/** Every UTF-16 unit as `\uXXXX`, as some shippers write what is not ASCII. */
function escapedThroughout(text: string): string {
  const units = text.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  return `"${units.join("")}"`;
}

function prefixOf(type: string): string {
  const prefixes: Record<string, string> = {
    journal: "jrnl_",
    spam: "spameventthread_",
    "url protect": "ttp_url_",
    "attachment protect": "ttp_ap_",
    "impersonation protect": "impersonation_",
    "internal email protect": "iep_",
  };
  return prefixes[type] ?? `${type}_`;
}
