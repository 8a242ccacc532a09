// The bounded structures that a report counts with: what they promise holds for any stream.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Histogram, quantile } from "../../report/collect/histogram.ts";
import { Latest } from "../../report/collect/latest.ts";
import { Lines } from "../../report/collect/ndjson.ts";
import { SpaceSaving } from "../../report/collect/space-saving.ts";
import { TimeSeries, WIDTHS } from "../../report/collect/time-series.ts";

const tally = (values: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return counts;
};

/** Few values often, many seldom, among a number that is above and below the capacities tried. */
const stream = fc
  .array(fc.tuple(fc.nat(40), fc.nat(40)), { maxLength: 600, size: "max" })
  .map((pairs) => pairs.map(([a, b]) => `v${Math.min(a, b)}`));

function counted(values: readonly string[], capacity: number): SpaceSaving {
  const counter = new SpaceSaving(capacity);
  for (const value of values) counter.add(value);
  return counter;
}

describe("SpaceSaving", () => {
  it("is exact as long as every value has a place", () => {
    fc.assert(
      fc.property(stream, (values) => {
        const truth = tally(values);
        const counter = counted(values, Math.max(1, truth.size));
        assert.equal(counter.isExact, true);
        assert.equal(counter.bound, 0);
        assert.deepEqual(new Map(counter.top(1000).map(({ value, count }) => [value, count])), truth);
        assert.ok(counter.top(1000).every(({ error }) => error === 0));
      }),
    );
  });

  it("keeps the total, and each count within its error, when values have to give way", () => {
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 50 }), (values, capacity) => {
        const truth = tally(values);
        const counter = counted(values, capacity);
        const top = counter.top(1000);
        assert.equal(counter.total, values.length);
        assert.equal(
          top.reduce((sum, { count }) => sum + count, 0),
          values.length,
        );
        assert.equal(top.length, Math.min(capacity, truth.size));
        assert.equal(counter.isExact, truth.size <= capacity);
        for (const { value, count, error } of top) {
          const real = truth.get(value) ?? 0;
          assert.ok(
            count - error <= real && real <= count,
            `${value}: ${real} in ${count - error}..${count}`,
          );
          assert.ok(error <= counter.bound);
        }
        const held = new Set(top.map(({ value }) => value));
        for (const [value, real] of truth) assert.ok(held.has(value) || real <= counter.bound, value);
        assert.ok(counter.bound <= values.length / capacity);
      }),
    );
  });

  it("orders by count, then by value", () => {
    const counter = counted(["b", "c", "a", "c"], 10);
    assert.deepEqual(
      counter.top(2).map(({ value }) => value),
      ["c", "a"],
    );
  });

  it("holds the sample of the value that has the place", () => {
    const counter = new SpaceSaving(1);
    counter.add("a", () => "first");
    counter.add("a", () => "second");
    assert.equal(counter.top(1)[0]?.sample, "first");
    counter.add("b", () => "third");
    assert.deepEqual(counter.top(1), [{ value: "b", count: 3, error: 2, sample: "third" }]);
  });

  it("tells long values apart that begin alike, without holding them", () => {
    const counter = counted([`${"x".repeat(100_000)}1`, `${"x".repeat(100_000)}2`], 10);
    const top = counter.top(10);
    assert.equal(top.length, 2);
    assert.ok(top.every(({ value }) => value.length < 300 && value.startsWith("xxx")));
  });
});

/** Any time that an event can have: years 1 to 9999, mostly near each other. */
const time = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 1_795_000_000_000, max: 1_795_600_000_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }) },
);
const timed = fc.array(fc.tuple(time, fc.constantFrom("a", "b", "c")), { maxLength: 300, size: "max" });

describe("TimeSeries", () => {
  it("has a width that divides the next", () => {
    for (const [index, width] of WIDTHS.entries()) {
      if (index > 0) assert.equal(width % (WIDTHS[index - 1] as number), 0);
    }
  });

  it("counts everything once, in the bucket of its time, within its bounds", () => {
    fc.assert(
      fc.property(
        timed,
        fc.integer({ min: 2, max: 60 }),
        fc.integer({ min: 2, max: 60 }),
        (events, held, most) => {
          const series = new TimeSeries(held);
          for (const [at, name] of events) {
            series.add(at, name);
            assert.ok(series.held <= held);
          }
          const { width, buckets, names, outside, first, last } = series.figures(most);
          const truth = new Map<string, number>();
          for (const [at, name] of events) {
            const key = `${Math.floor(at / width) * width} ${name}`;
            truth.set(key, (truth.get(key) ?? 0) + 1);
          }
          let sum = 0;
          for (const { from, counts } of buckets) {
            counts.forEach((count, index) => {
              assert.equal(count, truth.get(`${from} ${names[index]}`) ?? 0);
              sum += count;
            });
          }
          assert.equal(sum + outside, events.length);
          assert.ok(outside <= events.length / 100);
          if (events.length === 0) return;
          const times = events.map(([at]) => at);
          assert.deepEqual([first, last], [Math.min(...times), Math.max(...times)]);
          const span = ((buckets.at(-1)?.from ?? 0) - (buckets[0]?.from ?? 0)) / width + 1;
          assert.ok(span <= most, `${span} buckets`);
        },
      ),
    );
  });

  it("does not let one event of a wrong year make the others coarse", () => {
    const series = new TimeSeries(2048);
    const start = Date.UTC(2026, 10, 16);
    for (let minute = 0; minute < 7 * 24 * 60; minute++) series.add(start + minute * 60_000, "a");
    series.add(0, "a");
    const { width, outside, first } = series.figures(240);
    assert.deepEqual([width, outside, first], [3_600_000, 1, 0]);
  });

  it("leaves out no more than what is far", () => {
    const series = new TimeSeries(2048);
    const start = Date.UTC(2026, 10, 16);
    for (let minute = 0; minute < 5 * 24 * 60; minute++) series.add(start + minute * 60_000, "a");
    series.add(start + 6.5 * 24 * 3_600_000, "a");
    series.add(start + 40 * 24 * 3_600_000, "a");
    const { width, buckets, outside } = series.figures(240);
    assert.deepEqual([width, outside], [3_600_000, 1]);
    assert.equal(buckets.at(-1)?.from, start + 6.5 * 24 * 3_600_000);
  });

  it("leaves out nothing where there are few events, or all is spread", () => {
    for (const count of [2, 100, 5000]) {
      const series = new TimeSeries(2048);
      for (let i = 0; i < count; i++) series.add(i * 86_400_000 * 3, "a");
      assert.equal(series.figures(240).outside, 0);
    }
  });

  it("counts names beyond 256 together", () => {
    const series = new TimeSeries(10);
    for (let i = 0; i < 1000; i++) series.add(0, `name ${i}`);
    const { names, buckets } = series.figures(10);
    assert.equal(names.length, 256);
    assert.equal(names.at(-1), "(other)");
    assert.equal(buckets[0]?.counts.at(-1), 745);
  });
});

