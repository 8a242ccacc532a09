// A million mutated inputs: whatever the bytes are, the module does not trap and answers each record with exactly one JSON
// object, but for alerts, which are objects of records on which a rule fires. The inputs are the goldens' lines, bent byte by byte;
// most go in raw, in batches, the rest as shippers' records.
//
// FUZZ_INPUTS sets how many, FUZZ_SEED which: a failure names the seed that repeats it. `npm run fuzz` takes longer, and
// another seed each time.

import assert from "node:assert/strict";
import { isUtf8 } from "node:buffer";
import { readdirSync, readFileSync } from "node:fs";
import { after, describe, it } from "node:test";
import { validateEvent } from "./schema/schema.ts";
import { recordEvents } from "./support/events.ts";
import { type Member, Mutator, membersOf, Random } from "./support/mutate.ts";

/** `npm run fuzz` passes both as arguments. */
const [inputsGiven, seedGiven] = process.argv.slice(2);
const INPUTS = Number(process.env.FUZZ_INPUTS ?? inputsGiven ?? 1_000_000);
const SEED = Number(
  process.env.FUZZ_SEED ?? (seedGiven === "random" ? Date.now() % 1_000_000_007 : 20_240_305),
);

const INPUTS_A_ROUND = 1_000_000;
const LINES_A_BATCH = 250;
const LONGEST = 3000;
/** One answer in so many is written again, to be compared. */
const REWRITTEN = 4;
/** One event in so many is held against the schema and kept for the check of all events. */
const SAMPLED = 500;
/** In the order of their numbers (assembly/abi/map.ts), and the function that a shipper calls for each. */
const FUNCTIONS = ["udm", "fields", "plain", "alerts"] as const;
const FILTERS = {
  udm: "mimecast_udm",
  fields: "mimecast_fields",
  plain: "mimecast_udm_plain",
  alerts: "mimecast_alerts",
} as const;
const CODES =
  /^(bad_record|no_line|empty_line|bad_json|deep_json|several_records|not_mimecast|event_too_large)$/;

type Filter = (
  tag: number,
  tagLength: number,
  sec: number,
  nsec: number,
  at: number,
  length: number,
) => number;

interface Exports extends Record<(typeof FILTERS)[Wanted], Filter> {
  readonly memory: WebAssembly.Memory;
  malloc(size: number): number;
  free(block: number): void;
  mimecast_batch(
    wanted: number,
    at: number,
    length: number,
    flags: number,
    sec: number,
    nsec: number,
  ): number;
}
type Wanted = (typeof FUNCTIONS)[number];

const wasm = await WebAssembly.compile(readFileSync("build/mimecast.wasm"));
const lines = goldenLines();
const objects = new Map<Buffer, Member[]>(
  lines.filter(isObject).map((line) => [line, membersOf(line.toString())]),
);
const sampled: string[] = [];
let inputs = 0;
let answers = 0;
const events = { udm: 0, fields: 0, plain: 0, alerts: 0 };

describe(`${INPUTS} mutated inputs, FUZZ_SEED=${SEED}`, () => {
  for (let round = 0; round * INPUTS_A_ROUND < INPUTS; round++) {
    const count = Math.min(INPUTS_A_ROUND, INPUTS - round * INPUTS_A_ROUND);
    it(`seed ${SEED + round}: no trap, one JSON object a record`, () => fuzz(SEED + round, count));
  }

  it("are as many as asked for", () => assert.equal(inputs, INPUTS));

  it("are given to each function, which maps some of them", () => {
    for (const wanted of FUNCTIONS) assert.ok(events[wanted] > INPUTS / 100, `${wanted}: ${events[wanted]}`);
  });

  after(() => recordEvents(sampled));
});

