// What a line costs grows with its bytes, and with nothing else: instructions are counted, so that no test here depends on time.
//
// An event costs something however short its line is, about 5,000 instructions, and that is more than a line of 300 bytes adds. So
// what is held is what a line costs above the same line with one of what it repeats: by byte, at 300 B, 3 KB, 30 KB and 300 KB.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type Cost, startMetered } from "../bench/meter/gauge.ts";
import { DOORS, type Door, MAX_UNKNOWN, SHAPES, type Shape, shapeNamed, unitsFor } from "../bench/shapes.ts";

const TIME = { sec: 1_767_225_600, nsec: 0 };
const SIZES = [300, 3_000, 30_000, 300_000] as const;
const FACTOR = 1.3;
/** memory.copy and memory.fill: what an event's parts move may differ by so much for each byte of the line. */
const BULK_SLACK = 2;

/** What begins dearer than it goes on, and why; it may become cheaper by the byte, and not dearer. */
const DEAR_START: Partial<Record<Door, readonly [RegExp, string][]>> = {
  batch: [
    [/^JSON/, "up to 4,096 bytes are looked at twice, for a member of API 1.0"],
    [/^(one )?unknown key/, "behind 256 unknown keys what follows is text"],
    [/^digits in datetime/, "nine digits are read"],
  ],
  filter: [
    [/^(one )?unknown key/, "behind 256 unknown keys what follows is text"],
    [/^digits in datetime/, "nine digits are read"],
    [/^JSON: known members/, "the first of each key is a field, the others are duplicates"],
  ],
};

/** Where more than 256 names make the rest dearer: it is numbered, and each name is looked for in a table that is full. */
const NUMBERED = /unknown members, all different|keys beside the line/;
const NUMBERED_FACTOR = 1.5;

/** Held to other bounds, below. */
const COLLISIONS = /share a place|differ in their end/;

interface Measured extends Cost {
  readonly bytes: number;
}

type Measure = (units: number) => Measured;

/** Measures a shape in one instance; each line is mapped once before, since keys are guessed by the line before. */
async function measureOf(shape: Shape, door: Door): Promise<Measure> {
  const { module, cost } = await startMetered();
  return (units) => {
    const input = DOORS[door](shape, units);
    const map = (): void => {
      if (door === "batch") module.batch(input, "udm", TIME);
      else module.filter(input, "udm", TIME);
    };
    map();
    return { ...cost(map), bytes: input.length };
  };
}

interface Rate {
  readonly instructions: number;
  readonly bulkBytes: number;
}

/** By byte, at each size. */
async function ratesOf(shape: Shape, door: Door): Promise<Rate[]> {
  const measure = await measureOf(shape, door);
  const one = measure(1);
  return SIZES.map((size) => {
    const { instructions, bulkBytes, bytes } = measure(unitsFor(shape, door, size));
    assert.ok(
      Math.abs(bytes - size) < size / 4 || unitsFor(shape, door, size) === 2,
      `${bytes} bytes for ${size}`,
    );
    return {
      instructions: (instructions - one.instructions) / (bytes - one.bytes),
      bulkBytes: (bulkBytes - one.bulkBytes) / (bytes - one.bytes),
    };
  });
}

const told = (rates: readonly number[]): string =>
  rates.map((rate, i) => `${SIZES.at(i - rates.length)} B: ${rate.toFixed(2)}`).join(", ");

function assertWithin(factor: number, rates: readonly number[]): void {
  assert.ok(Math.max(...rates) <= factor * Math.min(...rates), `instructions by byte: ${told(rates)}`);
}

/** None costs more than a shorter one, but for the factor. */
function assertNoRise(factor: number, rates: readonly number[], slack = 0): void {
  let least = Number.POSITIVE_INFINITY;
  for (const rate of rates) {
    assert.ok(rate <= factor * least + slack, told(rates));
    least = Math.min(least, rate);
  }
}

for (const door of Object.keys(DOORS) as Door[]) {
  describe(`a byte costs the same in a short and in a long line, ${door}`, () => {
    for (const shape of SHAPES) {
      if (COLLISIONS.test(shape.name) || (shape.recordOf && door === "batch")) continue;
      const dear = DEAR_START[door]?.find(([pattern]) => pattern.test(shape.name))?.[1];
      it(dear ? `${shape.name} (${dear})` : shape.name, async () => {
        const rates = await ratesOf(shape, door);
        const instructions = rates.map((rate) => rate.instructions);
        const factor = NUMBERED.test(shape.name) ? NUMBERED_FACTOR : FACTOR;
        if (dear) assertNoRise(factor, instructions);
        else assertWithin(factor, instructions);
        assertNoRise(
          FACTOR,
          rates.map((rate) => rate.bulkBytes),
          BULK_SLACK,
        );
      });
    }
  });

  describe(`a line of many short fields costs the same by byte, all in all, ${door}`, () => {
    for (const name of [
      "known fields, again and again",
      "one known key",
      "recipients",
      "names in AttNames",
    ]) {
      it(name, async () => {
        const shape = shapeNamed(name);
        const measure = await measureOf(shape, door);
        const rates = SIZES.map((size) => measure(unitsFor(shape, door, size)));
        assertWithin(
          FACTOR,
          rates.map(({ instructions, bytes }) => instructions / bytes),
        );
      });
    }

    it("10,000 names in AttNames", async () => {
      const measure = await measureOf(shapeNamed("names in AttNames"), door);
      const rates = [10, 100, 1_000, 10_000].map(measure);
      assertWithin(
        FACTOR,
        rates.map(({ instructions, bytes }) => instructions / bytes),
      );
    });
  });
}

