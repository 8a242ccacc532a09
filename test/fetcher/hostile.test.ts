// Answers that are not what they should be: nothing is lost in silence, nothing fills the memory, no account pays for another.

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { controlOf, failCodes } from "../../fetcher/api-1.ts";
import { sweep } from "../../fetcher/room.ts";
import { Service } from "../../fetcher/service.ts";
import { DAY } from "../../runtime/clock.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { LONGEST_REQUESTED_WAIT, RETRY, requestedWait } from "../../runtime/retry.ts";
import { Secret, scrub } from "../../runtime/secret.ts";
import type { Fault } from "../mimecast/server.ts";
import {
  AGES,
  accountConfig,
  bench,
  kv,
  ndjson,
  publish,
  simulated,
  TestClock,
  temporaryFolder,
} from "./harness.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const answer = (value: object, headers: Record<string, string> = {}): Fault => ({
  kind: "status",
  status: 200,
  headers: { "content-type": "application/json", ...headers },
  body: JSON.stringify(value),
});

describe("an answer of API 1.0", () => {
  it("is an error whatever shape its fail has", () => {
    const shapes = [
      [{}],
      [null],
      [{ errors: [] }],
      [{ errors: [null] }],
      { errors: [{ code: "x" }] },
      "no",
      ["no"],
    ];
    for (const fail of shapes) {
      const text = JSON.stringify({ meta: { isLastToken: true }, data: [], fail });
      assert.ok((controlOf(Buffer.from(text))?.fail.length ?? 0) > 0, text);
    }
    for (const code of [
      { toString: 1 },
      JSON.parse(`${"[".repeat(50_000)}${"]".repeat(50_000)}`),
      null,
      [],
      {},
    ]) {
      assert.deepEqual(failCodes({ fail: [{ code }] }), ["unknown"]);
    }
    assert.deepEqual(failCodes({ fail: [{ code: 418 }] }), ["418"]);
    const crowd = Array.from({ length: 9999 }, () => ({ code: `e\n\u0000${"x".repeat(9999)}` }));
    assert.ok(failCodes({ fail: [{ errors: crowd }, ...crowd] }).join().length < 10_000);
  });

  it("is data where it brings records, though it has a meta", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    server.faults.logs.push(answer({ meta: { status: 200 }, data: [{ aCode: "a" }], fail: [] }));
    await it.run();
    assert.match((await it.lines()).join("\n"), /"aCode":"a"/);
  });

  it("moves the token on where it brings nothing and is not the last", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    const [, ...later] = [kv(), kv()].map((line, at) => {
      server.batches.push({ members: [{ name: `receipt_${at}`, content: Buffer.from(line) }] });
      return line;
    });
    const token = Buffer.from("position 1 of the log").toString("base64");
    server.faults.logs.push(
      answer({ meta: { isLastToken: false }, data: [], fail: [] }, { "mc-siem-token": token }),
    );
    await it.run();
    await it.run();
    assert.deepEqual(await it.lines(), later);
  });

  it("is neither data nor the end of the logs where it is a web page", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    const published = publish(server, 1);
    it.options = { retry: { ...RETRY, attempts: 1 } };
    server.faults.logs.push({ kind: "status", status: 200, body: "<!doctype html><p>Maintenance" });
    assert.equal((await it.run()).failed, 1);
    assert.deepEqual(await it.files(), []);
    await it.run();
    assert.deepEqual(await it.lines(), published);
  });

  it("is told as a gap once, though it must be asked for again", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    publish(server, 1);
    await it.run();
    it.clock.offset = 9 * DAY;
    server.batches.push({ members: [], raw: Buffer.from("PK\x03\x04 and nothing more") });
    assert.deepEqual(await it.run(), { failed: 0, missing: 2 });
    assert.equal(await it.metric("gaps_total"), 1);
  });
});

