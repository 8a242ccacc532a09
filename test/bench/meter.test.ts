// The meter against a module made by hand, whose instructions can be counted by reading it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { encode, sized } from "../../bench/meter/binary.ts";
import { startMetered } from "../../bench/meter/gauge.ts";
import { meter, readBulkBytes, readCounts } from "../../bench/meter/meter.ts";
import { MimecastModule } from "../../host/module.ts";

const I32 = 0x7f;
const EMPTY = 0x40;
const END = 0x0b;
const ELSE = 0x05;
const RETURN = 0x0f;
const SUB = 0x6b;
const ADD = 0x6a;
const FUNCTION_KIND = 0;
const GLOBAL_KIND = 3;
const block = [0x02, EMPTY];
const loop = [0x03, EMPTY];
const ifThen = [0x04, I32];
const ifAlone = [0x04, EMPTY];
const get = (local: number): number[] => [0x20, local];
const set = (local: number): number[] => [0x21, local];
const tee = (local: number): number[] => [0x22, local];
const constant = (value: number): number[] => [0x41, value];
const branchIf = (depth: number): number[] => [0x0d, depth];
const branchTable = (...depths: number[]): number[] => [0x0e, depths.length - 1, ...depths];
const call = (index: number): number[] => [0x10, index];
const MEMORY_COPY = [0xfc, 0x0a, 0x00, 0x00];
const MEMORY_FILL = [0xfc, 0x0b, 0x00];

type Code = readonly (number | readonly (number | readonly number[])[])[];

/** A function from one i32 to one i32, with one more local. */
const body = (...code: Code): number[] => [1, 1, I32, ...code.flat(2), END];

const BODIES = {
  // 3 instructions
  straight: body(get(0), constant(1), ADD),
  // 2 in front of the loop, 11 for each turn, 1 behind it
  loop: body(
    [constant(0), set(1)],
    [
      loop,
      get(1),
      get(0),
      ADD,
      set(1),
      get(0),
      constant(1),
      SUB,
      tee(0),
      constant(0),
      0x4a,
      branchIf(0),
      END,
    ],
    get(1),
  ),
  // 2, then 1 where the condition holds, and 3 where it does not
  choice: body(get(0), ifThen, constant(7), ELSE, get(0), constant(9), ADD, END),
  // 2, then nothing for 0, 2 for 1, and 3 for what is greater: `return` leaves the rest out
  table: body(
    [block, block, block, get(0), branchTable(0, 1, 2), END],
    [constant(10), RETURN, END],
    [constant(5), constant(6), ADD, RETURN, END],
    constant(30),
  ),
  // 2, then 2 where it is left early, and 3 where it is not
  early: body(get(0), ifAlone, constant(1), RETURN, END, constant(3), constant(4), ADD),
  // 3, and what it calls is counted there, but for what the host does (0)
  caller: body(get(0), call(1), call(0)),
  // 11, and 2 times as many bytes as are given
  bulk: body(
    [constant(0), constant(1), get(0), MEMORY_FILL],
    [constant(32), constant(0), get(0), MEMORY_COPY],
    [get(0), get(0), ADD],
  ),
};
type Name = keyof typeof BODIES;
const NAMES = Object.keys(BODIES) as Name[];

const section = (id: number, ...content: number[]): Uint8Array =>
  Buffer.concat([Uint8Array.of(id), sized(Uint8Array.from(content))]);
const name = (text: string): number[] => [text.length, ...Buffer.from(text)];

/** One imported function, `doubled`, has number 0; those of BODIES follow. */
function handMade(
  imports: number[] = [1, ...name("host"), ...name("doubled"), FUNCTION_KIND, 0],
): Uint8Array {
  const bodies = Object.values(BODIES).flatMap((code) => [...encode(code.length), ...code]);
  const exported = NAMES.flatMap((text, i) => [...name(text), FUNCTION_KIND, i + 1]);
  return Buffer.concat([
    Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
    section(1, 1, 0x60, 1, I32, 1, I32),
    section(2, ...imports),
    section(3, NAMES.length, ...NAMES.map(() => 0)),
    section(5, 1, 0, 1),
    section(7, NAMES.length, ...exported),
    section(10, NAMES.length, ...bodies),
  ]);
}

type Functions = Record<Name, (value: number) => number>;
const HOST = { host: { doubled: (value: number): number => 2 * value } };