function fuzz(seed: number, count: number): void {
  const random = new Random(seed);
  const mutator = new Mutator(random, lines, LONGEST);
  const instance = new Instance();
  for (let done = 0; done < count; ) {
    const wanted = FUNCTIONS[random.below(10)] ?? "udm";
    const batch = Array.from({ length: Math.min(LINES_A_BATCH, count - done) }, () => bent(random, mutator));
    const kind = random.below(4);
    if (kind === 0) {
      for (const line of batch) record(instance, inRecord(random, mutator, line), wanted, seed);
    } else {
      // Of lines whose line ends and members are bent, too, nobody knows beforehand how many records they are.
      const counted = kind !== 1 || random.below(2) === 0;
      raw(instance, counted ? batch.map(oneRecord) : glued(random, batch), wanted, counted, seed);
    }
    done += batch.length;
    inputs += batch.length;
  }
  assert.ok(instance.memorySize < 64 * 1024 * 1024, `the memory grew to ${instance.memorySize} bytes`);
}

/** A golden's line, bent; two of three of JSON so that they stay JSON. */
function bent(random: Random, mutator: Mutator): Buffer {
  const line = random.of(lines);
  const members = objects.get(line);
  return members && random.below(3) > 0 ? mutator.bendMembers(members) : Buffer.from(mutator.bend(line));
}

function isObject(line: Buffer): boolean {
  return line[0] === 0x7b;
}

/** Gives a batch of raw lines and checks the answers. */
function raw(
  instance: Instance,
  batch: readonly Buffer[],
  wanted: Wanted,
  counted: boolean,
  seed: number,
): void {
  const input = Buffer.concat(batch.flatMap((line) => [line, LINE_FEED]));
  try {
    const { output, records } = instance.batch(input, wanted);
    assert.ok(isUtf8(output), "the answer is no UTF-8");
    const given = output.toString().split("\n");
    assert.equal(given.pop(), "");
    if (wanted === "alerts") assert.ok(given.length <= records);
    else assert.equal(given.length, records);
    if (counted) assert.equal(records, batch.length);
    for (const answer of given) check(answer, wanted, true);
  } catch (error) {
    throw new Error(`FUZZ_SEED=${seed}: ${culprit(batch, wanted)}`, { cause: error });
  }
}

/** Gives one shipper's record and checks the answer. */
function record(instance: Instance, input: Buffer, wanted: Wanted, seed: number): void {
  try {
    const output = instance.filter(input, wanted);
    assert.ok(isUtf8(output), "the answer is no UTF-8");
    if (wanted !== "alerts" || output.length > 0) check(output.toString(), wanted, false);
  } catch (error) {
    const shown = `${JSON.stringify(input.toString("latin1"))} (latin1), ${wanted}`;
    throw new Error(`FUZZ_SEED=${seed}: the record ${shown}`, { cause: error });
  }
}

/** The answer is one JSON object: an event, decoded fields, or what came with `mimecast_error` at its end. */
function check(json: string, wanted: Wanted, isRaw: boolean): void {
  const answer = JSON.parse(json);
  assert.ok(typeof answer === "object" && answer !== null && !Array.isArray(answer), "no object");
  assert.ok(!json.includes("\0"));
  const error = answer.mimecast_error;
  if (error !== undefined) {
    assert.notEqual(wanted, "alerts");
    assert.equal(Object.keys(answer).at(-1), "mimecast_error");
    assert.match(error.code, CODES);
  } else {
    events[wanted]++;
    assert.ok(wanted === "fields" ? answer.mimecast : answer.metadata && answer.additional);
    if (wanted === "plain") assert.ok(!hasRule(answer));
    if (wanted === "alerts") assert.ok(hasRule(answer));
  }
  answers++;
  // What the module itself writes has no white space, no escape that need not be, and each name once.
  if (answers % REWRITTEN === 0 && (isRaw || error === undefined)) assert.equal(JSON.stringify(answer), json);
  if (answers % SAMPLED === 0 && error === undefined && wanted !== "fields") {
    assert.deepEqual(validateEvent(answer), []);
    sampled.push(json);
  }
}

const hasRule = (event: { security_result: readonly { rule_id?: string }[] }): boolean =>
  event.security_result.some(({ rule_id: id }) => id !== undefined);