describe("a file of API 2.0", () => {
  const BAD: readonly (readonly [string, Buffer])[] = [
    ["is empty", Buffer.alloc(0)],
    ["is a web page", Buffer.from("<?xml version='1.0'?><Error/>")],
    ["is a sentence", Buffer.from("The service is temporarily unavailable\n")],
    ["is the first byte of a gzip", Buffer.from([0x1f])],
    [
      "goes on in bytes that are no gzip",
      Buffer.concat([gzipSync(ndjson("receipt")), Buffer.from("\0and a lost member")]),
    ],
  ];
  for (const [name, raw] of BAD) {
    it(`is asked for again, and goes to quarantine if it stays, where it ${name}`, async (t) => {
      const server = await simulated(t);
      const it = await bench(t, server, [2]);
      const published = publish(server, 2);
      server.faults.file.push({ kind: "body", body: raw });
      assert.deepEqual(await it.run(), { failed: 0, missing: 0 });
      assert.deepEqual(await it.lines(), published);
      server.pages.get("receipt")?.push([{ content: "", raw }]);
      assert.deepEqual(await it.run(), { failed: 0, missing: 1 });
      assert.deepEqual(await it.lines(), published);
      assert.equal((await readdir(join(it.spool, "quarantine"))).length, 2);
    });
  }

  it("is read as it is where something on the way has unpacked it", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [2]);
    const line = ndjson("receipt");
    server.pages.set("receipt", [[{ content: "", raw: Buffer.from(`\ufeff${line}\n`) }]]);
    assert.deepEqual(await it.run(), { failed: 0, missing: 0 });
    assert.deepEqual(await it.lines(), [line]);
  });

  it("comes from no page whose cursor could not be read back from the state", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [2]);
    const published = publish(server, 2);
    it.options = { retry: { ...RETRY, attempts: 1 } };
    server.faults.batch.push(answer({ value: [], "@nextPage": "x".repeat(70_000), isCaughtUp: false }));
    assert.equal((await it.run()).failed, 1);
    assert.deepEqual(await it.run(), { failed: 0, missing: 0 });
    assert.deepEqual(await it.lines(), published);
    assert.equal(await it.metric("state_recoveries_total"), 0);
  });
});

describe("API 2.0", () => {
  it("does not take a token server that is not there for wrong credentials", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [2]);
    const published = publish(server, 2);
    server.faults.oauth.push({ kind: "status", status: 408 }, { kind: "status", status: 404 });
    assert.deepEqual(await it.run(), { failed: 0, missing: 0 });
    assert.deepEqual(await it.lines(), published);
    assert.doesNotMatch(it.logText(), /credentials_refused/);
  });

  it("asks for another access token where the one it got could stand in no header", async (t) => {
    for (const access_token of ["secret\r\nx-evil: 1", "secret\u2603", "secret token", "s".repeat(20_000)]) {
      const server = await simulated(t);
      const it = await bench(t, server, [2]);
      const published = publish(server, 2);
      server.faults.oauth.push(answer({ access_token }));
      assert.deepEqual(await it.run(), { failed: 0, missing: 0 }, it.logText());
      assert.deepEqual(await it.lines(), published);
      assert.match(it.logText(), /holds no access token/);
    }
  });

  it("shows in a metric that the clocks differ", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [2]);
    server.clockOffset = -3_600_000;
    await it.run();
    assert.ok(Math.abs((await it.metric("clock_skew_seconds")) + 3600) < 5);
  });
});

describe("retention", () => {
  it("deletes the other files where one cannot be deleted", async (t) => {
    const folder = await temporaryFolder(t);
    for (const name of ["a.siem", "b.siem"]) {
      await writeFile(join(folder, name), "x\n");
      await utimes(join(folder, name), 1, 1);
    }
    const remove = (path: string) =>
      path.endsWith("a.siem") ? Promise.reject(new Error("no")) : nodeFiles.remove(path);
    const limits = { maxAgeMs: DAY, maxBytes: 1e9, minAgeMs: DAY, quarantineAgeMs: DAY, minFreeBytes: 0 };
    const report = await sweep({ ...nodeFiles, remove }, new TestClock(), AGES, folder, limits, silent);
    assert.deepEqual([report.deleted, await readdir(folder)], [1, ["a.siem"]]);
  });
});