describe("unknown keys that the hash table puts in one place", () => {
  /** Instructions for one of them that is in the way: its name is compared, and is another one. */
  const COMPARISON = 128;

  for (const door of Object.keys(DOORS) as Door[]) {
    for (const [hostile, usual] of [
      ["unknown keys that share a place in the table", "unknown keys, all different"],
      ["JSON: unknown members that share a place in the table", "JSON: unknown members, all different"],
    ] as const) {
      it(`cost at most ${MAX_UNKNOWN} comparisons each, ${hostile}, ${door}`, async () => {
        const [one, other] = await Promise.all(
          [hostile, usual].map((name) => measureOf(shapeNamed(name), door)),
        );
        for (const units of [MAX_UNKNOWN, 4 * MAX_UNKNOWN, 16 * MAX_UNKNOWN]) {
          const [cost = 0, least = 0] = [one, other].map((measure) => measure?.(units).instructions);
          assert.ok(
            cost > least,
            "they share no place: placeOf in bench/shapes.ts is not the hash of findUnknown",
          );
          const more = (cost - least) / units;
          assert.ok(more <= COMPARISON * MAX_UNKNOWN, `${units} keys: ${more} instructions more for each`);
        }
      });
    }

    it(`cost no more by byte once the table is full, ${door}`, async () => {
      const rates = await ratesOf(shapeNamed("JSON: unknown members that share a place in the table"), door);
      assertWithin(
        FACTOR,
        rates.slice(2).map((rate) => rate.instructions),
      );
    });

    it(`long names that differ in their end cost no more by byte the more they are, ${door}`, async () => {
      const rates = await ratesOf(shapeNamed("JSON: long names that differ in their end"), door);
      assertNoRise(
        FACTOR,
        rates.map((rate) => rate.instructions),
      );
    });
  }
});

describe("a line that comes in pieces", () => {
  /** An incomplete record is looked at again once it has grown by a quarter: five times on the whole, and the last time. */
  const BOUND = 8;
  const LENGTH = 300_000;
  const PIECE = 100;

  const inputs = {
    "a line of key=value": Buffer.from(`acc=C46A75|Subject=${"a".repeat(LENGTH)}\n`),
    "a line of JSON": Buffer.from(`{"acc":"C46A75","subject":"${"a".repeat(LENGTH)}"}\n`),
    "an element of a member of API 1.0": Buffer.from(
      `{"data":[{"acc":"C46A75",${'\n"x":1,'.repeat(LENGTH / 7)}"subject":"a"}]}\n`,
    ),
  };
  for (const [name, input] of Object.entries(inputs)) {
    it(`is copied and read a bounded number of times, ${name}`, async () => {
      const { module, cost } = await startMetered();
      let copied = 0;
      const chunk = module.chunk.bind(module);
      module.chunk = (...args) => {
        copied += args[1].length + args[2].length;
        return chunk(...args);
      };
      const feedIn = (size: number): number => {
        const feed = module.feed("udm", TIME);
        let records = 0;
        for (let at = 0; at < input.length; at += size) {
          for (const batch of feed.push(input.subarray(at, at + size))) records += batch.records;
        }
        for (const batch of feed.end()) records += batch.records;
        return records;
      };
      assert.equal(feedIn(input.length), 1);
      const whole = cost(() => feedIn(input.length));
      copied = 0;
      const pieces = cost(() => assert.equal(feedIn(PIECE), 1));
      assert.ok(copied <= BOUND * input.length, `${copied} bytes were copied for a line of ${input.length}`);
      assert.ok(
        pieces.instructions <= BOUND * whole.instructions,
        `${pieces.instructions}, ${whole.instructions}`,
      );
    });
  }

  it("is given with the piece that ends it, however long it is", async () => {
    const { module } = await startMetered();
    const feed = module.feed("udm", TIME);
    for (const length of [300, 5_000, 90_000, 10_000]) {
      const text = Buffer.from(`acc=C46A75|Subject=${"a".repeat(length)}\n`);
      const given: number[] = [];
      for (let at = 0; at < text.length; at += PIECE) {
        for (const batch of feed.push(text.subarray(at, at + PIECE))) given.push(at, batch.records);
      }
      assert.deepEqual(given, [text.length - 1 - ((text.length - 1) % PIECE), 1]);
    }
  });
});
