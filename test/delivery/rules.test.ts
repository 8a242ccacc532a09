// Rules that count, in a delivery: what several lanes map is counted together, and nothing twice in one life.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { nodeFiles } from "../../runtime/files.ts";
import { until } from "../vector/harness.ts";
import { type Scene, scene } from "./harness.ts";

const START = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A line that 106003 counts, three of which make it fire. */
const line = (seconds: number, sender = "a@example.com"): string =>
  `{"timestamp":${START + 1000 * seconds},"type":"av","virusFound":"X","subject":"s","senderEnvelope":"${sender}","recipients":"r@example.org"}\n`;

const fired = (it: Scene): number => it.output.lines.filter((event) => event.includes('"106003"')).length;

/** Delivers one file for each text, each by a lane of its own. */
async function deliverApart(t: TestContext, texts: readonly string[]): Promise<Scene> {
  const it = await scene(t, { lanes: texts.length, batchBytes: 4 << 20, maxWaitMs: 60_000 });
  for (const [index, text] of texts.entries()) await writeFile(join(it.config.spool, `${index}.siem`), text);
  let under = 0;
  it.output.hold = async () => {
    under++;
    await until(() => under === texts.length);
  };
  await it.once();
  assert.deepEqual(
    it.output.taken.map(({ segments }) => segments.length),
    texts.map(() => 1),
    "each lane had one file",
  );
  return it;
}

describe("rules that count, in a delivery", { timeout: 60_000 }, () => {
  it("fire on three events in three files that three lanes deliver", async (t) => {
    const it = await deliverApart(t, [line(0), line(100), line(200)]);
    assert.equal(fired(it), 1);
  });

  it("count a record once whose file broke off behind it and was read again", async (t) => {
    const it = await scene(t, { lanes: 1, batchBytes: 64 });
    // Longer than one read, so that there is something behind the break.
    const rest = line(9, "b@example.com").repeat(100);
    await writeFile(join(it.config.spool, "a.siem"), line(0) + line(1) + rest);
    const failing = Object.assign(new Error("input/output error"), { code: "EIO" });
    let reads = 0;
    it.options.files = {
      ...nodeFiles,
      openRead: async (path) => {
        const file = await nodeFiles.openRead(path);
        return {
          info: () => file.info(),
          close: () => file.close(),
          read: (bytes, from) => (++reads === 2 ? Promise.reject(failing) : file.read(bytes, from)),
        };
      },
    };
    await it.once();
    assert.equal(await it.metric("unreadable_total"), 1);
    const senders = it.output.lines.filter((event) => event.includes('"106003"') && event.includes("a@exam"));
    assert.equal(it.output.lines.length, 102);
    assert.equal(senders.length, 0, "two events are not three");
  });

  it("are all that is delivered where alerts are asked for: nothing is sent, or counted, where none fires", async (t) => {
    const it = await scene(t, { wanted: "alerts", lanes: 1 });
    const held = "datetime=2026-01-02T03:04:05+0000|aCode=h|acc=C0A0|MsgId=<h@example.com>|Act=Hld\n";
    const quiet = "datetime=2026-01-02T03:04:05+0000|aCode=q|acc=C0A0|Act=Acc\n";
    await writeFile(join(it.config.spool, "a.siem"), `${quiet.repeat(3)}no key\n`);
    const outcome = await it.once();
    assert.equal(it.output.taken.length, 0);
    assert.deepEqual([outcome.files, outcome.events, outcome.unmapped], [1, 0, 1]);
    await writeFile(join(it.config.spool, "b.siem"), quiet + held + quiet + held);
    assert.equal((await it.once()).events, 2);
    assert.deepEqual(
      it.output.taken.map(({ events, text }) => [events, text.split("\n").length - 1]),
      [[2, 2]],
    );
  });

  it("tell by a metric what they forgot for lack of room", async (t) => {
    const senders = Array.from({ length: 2000 }, (_, index) => line(0, `s${index}@example.com`));
    const it = await deliverApart(t, [senders.slice(0, 1000).join(""), senders.slice(1000).join("")]);
    // 106003 and 106004 count by sender, and each has room for 1,024.
    const evictions = await it.metric("rule_evictions_total");
    assert.ok(evictions >= 2 * (2000 - 1024) && evictions < 4000, `${evictions}`);
    assert.equal(await it.metric("rule_evictions_total"), evictions, "they are not counted again");
  });
});
