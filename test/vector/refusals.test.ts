// Refusals that are not what they seem: of events that were put into one request with a bad one, and of whole files.

import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { Registry } from "prom-client";
import { Rejected } from "../../delivery/rejected.ts";
import { systemClock } from "../../runtime/clock.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { HttpOutput } from "../../vector/http-output.ts";
import { HttpMetrics } from "../../vector/metrics.ts";
import type { Sender, Verdict } from "../../vector/sender.ts";
import { bench, records } from "./harness.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe("an event", () => {
  it("is given up only after it was refused alone: a sink may answer for several requests at once", async (t) => {
    const spool = await mkdtemp(join(tmpdir(), "mimecast-udm-refused-"));
    t.after(() => rm(spool, { recursive: true }));
    /** What came within a moment is answered as one, as a sink does that batches. */
    let together: { readonly body: string; readonly answer: (verdict: Verdict) => void }[] = [];
    const taken: string[] = [];
    const send = (body: Uint8Array): Promise<Verdict> =>
      new Promise((answer) => {
        together.push({ body: Buffer.from(body).toString(), answer });
        if (together.length > 1) return;
        void sleep(5).then(() => {
          const all = together;
          together = [];
          const isBad = all.some((one) => one.body.includes("BAD"));
          for (const one of all) {
            if (!isBad) taken.push(...one.body.trimEnd().split("\n"));
            one.answer(isBad ? { meaning: "refused", status: 400, answer: "no" } : { meaning: "taken" });
          }
        });
      });
    const output = new HttpOutput({
      sender: { send, failure: undefined } as unknown as Sender,
      http: { close: () => Promise.resolve() },
      rejected: new Rejected(nodeFiles, systemClock, spool),
      clock: systemClock,
      log: silent,
      metrics: new HttpMetrics(new Registry()),
      attempts: 1,
    });
    const lanes = ["a", "b", "c", "d"].map((lane) => {
      const events = Array.from({ length: 64 }, (_, n) => `${lane}${n}${n % 20 === 7 ? " BAD" : ""}`);
      return { events, body: Buffer.from(`${events.join("\n")}\n`), count: events.length };
    });
    const { signal } = new AbortController();
    await Promise.all(
      lanes.map(({ body, count }) => output.deliver({ body, events: count, segments: [] }, signal)),
    );
    const all = lanes.flatMap(({ events }) => events);
    assert.deepEqual(taken.sort(), all.filter((event) => !event.includes("BAD")).sort());
    const kept = (await readdir(join(spool, "rejected"))).filter((name) => name.endsWith(".ndjson"));
    assert.equal(kept.length, all.filter((event) => event.includes("BAD")).length);
  });
});

describe("files of which every event is refused", () => {
  it("do not hold up others for ever, though every lane has one: in the end they are in rejected/", async (t) => {
    const it = await bench(t, { lanes: 2 });
    it.options.refusesAllTurns = 8;
    it.receiver.fault = (lines) =>
      lines.some((line) => line.includes("BAD")) ? { kind: "answer", status: 400 } : undefined;
    for (const name of ["a", "b", "c"]) await it.drop(`${name}.siem`, records(name, 30, "BAD"));
    await it.drop("x.siem", records("x", 30));
    const { stop } = it.start();
    const taken = (): number =>
      it.receiver.requests.filter((one) => one.taken).flatMap((one) => one.lines).length;
    const rejected = async (): Promise<number> => (await it.rejected()).length;
    for (let waited = 0; waited < 30_000; waited += 50) {
      if (taken() >= 30 && (await rejected()) >= 90) break;
      await sleep(50);
    }
    await stop();
    assert.deepEqual([taken(), await rejected()], [30, 90]);
    assert.match(it.logText(), /receiver_refuses_all/);
  });
});