/** The first of the lines that fails by itself, each in a fresh instance. */
function culprit(batch: readonly Buffer[], wanted: Wanted): string {
  for (const line of batch) {
    try {
      const { output } = new Instance().batch(line, wanted);
      assert.ok(isUtf8(output));
      for (const answer of output.toString().split("\n").slice(0, -1)) check(answer, wanted, true);
    } catch {
      return `the line ${JSON.stringify(line.toString("latin1"))} (latin1), ${wanted}`;
    }
  }
  return `no line by itself, but these together: ${JSON.stringify(Buffer.concat(batch).toString("latin1"))}`;
}

const LINE_FEED = Buffer.from("\n");
const GLUE = ["\r", "\r\n", "\n\n", "\rdatetime=", "\r{", '{"type":"MTA","data":[', ",", "]}", " ", ""];

/** The line without its line ends, so that it is one record: empty ones are none. */
function oneRecord(line: Buffer): Buffer {
  for (let at = 0; at < line.length; at++) if (line[at] === 0x0a || line[at] === 0x0d) line[at] = 0x20;
  return line.length === 0 ? Buffer.from("x") : line;
}

function glued(random: Random, batch: readonly Buffer[]): Buffer[] {
  return batch.map((line) =>
    Buffer.concat([Buffer.from(random.of(GLUE)), line, Buffer.from(random.of(GLUE)), random.of(batch)]),
  );
}

/** A shipper's record around the line, every other one bent itself. */
function inRecord(random: Random, mutator: Mutator, line: Buffer): Buffer {
  const text = JSON.stringify(line.toString(random.below(2) === 0 ? "utf8" : "latin1"));
  const escaped =
    random.below(2) === 0
      ? text
      : text.replace(/[^\0-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const record = random.of([
    `{"log":${escaped}}`,
    `{"filename_for_malachite":"/spool/receipt_1.siem","log":${escaped}}`,
    `{"message":${escaped},"host": "relay", "n":[1, 2.5e3, {"a":null}],"Act":"Rej"}`,
    isObject(line) ? `{"log":${line}}` : `{"log":${escaped},"log":1,"mimecast_error":2}`,
  ]);
  return random.below(2) === 0 ? Buffer.from(record) : mutator.bend(Buffer.from(record));
}

function goldenLines(): Buffer[] {
  return readdirSync("test/goldens", { recursive: true })
    .map(String)
    .filter((path) => /\.(siem|1\.json|2\.json)$/.test(path))
    .sort()
    .map((path) => readFileSync(`test/goldens/${path}`).subarray(0, -1));
}

/** The module, whose answers are looked at as bytes. */
class Instance {
  readonly #exports = new WebAssembly.Instance(wasm).exports as unknown as Exports;

  get memorySize(): number {
    return this.#exports.memory.buffer.byteLength;
  }

  batch(input: Buffer, wanted: Wanted): { output: Buffer; records: number } {
    const block = this.#place(input);
    const result =
      this.#exports.mimecast_batch(FUNCTIONS.indexOf(wanted), block, input.length, 1, 1, 0) >>> 0;
    const [consumed, at, length, records] = new Uint32Array(this.#exports.memory.buffer, result, 4);
    assert.equal(consumed, input.length);
    const output = Buffer.from(Buffer.from(this.#exports.memory.buffer, at, length));
    this.#exports.free(block);
    return { output, records: records ?? 0 };
  }

  filter(input: Buffer, wanted: Wanted): Buffer {
    const tag = this.#place(Buffer.from("tag"));
    const block = this.#place(input);
    const at = this.#exports[FILTERS[wanted]](tag, 3, 1, 0, block, input.length) >>> 0;
    const memory = Buffer.from(this.#exports.memory.buffer);
    const output = Buffer.from(memory.subarray(at, memory.indexOf(0, at)));
    this.#exports.free(tag);
    this.#exports.free(block);
    return output;
  }

  #place(bytes: Buffer): number {
    const at = this.#exports.malloc(bytes.length + 1) >>> 0;
    assert.notEqual(at, 0);
    Buffer.from(this.#exports.memory.buffer).set(bytes, at);
    Buffer.from(this.#exports.memory.buffer)[at + bytes.length] = 0;
    return at;
  }
}