describe("names from outside", () => {
  it("do not fill the log, however long and many they are", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    const members = Array.from({ length: 100 }, (_, at) => ({
      name: `av_${at}_${"n".repeat(60_000)}`,
      content: Buffer.from(kv()),
      badChecksum: true,
    }));
    server.batches.push({ members });
    assert.deepEqual(await it.run(), { failed: 0, missing: 100 });
    const told = it.logs.find((line) => line.includes("went to quarantine")) ?? "";
    assert.ok(told.length > 0 && told.length < 50_000, `${told.length} bytes`);
  });

  it("are never labels of a metric", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    for (let at = 0; at < 4; at++) server.faults.logs.push(answer({ fail: [{ code: `stranger${at}` }] }));
    const service = await Service.open({ config: it.config, clock: it.clock, log: silent, version: "0" });
    t.after(() => service.close());
    await service.once(new AbortController().signal);
    assert.doesNotMatch(await service.metrics.registry.metrics(), /stranger/);
  });
});

describe("several accounts", () => {
  it("go on where one cannot write its folder", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1, 1]);
    const published = publish(server, 1);
    await mkdir(join(it.spool, ".incoming"), { recursive: true });
    await writeFile(join(it.spool, ".incoming", "acme"), "no folder");
    assert.deepEqual(await it.run(), { failed: 1, missing: 0 });
    assert.deepEqual(await it.lines(), published);
  });

  it("have connections of their own: hung downloads of one do not hold up another", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [2, 1]);
    it.config = { ...it.config, downloads: 16 };
    const warnings: Error[] = [];
    const warned = (warning: Error): number => warnings.push(warning);
    process.on("warning", warned);
    t.after(() => process.off("warning", warned));
    const page = () => Array.from({ length: 16 }, () => ({ content: ndjson("receipt") }));
    server.pages.set("receipt", [page()]);
    server.faults.file.push(...Array.from({ length: 16 }, () => ({ kind: "silence" }) as const));
    // The other account's logs come when the downloads of the first already hang.
    server.faults.logs.push({ kind: "status", status: 429, headers: { "x-ratelimit-reset": "300" } });
    it.clock.sleep = (milliseconds) =>
      new Promise((resolve) => setTimeout(resolve, Math.min(milliseconds, 300)));
    publish(server, 1);
    assert.deepEqual(await it.run(), { failed: 0, missing: 0 });
    const caughtUp = it.logs.findIndex((line) => line.includes('"more1"') && line.includes('"caught up"'));
    const timedOut = it.logs.findIndex((line) => line.includes('"acme"') && line.includes("asking again"));
    assert.ok(caughtUp >= 0 && caughtUp < timedOut, `${caughtUp} ${timedOut}`);
    assert.deepEqual(warnings, [], "node has nothing to say on standard error");
  });

  it("may be called lock", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    it.config = { ...it.config, accounts: [accountConfig(server, 1, "lock")] };
    publish(server, 1);
    await it.run();
    await it.run();
    assert.equal(await it.metric("state_recoveries_total"), 0);
  });
});