describe("Histogram", () => {
  const edges = [0, 1, 2, 5, 10];
  const number = fc.double({ min: -20, max: 20, noNaN: true }).map((value) => value.toFixed(2));

  it("has every number in the one bin that it lies in", () => {
    fc.assert(
      fc.property(fc.array(number, { maxLength: 60, size: "max" }), (texts) => {
        const histogram = new Histogram(edges);
        for (const text of texts) histogram.add(text);
        const { counts, total, least, most } = histogram.figures();
        const values = texts.map(Number);
        const bins = [Number.NEGATIVE_INFINITY, ...edges, Number.POSITIVE_INFINITY];
        assert.equal(total, texts.length);
        counts.forEach((count, bin) => {
          const [low, high] = [bins[bin] as number, bins[bin + 1] as number];
          assert.equal(count, values.filter((value) => value >= low && value < high).length);
        });
        if (total > 0) assert.deepEqual([least, most], [Math.min(...values), Math.max(...values)]);
      }),
    );
  });

  it("gives the bin of a quantile", () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 60, size: "max" }),
        fc.constantFrom(0.5, 0.95, 1),
        (texts, share) => {
          const histogram = new Histogram(edges);
          for (const text of texts) histogram.add(text);
          const sorted = texts.map(Number).sort((a, b) => a - b);
          const value = sorted[Math.ceil(share * sorted.length) - 1] as number;
          const [low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY] =
            quantile(histogram.figures(), share) ?? [];
          assert.ok(low <= value && value < high, `${value} in ${low}..${high}`);
        },
      ),
    );
  });

  it("counts apart what is no number, and what no double holds", () => {
    const histogram = new Histogram(edges);
    for (const text of ["", "NaN", "0x10", "1e3", " 1", "9".repeat(400), "1,5"]) histogram.add(text);
    assert.deepEqual(histogram.figures().unreadable, 7);
    assert.equal(histogram.figures().total, 0);
  });
});

describe("Latest", () => {
  it("keeps the items of the latest times, of equal times those that came first", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(20), { maxLength: 80, size: "max" }),
        fc.integer({ min: 1, max: 10 }),
        (times, most) => {
          const latest = new Latest<{ time: number; index: number }>(most);
          const all = times.map((at, index) => ({ time: at, index }));
          for (const item of all) latest.add(item.time, () => item);
          const expected = [...all].sort((a, b) => b.time - a.time || a.index - b.index).slice(0, most);
          assert.deepEqual(latest.items(), expected);
        },
      ),
    );
  });
});

describe("Lines", () => {
  it("gives the same lines however the bytes are cut", () => {
    const text = fc.array(
      fc.string({ unit: "binary", maxLength: 12 }).map((line) => line.replace(/[\r\n\ufeff]/g, "")),
    );
    fc.assert(
      fc.property(
        text,
        fc.constantFrom("\n", "\r\n"),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (wanted, end, closed, step) => {
          const bytes = Buffer.from(wanted.join(end) + (closed ? end : ""));
          const lines = new Lines(1000);
          const found: (string | undefined)[] = [];
          for (let at = 0; at < bytes.length; at += step) {
            const part = Buffer.from(bytes.subarray(at, at + step));
            found.push(...lines.push(part));
            part.fill(0);
          }
          found.push(...lines.end());
          assert.deepEqual(
            found,
            wanted.map((line) => Buffer.from(line).toString()).filter((line) => line !== ""),
          );
        },
      ),
    );
  });

  it("passes over a line that is too long, and goes on behind it", () => {
    const lines = new Lines(4);
    const found = [
      ...lines.push(Buffer.from("12345")),
      ...lines.push(Buffer.from("678\nab\n")),
      ...lines.end(),
    ];
    assert.deepEqual(found, [undefined, "ab"]);
  });
});
