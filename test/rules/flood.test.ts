// Strangers choose senders: as many as they like, each once, or one of them with one recipient as often as they like. Memory
// stays what it was, what had to be forgotten is counted, and what is behind the flood still counts. FLOOD_EVENTS sets how many
// (200,000).

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { MimecastModule } from "../../host/module.ts";

const EVENTS = Number(process.env.FLOOD_EVENTS ?? 200_000);
const A_CHUNK = 5_000;
const TIME = { sec: 1_700_000_000, nsec: 0 };
const START = Date.UTC(2026, 0, 2);

/** A line that two rules count, `index` milliseconds after the start. */
const line = (index: number, sender: string, recipient: string): string =>
  `{"timestamp":${START + index},"type":"av","virusFound":"X","subject":"s","senderEnvelope":"${sender}","recipients":"${recipient}"}\n`;

const FLOODS: Readonly<Record<string, (index: number) => string>> = {
  "senders of one line each": (index) => line(index, `s${String(index).padStart(8, "0")}@x.y`, "r@x.y"),
  "one recipient of one sender": (index) => line(index, "a@x.y", "r@x.y"),
  "senders in turn, more than there is room for": (index) =>
    line(index, `s${1000 + (index % 5000)}@x.y`, `r${index % 7}@x.y`),
};

describe(`a flood of ${EVENTS} lines`, () => {
  for (const [name, make] of Object.entries(FLOODS)) {
    it(`of ${name}: memory stays, evictions are counted, and the rules go on`, async () => {
      const module = await MimecastModule.load("build/mimecast.wasm");
      const feed = module.feed("alerts", TIME);
      const give = (from: number, to: number): string => {
        let text = "";
        for (let index = from; index < to; index++) text += make(index);
        let last = "";
        for (const { output } of feed.push(Buffer.from(text))) last = Buffer.from(output).toString("latin1");
        return last;
      };
      give(0, A_CHUNK);
      const memory = module.memorySize;
      let last = "";
      for (let from = A_CHUNK; from < EVENTS; from += A_CHUNK)
        last = give(from, Math.min(EVENTS, from + A_CHUNK));
      for (const _ of feed.end());
      assert.equal(module.memorySize, memory);
      const told = [...last.matchAll(/"correlation_evictions","value":"(\d+)"/g)].at(-1)?.[1];
      assert.ok(module.ruleEvictions > EVENTS / 2, `${module.ruleEvictions} evictions`);
      assert.equal(Number(told), module.ruleEvictions);

      const after = [0, 1, 2].map((n) =>
        module.map(Buffer.from(line(EVENTS + n, "b@x.y", "r@x.y")), "udm", TIME),
      );
      assert.deepEqual(
        after.map((event) => event.includes('"rule_id":"106003"')),
        [false, false, true],
      );
    });
  }
});