describe("secrets", () => {
  it("are not to be found in the text of the metrics and in health", async (t) => {
    for (const version of [1, 2] as const) {
      const server = await simulated(t);
      const it = await bench(t, server, [version]);
      publish(server, version);
      const { credentials } = server;
      const echo = answer({ fail: Object.values(credentials).map((code) => ({ code })) });
      server.faults.logs.push({ kind: "status", status: 500 }, { kind: "reset" }, echo);
      server.faults.batch.push({ kind: "status", status: 401 }, echo, { kind: "reset" });
      server.faults.file.push({ kind: "status", status: 403 }, { kind: "truncated" });
      const service = await Service.open({
        config: it.config,
        clock: it.clock,
        log: silent,
        version: "0",
        retry: { ...RETRY, attempts: 4 },
      });
      t.after(() => service.close());
      await service.once(new AbortController().signal);
      const text = await service.metrics.registry.metrics();
      assert.match(text, /mimecast_udm_retries_total\{/);
      const state = await readFile(join(it.folder, "state", "acme.json"), "utf8");
      const tokens = [...state.matchAll(/"token":"([^"]+)"/g)].map(([, token = ""]) => token);
      const health = scrub(JSON.stringify(service.health()));
      assert.ok(tokens.length > 0);
      for (const secret of [...Object.values(credentials), ...tokens, "X-Signature", "Bearer"]) {
        assert.ok(!text.includes(secret), `${version}`);
        if (secret !== credentials.appId && secret !== credentials.clientId)
          assert.ok(!health.includes(secret));
      }
    }
  });

  it("are not to be found in errors, though Mimecast repeats them as codes", () => {
    const secret = new Secret("a+secret/of+many=characters");
    const [code = ""] = failCodes({ fail: [{ code: `no ${secret.reveal()}` }] });
    assert.doesNotMatch(code, /secretof|characters/);
  });

  it("that pass are forgotten in time, and those of the settings never", () => {
    const settled = new Secret("settled-secret-1");
    for (let at = 0; at < 1000; at++) Secret.passing(`passing-secret-${at}.`);
    assert.equal(scrub("passing-secret-0."), "passing-secret-0.", "memory stays bounded");
    assert.equal(scrub("passing-secret-999."), "[secret]");
    Secret.passing(settled.reveal());
    for (let at = 0; at < 1000; at++) Secret.passing(`passing-secret-${at}.`);
    assert.equal(scrub("settled-secret-1"), "[secret]");
  });
});

describe("headers", () => {
  const value = fc.oneof(
    fc.string({ maxLength: 60 }),
    fc.constantFrom("0", "-1", "1e99", "NaN", "9".repeat(400), "__proto__", "Thu, 01 Jan 1970 00:00:00 GMT"),
    fc.nat().map(String),
  );

  it("never make us wait for less than nothing or more than a quarter of an hour", () => {
    fc.assert(
      fc.property(value, value, fc.constantFrom(1 as const, 2 as const), (reset, after, api) => {
        const headers = new Map([
          ["x-ratelimit-reset", reset],
          ["retry-after", after],
        ]);
        const wait = requestedWait((name) => headers.get(name), api, Date.UTC(2026, 0, 2));
        assert.ok(wait === undefined || (wait > 0 && wait <= LONGEST_REQUESTED_WAIT), String(wait));
      }),
      { numRuns: 2000 },
    );
  });

  it("of any kind lose and double no record, and lead nowhere outside of the spool", async (t) => {
    const server = await simulated(t);
    const line = kv();
    server.batches.push({ members: [{ name: "receipt_1", content: Buffer.from(line) }] });
    // What node's server lets pass: latin1 without control characters.
    const sent = fc
      .oneof(value, fc.constantFrom('attachment; filename="../../../x"', "attachment; filename*=UTF-8''%00"))
      .map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, ""));
    await fc.assert(
      fc.asyncProperty(sent, sent, sent, async (disposition, type, date) => {
        const it = await bench(t, server, [1]);
        const body = Buffer.from(line);
        const headers = {
          "content-disposition": disposition,
          "content-type": type,
          date,
          "mc-siem-token": Buffer.from("position 1 of the log").toString("base64"),
        };
        server.faults.logs.push({ kind: "status", status: 200, headers, body: body.toString() });
        assert.deepEqual(await it.run(), { failed: 0, missing: 0 }, it.logText());
        assert.deepEqual(await it.lines(), [line]);
        assert.deepEqual((await readdir(it.folder)).sort(), ["spool", "state"]);
      }),
      { numRuns: 40 },
    );
  });

  it("too large are an error that is told, and asked again", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    const published = publish(server, 1);
    server.faults.logs.push({
      kind: "status",
      status: 200,
      headers: { "mc-siem-token": "x".repeat(100_000) },
    });
    assert.deepEqual(await it.run(), { failed: 0, missing: 0 });
    assert.deepEqual(await it.lines(), published);
    assert.ok((await it.metric("retries_total")) >= 1);
  });
});
