/** Counting by itself: windows, what is spent, what gives way. Streams are held against a second implementation in test/rules/. */

import { hashOf } from "../../../assembly/input/hash";
import {
  correlationBytes,
  count,
  eventLimit,
  evictions,
  keyLimit,
  WAYS,
  WINDOW,
} from "../../../assembly/rules/correlation";
import { place, placedLength } from "../support";

/** A key that no other test has. */
let key: u64 = 0x1234_5678_0000_0000;

function anotherKey(): u64 {
  key += 0x1_0000_0000;
  return key;
}

/** Which of the events at these times complete three, `1` or `0` each. */
function threes(times: i64[]): string {
  const hash = anotherKey();
  let fired = "";
  for (let i = 0; i < times.length; i++) fired += count(0, hash, 0, times[i], 3, false) ? "1" : "0";
  return fired;
}

/** The same for three values, in turns of time and value. */
function threeValues(events: i64[]): string {
  const hash = anotherKey();
  let fired = "";
  for (let i = 0; i < events.length; i += 2)
    fired += count(1, hash, events[i + 1], events[i], 3, true) ? "1" : "0";
  return fired;
}

function hashed(text: string): u64 {
  const from = place(text);
  return hashOf(from, placedLength(from));
}

describe("a count", () => {
  it("is complete within a window, both ends included", () => {
    expect(threes([0, 1, WINDOW])).toBe("001");
    expect(threes([0, 1, WINDOW + 1])).toBe("000");
    expect(threes([0, 1, WINDOW + 1, 2])).toBe("0001");
  });

  it("is complete in whatever order they come", () => {
    expect(threes([WINDOW, 0, 1])).toBe("001");
    expect(threes([1, WINDOW, 0])).toBe("001");
    expect(threes([5, 5, 5])).toBe("001");
  });

  it("spends all events of the earliest window that is full, and no other", () => {
    // [0, WINDOW] is full with the fourth event: that at WINDOW + 5 is left, and two more make three.
    expect(threes([0, WINDOW + 5, WINDOW, 10, WINDOW + 6, WINDOW + 7])).toBe("000101");
    expect(threes([0, 1, 2, 3, 4, 5])).toBe("001001");
  });

  it("gives late events windows of their own", () => {
    expect(threes([10_000_000, 0, 10_000_001, 1, 2, 10_000_002])).toBe("000011");
  });

  it("takes times before 1970 and far behind it", () => {
    expect(threes([-3, -2, -1])).toBe("001");
    expect(threes([-62135596800000, 253402300799999, -62135596800000, -62135596800000])).toBe("0001");
  });

  it("of values takes each once in a window", () => {
    expect(threeValues([0, 7, 1, 8, 2, 7, 3, 8, 4, 9])).toBe("00001");
    expect(threeValues([0, 7, 0, 7, 0, 8, 0, 8, 0, 9])).toBe("00001");
    // The first 7 is out of the window of the 9, the second is not.
    expect(threeValues([0, 7, 1, 8, 2, 7, WINDOW + 1, 9])).toBe("0001");
    expect(threeValues([0, 7, 2, 8, WINDOW + 1, 9])).toBe("000");
  });

  it("of values spends what it did not count, too", () => {
    expect(threeValues([0, 7, 1, 7, 2, 8, 3, 9, 4, 9, 5, 8])).toBe("000100");
  });
});

describe("room", () => {
  it("is as large as stated", () => {
    expect(correlationBytes()).toBe(8 * 1024 * (16 + 16 * 16));
    expect(keyLimit()).toBe(1024);
    expect(eventLimit()).toBe(16);
  });

  it("of a key is for 16 events: the oldest gives way, and counts if it might have counted", () => {
    const hash = anotherKey();
    for (let i: i64 = 0; i < 16; i++) count(2, hash, 0, i * WINDOW, 3, false);
    const before = evictions();
    expect(count(2, hash, 0, 16 * WINDOW, 3, false)).toBe(false);
    expect(evictions()).toBe(before);
    // Late, and within the window of what gives way for it.
    count(2, hash, 0, 2 * WINDOW - 1, 3, false);
    expect(evictions()).toBe(before + 1);
  });

  it("of a key is kept for different values where one is repeated", () => {
    const hash = anotherKey();
    expect(count(2, hash, 1, 0, 3, true)).toBe(false);
    for (let i: i64 = 1; i < 100; i++) expect(count(2, hash, 2, i, 3, true)).toBe(false);
    expect(count(2, hash, 3, 100, 3, true)).toBe(true);
  });

  it("of a set is for 8 keys: the one used longest ago gives way", () => {
    const first = anotherKey();
    expect(count(3, first, 0, 0, 2, false)).toBe(false);
    const second = anotherKey();
    count(3, second, 0, 0, 3, false);
    for (let i: usize = 2; i < WAYS; i++) count(3, anotherKey(), 0, 0, 2, false);
    // The second is used again, so that the first is the one.
    count(3, second, 0, 0, 3, false);
    const before = evictions();
    count(3, anotherKey(), 0, 0, 2, false);
    expect(evictions()).toBe(before + 1);
    expect(count(3, second, 0, 0, 3, false)).toBe(true);
    expect(count(3, first, 0, 0, 2, false)).toBe(false);
  });

  it("of a key whose events are spent is free", () => {
    for (let i: usize = 0; i < WAYS; i++) {
      const hash = anotherKey();
      count(4, hash, 0, 0, 2, false);
      expect(count(4, hash, 0, 0, 2, false)).toBe(true);
    }
    const before = evictions();
    for (let i: usize = 0; i < WAYS; i++) count(4, anotherKey(), 0, 0, 2, false);
    expect(evictions()).toBe(before);
  });

  it("of one rule is none of another's", () => {
    const hash = anotherKey();
    expect(count(5, hash, 0, 0, 2, false)).toBe(false);
    expect(count(6, hash, 0, 0, 2, false)).toBe(false);
    expect(count(5, hash, 0, 0, 2, false)).toBe(true);
  });
});

describe("a hash", () => {
  it("is of the bytes and their number, and of nothing behind them", () => {
    const texts = ["", "a", "b", "ab", "ba", "abcdefgh", "abcdefg", "abcdefghi", "bbcdefghi", "\0", "\0\0"];
    for (let i = 0; i < texts.length; i++) {
      const from = place(texts[i], "x");
      expect(hashOf(from, placedLength(from))).toBe(hashed(texts[i]), texts[i]);
      for (let j = 0; j < i; j++) expect(hashed(texts[i]) == hashed(texts[j])).toBe(false);
    }
  });

  it("spreads names that are alike over all sets", () => {
    const held = new StaticArray<i32>(128);
    for (let i = 0; i < 12_800; i++) held[<i32>(hashed(`s${i}@example.com`) & 127)]++;
    for (let i = 0; i < 128; i++) {
      expect(held[i]).toBeGreaterThan(50);
      expect(held[i]).toBeLessThan(160);
    }
  });
});
