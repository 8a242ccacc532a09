// What must be true of the events that a receiver took, whatever happened on the way.

import assert from "node:assert/strict";
import { originOf } from "./harness.ts";
import type { Received } from "./receiver.ts";

export interface Expected {
  /** How many records each file has. */
  readonly files: ReadonlyMap<string, number>;
  /** Records that nobody takes, as `file#number`. */
  readonly refused?: ReadonlySet<string>;
}

/**
 * Each event was taken; in each life the events of a file came one after another, each once, and none before those that come
 * before it in the file; the bytes of an event that came twice are the same. Answers how many came twice.
 */
export function assertDelivered(
  requests: readonly Received[],
  { files, refused = new Set() }: Expected,
): number {
  const bytes = new Map<string, string>();
  const lastInLife = new Map<string, number>();
  const furthest = new Map<string, number>();
  let twice = 0;
  /** The next one that somebody takes. */
  const following = (file: string, number: number): number => {
    let next = number + 1;
    while (refused.has(`${file}#${next}`)) next++;
    return next;
  };
  for (const { lines, life, taken } of requests) {
    if (!taken) continue;
    for (const line of lines) {
      const { file, number } = originOf(line);
      const name = `${file}#${number}`;
      const place = `${life} ${file}`;
      const last = lastInLife.get(place);
      const far = furthest.get(file) ?? -1;
      if (last !== undefined)
        assert.equal(number, following(file, last), `${name} behind ${last}, life ${life}`);
      assert.ok(number <= following(file, far), `${name} came before ${far + 1}, life ${life}`);
      lastInLife.set(place, number);
      furthest.set(file, Math.max(far, number));
      const before = bytes.get(name);
      if (before !== undefined) {
        twice++;
        assert.equal(line, before, `${name} came twice, with other bytes`);
      }
      bytes.set(name, line);
    }
  }
  for (const [file, count] of files) {
    for (let number = 0; number < count; number++) {
      const name = `${file}#${number}`;
      assert.equal(bytes.has(name), !refused.has(name), `${name}: taken ${bytes.has(name)}`);
    }
  }
  return twice;
}