async function start(bytes: Uint8Array): Promise<WebAssembly.Instance> {
  return await WebAssembly.instantiate(await WebAssembly.compile(bytes), HOST);
}

/** What each function has counted once `wanted` was called with `value`; those that counted nothing are left out. */
async function counted(wanted: Name, value: number): Promise<Partial<Record<Name, number>>> {
  const instance = await start(meter(handMade()));
  (instance.exports as Functions)[wanted](value);
  return Object.fromEntries(readCounts(instance).flatMap((count, i) => (count ? [[NAMES[i], count]] : [])));
}

describe("a module made by hand, metered", () => {
  it("counts straight code once", async () => {
    assert.deepEqual(await counted("straight", 5), { straight: 3 });
  });

  it("counts a loop's body for each turn", async () => {
    for (const turns of [1, 2, 1000]) {
      assert.deepEqual(await counted("loop", turns), { loop: 2 + 11 * turns + 1 });
    }
  });

  it("counts the branch that was taken", async () => {
    assert.deepEqual(await counted("choice", 1), { choice: 2 + 1 });
    assert.deepEqual(await counted("choice", 0), { choice: 2 + 3 });
  });

  it("counts what each label of br_table leads to", async () => {
    assert.deepEqual(await counted("table", 0), { table: 2 + 2 });
    assert.deepEqual(await counted("table", 1), { table: 2 + 4 });
    for (const value of [2, 77]) assert.deepEqual(await counted("table", value), { table: 2 + 1 });
  });

  it("counts nothing behind an early return", async () => {
    assert.deepEqual(await counted("early", 1), { early: 2 + 2 });
    assert.deepEqual(await counted("early", 0), { early: 2 + 3 });
  });

  it("counts a called function in its own name", async () => {
    assert.deepEqual(await counted("caller", 5), { caller: 3, straight: 3 });
  });

  it("counts only what it is asked to count", async () => {
    const instance = await start(meter(handMade(), (opcode) => opcode === ADD));
    (instance.exports as Functions).loop(8);
    assert.equal(readCounts(instance)[NAMES.indexOf("loop")], 8);
  });

  it("counts the bytes that memory.copy and memory.fill write, and each as one instruction", async () => {
    const instance = await start(meter(handMade()));
    (instance.exports as Functions).bulk(30);
    assert.equal(readBulkBytes(instance), 60);
    assert.equal(readCounts(instance)[NAMES.indexOf("bulk")], 11);
  });

  it("gives the answers of the original", async () => {
    const [original, metered] = await Promise.all([start(handMade()), start(meter(handMade()))]);
    for (const wanted of NAMES) {
      for (const value of [0, 1, 2, 3, 20]) {
        const [one, other] = [original, metered].map((it) => (it.exports as Functions)[wanted](value));
        assert.equal(other, one, `${wanted}(${value})`);
      }
    }
  });

  it("may import functions, and calls them", async () => {
    const { exports } = await start(meter(handMade()));
    assert.equal((exports as Functions).caller(20), 2 * 21);
  });

  it("is refused if it imports a global, whose number the counters would move", () => {
    const imports = [1, ...name("host"), ...name("base"), GLOBAL_KIND, I32, 0];
    assert.throws(() => meter(handMade(imports)), /only functions may be imported/);
  });

  it("is refused if it ends in the middle of something", () => {
    assert.throws(() => meter(handMade().subarray(0, -3)), /ends in the middle/);
  });
});

describe("the shipped module, metered", () => {
  const TIME = { sec: 1_767_225_600, nsec: 0 };
  const lines = readFileSync("demo/sample.siem");

  it("maps lines as the original does", async () => {
    const original = await MimecastModule.load("build/mimecast.wasm");
    const { module } = await startMetered();
    for (const wanted of ["udm", "fields"] as const) {
      const [one, other] = [original, module].map((it) => it.batch(lines, wanted, TIME).output);
      assert.deepEqual(other, one);
    }
  });

  it("costs the same whenever the same is asked of a fresh one", async () => {
    const costs = await Promise.all(
      [1, 2].map(async () => {
        const { module, cost } = await startMetered();
        return cost(() => module.batch(lines, "udm", TIME));
      }),
    );
    assert.ok(costs[0] && costs[0].instructions > 10_000 && costs[0].bulkBytes > 1_000);
    assert.deepEqual(costs[1], costs[0]);
  });
});
