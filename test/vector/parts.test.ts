// Halving a batch until one event is left.

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { halves, type Part } from "../../vector/parts.ts";

const events = fc.array(fc.string({ unit: fc.constantFrom("a", "é", " "), maxLength: 12 }), {
  minLength: 1,
  maxLength: 40,
});

describe("halves", () => {
  it("come to single events, each once and in order, of a part anywhere in a body", () => {
    fc.assert(
      fc.property(events, events, events, (before, inside, behind) => {
        const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join("");
        const body = Buffer.from(text([...before, ...inside, ...behind]));
        const from = Buffer.byteLength(text(before));
        const work: Part[] = [{ from, to: from + Buffer.byteLength(text(inside)) }];
        const found: string[] = [];
        for (let part = work.pop(); part !== undefined; part = work.pop()) {
          const both = halves(body, part);
          if (both === undefined) found.push(body.subarray(part.from, part.to).toString());
          else work.push(both[1], both[0]);
        }
        assert.deepEqual(
          found,
          inside.map((line) => `${line}\n`),
        );
      }),
    );
  });
});
