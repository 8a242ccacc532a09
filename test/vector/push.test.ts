// `push` against a double of Vector's http_server source, with everything that it may answer, or not answer.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { nodeFiles } from "../../runtime/files.ts";
import { authorizationOf } from "../../vector/authorization.ts";
import { type Bench, bench, loadModule, record, records, until } from "./harness.ts";
import { assertDelivered } from "./order.ts";
import type { Fault } from "./receiver.ts";

const BAD = "refuse-me";
const refuses =
  (status: number) =>
  (lines: readonly string[]): Fault | undefined =>
    lines.some((line) => line.includes(BAD))
      ? { kind: "answer", status, text: '{"message":"Events rejected"}' }
      : undefined;

/** A small generator (xorshift32). */
function numbers(seed: number): (below: number) => number {
  let state = seed * 0x9e3779b9;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** `files` files of `lines` records each. */
async function drop(it: Bench, files: number, lines: number, extra = ""): Promise<Map<string, number>> {
  const all = new Map<string, number>();
  for (let number = 0; number < files; number++) {
    const name = `f${String(number).padStart(3, "0")}.siem`;
    await it.drop(name, records(name, lines, extra));
    all.set(name, lines);
  }
  return all;
}

describe("push", { timeout: 60_000 }, () => {
  it("delivers each event once, in order, and nothing at the next start", async (t) => {
    const it = await bench(t);
    const files = await drop(it, 20, 300);
    it.receiver.fault = () => ({ kind: "late", ms: 3 });
    const outcome = await it.once();
    assert.equal(outcome.events, 6000);
    assert.equal(outcome.files, 20);
    assert.equal(assertDelivered(it.receiver.requests, { files }), 0);
    assert.ok(it.receiver.mostAtOnce > 1, "several requests are under way at once");
    assert.ok(it.receiver.mostAtOnce <= 4, "and no more than there are lanes");
    assert.equal((await it.once()).events, 0);
    const [{ headers, url, method } = assert.fail()] = it.receiver.requests;
    assert.deepEqual([method, url, headers["content-type"]], ["POST", "/", "application/x-ndjson"]);
    assert.equal(headers.authorization, undefined);
  });

  it("sends what `convert` writes, in bodies of about the size that is asked for", async (t) => {
    const it = await bench(t, { lanes: 1, batchBytes: 10_000 });
    await it.drop(
      "a.siem",
      [...records("a.siem", 200), "no record", "aCode=timeless|acc=C0A0"],
      1_767_323_045,
    );
    await it.once();
    const module = await loadModule();
    const text = await readFile(join(it.spool, "a.siem"));
    const { output } = module.batch(text, "udm", { sec: 1_767_323_045, nsec: 0 });
    assert.equal(`${it.receiver.lines.join("\n")}\n`, Buffer.from(output).toString());
    assert.match(it.receiver.lines.at(-1) ?? "", /2026-01-02T03:04:05/, "the file's time stands in");
    assert.equal(await it.metric("unmapped_total"), 1);
  });

  it("puts small files into one batch", async (t) => {
    const it = await bench(t, { lanes: 1, batchBytes: 1_000_000, maxWaitMs: 5000 });
    const files = await drop(it, 100, 2);
    await it.once();
    assertDelivered(it.receiver.requests, { files });
    assert.equal(it.receiver.requests.length, 1);
  });

  it("packs bodies if it is asked to, and shows the authorization to the receiver alone", async (t) => {
    const it = await bench(t, {}, { gzip: true, authorization: authorizationOf("Bearer s3cret-t0ken") });
    it.receiver.fault = (_, number) =>
      number === 0 ? { kind: "answer", status: 401, text: "s3cret-t0ken? no" } : undefined;
    const files = await drop(it, 3, 50);
    await it.once();
    assertDelivered(it.receiver.requests, { files });
    for (const { headers } of it.receiver.requests) {
      assert.equal(headers["content-encoding"], "gzip");
      assert.equal(headers.authorization, "Bearer s3cret-t0ken");
    }
    assert.match(it.logText(), /check MIMECAST_PUSH_AUTHORIZATION/);
    assert.doesNotMatch(it.logText(), /s3cret/);
  });

  it("asks no proxy for what is on this machine", async (t) => {
    const it = await bench(t);
    let asked = 0;
    const proxy = createServer((_, response) => {
      asked++;
      response.writeHead(502).end();
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const before = process.env.HTTP_PROXY;
    process.env.HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    t.after(() => {
      proxy.close();
      if (before === undefined) delete process.env.HTTP_PROXY;
      else process.env.HTTP_PROXY = before;
    });
    const files = await drop(it, 1, 3);
    await it.once();
    assertDelivered(it.receiver.requests, { files });
    assert.equal(asked, 0);
  });
});

describe("push, where the receiver does not take a batch at once", { timeout: 60_000 }, () => {
  const FAULTS: readonly Fault[] = [
    { kind: "answer", status: 500 },
    { kind: "answer", status: 503, headers: { "retry-after": "0" } },
    { kind: "answer", status: 429 },
    { kind: "answer", status: 401 },
    { kind: "answer", status: 404 },
    { kind: "answer", status: 302, headers: { location: "http://example.com/" } },
    { kind: "reset_before" },
    { kind: "slow" },
    { kind: "late", ms: 30 },
  ];
  for (const fault of FAULTS) {
    it(`loses, repeats and reorders nothing: ${JSON.stringify(fault)}`, async (t) => {
      const it = await bench(t);
      const files = await drop(it, 8, 60);
      it.receiver.fault = (_, number) => (number % 3 === 1 ? fault : undefined);
      assert.equal((await it.once()).events, 480);
      assert.equal(assertDelivered(it.receiver.requests, { files }), 0);
    });
  }

  it("loses, repeats and reorders nothing in any mixture of them", async (t) => {
    for (let seed = 1; seed <= 8; seed++) {
      const next = numbers(seed);
      const it = await bench(t, { lanes: 1 + next(4), batchBytes: 1024 << next(6) });
      const files = new Map<string, number>();
      for (let number = 0; number < 25; number++) {
        const name = `f${number}.siem`;
        files.set(name, next(4) === 0 ? 400 : 1 + next(20));
        await it.drop(name, records(name, files.get(name) ?? 0));
      }
      const refused = new Set(["f3.siem#0", "f7.siem#0", "f9.siem#0"]);
      // A third of the requests fails somehow; a fault is the same each time it is asked about a request.
      const faults = Array.from({ length: 20_000 }, () => FAULTS[next(3 * FAULTS.length)]);
      it.receiver.fault = (lines, number) => {
        const isBad = lines.some((line) => /"f[379]\.siem#0"/.test(line));
        return isBad ? { kind: "answer", status: 400 } : faults[number];
      };
      it.options.retry = { firstWaitMs: 1, longestWaitMs: 3 };
      const running = it.start();
      await until(async () => (await it.metric("files_total")) === 25, 30_000);
      await running.stop();
      assert.equal(assertDelivered(it.receiver.requests, { files, refused }), 0, `seed ${seed}`);
      assert.equal((await it.rejected()).length, 3, `seed ${seed}`);
    }
  });

  it("repeats what was taken without an answer, byte for byte", async (t) => {
    const it = await bench(t, { lanes: 1 });
    await drop(it, 2, 100);
    it.receiver.fault = (_, number) => (number === 1 ? { kind: "reset_after" } : undefined);
    await it.once();
    const [, first, second] = it.receiver.requests;
    assert.deepEqual(first?.lines, second?.lines);
    assert.equal(new Set(it.receiver.lines).size, 200);
    assert.equal(it.receiver.lines.length, 200 + (first?.lines.length ?? 0));
  });

  it("asks again when an answer takes longer than the timeout", async (t) => {
    const it = await bench(t, {}, { timeoutMs: 100 });
    const files = await drop(it, 2, 30);
    it.receiver.fault = (_, number) => (number === 0 ? { kind: "hang" } : undefined);
    await it.once();
    assertDelivered(it.receiver.requests, { files });
    assert.match(it.logText(), /it took longer than 0\.1 seconds/);
    assert.equal(await it.metric("retries_total"), 1);
  });

  it("does not wait for the end of an answer that it knows the meaning of", async (t) => {
    const it = await bench(t, { lanes: 1 }, { timeoutMs: 60_000 });
    const files = await drop(it, 1, 200);
    it.receiver.fault = (_, number) => (number === 0 ? { kind: "endless" } : undefined);
    const began = performance.now();
    assert.equal((await it.once()).events, 200);
    assert.ok(performance.now() - began < 20_000);
    assert.equal(assertDelivered(it.receiver.requests, { files }), 0);
  });

  it("waits as long as Retry-After asks", async (t) => {
    const it = await bench(t);
    await drop(it, 1, 3);
    it.receiver.fault = (_, number) =>
      number === 0 ? { kind: "answer", status: 503, headers: { "retry-after": "1" } } : undefined;
    const start = performance.now();
    await it.once();
    assert.ok(performance.now() - start > 950);
  });

  it("waits for a receiver that is not there, and goes on when it is", async (t) => {
    const it = await bench(t);
    const files = await drop(it, 5, 40);
    await it.receiver.close();
    const running = it.start();
    await until(() => it.logText().includes("receiver_unreachable"));
    await it.receiver.listen();
    await until(() => it.receiver.lines.length >= 200);
    await it.receiver.close();
    await it.drop("g.siem", records("g.siem", 40));
    await new Promise((resolve) => setTimeout(resolve, 60));
    await it.receiver.listen();
    await until(() => it.receiver.lines.length >= 240);
    await running.stop();
    assert.equal(assertDelivered(it.receiver.requests, { files: files.set("g.siem", 40) }), 0);
    assert.match(it.logText(), /the receiver answers again/);
  });

  it("gives up after a few attempts where it is to come to an end, and has lost nothing", async (t) => {
    const it = await bench(t);
    const files = await drop(it, 5, 40);
    it.receiver.fault = () => ({ kind: "answer", status: 500 });
    await assert.rejects(it.once(), { code: "receiver_unavailable" });
    it.receiver.fault = () => undefined;
    await it.once();
    assert.equal(assertDelivered(it.receiver.requests, { files }), 0);
  });
});

describe("push, where the receiver refuses events", { timeout: 60_000 }, () => {
  for (const status of [400, 413]) {
    it(`keeps the single one that is answered with ${status}, and delivers all others in order`, async (t) => {
      const it = await bench(t);
      const files = await drop(it, 3, 100);
      const bad = [0, 7, 8, 57, 99].map((number) => record("x.siem", number, BAD));
      const lines = records("x.siem", 100).map(
        (line, number) => bad.find((text) => text.includes(`#${number}|`)) ?? line,
      );
      await it.drop("x.siem", lines);
      files.set("x.siem", 100);
      it.receiver.fault = refuses(status);
      const outcome = await it.once();
      assert.deepEqual([outcome.rejected, outcome.events], [5, 395]);
      const refused = new Set([0, 7, 8, 57, 99].map((number) => `x.siem#${number}`));
      assert.equal(assertDelivered(it.receiver.requests, { files, refused }), 0);
      const kept = await it.rejected();
      assert.equal(kept.length, 5);
      for (const event of kept) assert.match(event, /^\{.*refuse-me.*\}\n$/);
      assert.equal(await it.metric("rejected_total"), 5);
      assert.equal((await it.once()).rejected, 0, "they are not tried again");
    });
  }

  it("tells why, and where the record stands", async (t) => {
    const it = await bench(t);
    await it.drop("x.siem", [record("x.siem", 0), record("x.siem", 1), record("x.siem", 2, BAD)]);
    it.receiver.fault = refuses(400);
    await it.once();
    const folder = join(it.spool, "rejected");
    const [event = "", reason = ""] = (await readdir(folder)).sort();
    assert.match(event, /^[0-9a-f]{24}\.ndjson$/);
    assert.equal(reason, event.replace(".ndjson", ".reason.json"));
    const { time: _, ...told } = JSON.parse(await readFile(join(folder, reason), "utf8"));
    const { length: to } = await readFile(join(it.spool, "x.siem"));
    assert.deepEqual(told, {
      status: 400,
      answer: '{"message":"Events rejected"}',
      file: "x.siem",
      from: 0,
      to,
      event: 2,
    });
  });

  it("tells it in a file that can be looked at on a terminal, whatever the receiver says", async (t) => {
    const it = await bench(t);
    await it.drop("\u202emeis.siem", [record("x", 0), record("x", 1, BAD)]);
    const text = "no\u001b[2J\u009b2J\u202e\u2028\n";
    it.receiver.fault = (lines) => refuses(400)(lines) && { kind: "answer", status: 400, text };
    await it.once();
    const folder = join(it.spool, "rejected");
    const name = (await readdir(folder)).find((one) => one.endsWith(".reason.json")) ?? "";
    const reason = await readFile(join(folder, name), "utf8");
    assert.doesNotMatch(reason.replaceAll("\n", ""), /[\p{Cc}\p{Cf}\p{Zl}]/u);
    const { answer, file } = JSON.parse(reason);
    assert.deepEqual([answer, file], [text, "\u202emeis.siem"]);
  });

  it("goes on where the only event that there is is refused", async (t) => {
    const it = await bench(t);
    await it.drop("x.siem", [record("x.siem", 0, BAD)]);
    it.receiver.fault = refuses(400);
    assert.equal((await it.once()).rejected, 1);
    assert.equal((await it.once()).rejected, 0);
  });

  it("does not believe a receiver that refuses everything", async (t) => {
    const it = await bench(t);
    const files = await drop(it, 6, 80);
    it.receiver.fault = () => ({ kind: "answer", status: 400 });
    const running = it.start();
    await until(() => it.logText().includes("receiver_refuses_all"));
    await running.stop();
    assert.deepEqual(await it.rejected(), []);
    it.receiver.fault = () => undefined;
    await it.once();
    assert.equal(assertDelivered(it.receiver.requests, { files }), 0);
  });

  it("does not believe one that begins to refuse everything either", async (t) => {
    const it = await bench(t);
    const files = await drop(it, 6, 80);
    await it.once();
    await it.drop("g.siem", records("g.siem", 80));
    it.receiver.fault = () => ({ kind: "answer", status: 400 });
    const running = it.start();
    await until(() => it.logText().includes("receiver_refuses_all"));
    await running.stop();
    assert.deepEqual(await it.rejected(), []);
    it.receiver.fault = () => undefined;
    await it.once();
    assert.equal(assertDelivered(it.receiver.requests, { files: files.set("g.siem", 80) }), 0);
  });

  it("repeats nothing of a batch that is taken in part, where it then begins to refuse everything", async (t) => {
    const it = await bench(t, { lanes: 1, batchBytes: 1_000_000 });
    const files = await drop(it, 1, 200);
    it.options.refusesAll = { firstWaitMs: 300, longestWaitMs: 300 };
    const good = /#(\d|[1-5]\d)"/;
    it.receiver.fault = (lines) =>
      lines.every((line) => good.test(line)) ? undefined : { kind: "answer", status: 400 };
    const running = it.start();
    await until(() => it.logText().includes("receiver_refuses_all"));
    assert.deepEqual(await it.rejected(), []);
    assert.equal(it.receiver.lines.length, 60);
    it.receiver.fault = () => undefined;
    await until(() => it.receiver.lines.length >= 200);
    await running.stop();
    assert.equal(assertDelivered(it.receiver.requests, { files }), 0);
  });

  it("gives up no event that is only refused until the receiver has found itself", async (t) => {
    const it = await bench(t, { lanes: 1, batchBytes: 1_000_000 });
    const files = await drop(it, 1, 200);
    for (const number of [5, 15, 45, 75]) {
      it.receiver.fault = (_, request) => (request < number ? { kind: "answer", status: 400 } : undefined);
      await it.once();
    }
    assert.deepEqual(await it.rejected(), []);
    assert.equal(it.receiver.lines.length, 200);
    assert.equal(new Set(it.receiver.lines).size, files.get("f000.siem"));
  });

  it("gives up many bad events in a row once others are taken", async (t) => {
    const it = await bench(t, { lanes: 2 });
    await it.drop("a.siem", records("a.siem", 60, BAD));
    it.receiver.fault = refuses(400);
    const running = it.start();
    await until(() => it.logText().includes("receiver_refuses_all"));
    assert.deepEqual(await it.rejected(), []);
    const files = new Map([["a.siem", 60]]);
    while ((await it.rejected()).length < 60) {
      const name = `b${files.size}.siem`;
      await it.drop(name, records(name, 5));
      files.set(name, 5);
      await until(() => it.receiver.lines.length === 5 * (files.size - 1));
    }
    await running.stop();
    assert.ok(files.size < 20, `${files.size} files`);
    const refused = new Set(Array.from({ length: 60 }, (_, number) => `a.siem#${number}`));
    assert.equal(assertDelivered(it.receiver.requests, { files, refused }), 0);
  });

  it("sends no body that the receiver could cut off for its length", async (t) => {
    const it = await bench(t, { lanes: 1, batchBytes: 2_000_000 });
    const long = "x".repeat(18 * 1024 * 1024);
    // A control character takes six bytes in JSON.
    await it.drop("x.siem", [
      record("x.siem", 0),
      record("x.siem", 1, "\u0001".repeat(long.length)),
      record("x.siem", 2),
    ]);
    const outcome = await it.once();
    assert.deepEqual([outcome.rejected, outcome.events], [1, 2]);
    assert.ok(it.receiver.requests.every(({ lines }) => lines.join("").length < 100 * 1024 * 1024));
    assert.equal((await it.rejected()).length, 1);
  });

  it("holds up what is behind an event that it cannot keep, until it can", async (t) => {
    const it = await bench(t, { lanes: 1 });
    await it.drop("x.siem", [record("x.siem", 0, BAD), record("x.siem", 1)]);
    it.receiver.fault = refuses(400);
    let isFull = true;
    it.options.files = {
      ...nodeFiles,
      create: (path) =>
        isFull && path.includes("rejected")
          ? Promise.reject(Object.assign(new Error("no space left"), { code: "ENOSPC" }))
          : nodeFiles.create(path),
    };
    const running = it.start();
    await until(() => it.logText().includes("rejected_unwritable"));
    assert.match(it.logText(), /make room/);
    isFull = false;
    await until(async () => (await it.rejected()).length === 1);
    await running.stop();
    assert.equal(it.receiver.lines.length, 1);
    assert.equal((await it.once()).events, 0);
  });
});
