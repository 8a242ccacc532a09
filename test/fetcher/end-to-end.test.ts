// Both APIs, from the simulated Mimecast to files in the spool.

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { DAY } from "../../runtime/clock.ts";
import { createHttp } from "../../runtime/http.ts";
import { bench, kv, kvs, publish, simulated } from "./harness.ts";

for (const version of [1, 2] as const) {
  describe(`fetching by API ${version}.0`, () => {
    it("brings every published record into the spool, once", async (t) => {
      const server = await simulated(t);
      const { run, lines, logText } = await bench(t, server, [version]);
      const published = publish(server, version);
      assert.deepEqual(await run(), { failed: 0, missing: 0 }, logText());
      assert.deepEqual(await lines(), published);
    });

    it("goes on where it stopped, and brings nothing twice", async (t) => {
      const server = await simulated(t);
      const { run, lines, metric } = await bench(t, server, [version]);
      const published = publish(server, version);
      await run();
      await run();
      published.push(...publish(server, version, 2));
      await run();
      assert.deepEqual(await lines(), published.sort());
      assert.equal(await metric("repeated_files_total"), 0);
      assert.equal(await metric("events_total"), published.length);
    });

    it("drops nothing again that a shipper has removed, though the state is lost", async (t) => {
      const server = await simulated(t);
      const { run, files, folder, spool, metric, logText } = await bench(t, server, [version]);
      publish(server, version);
      await run();
      for (const name of await files()) await rm(join(spool, name));
      await rm(join(folder, "state", "acme.json"));
      await rm(join(folder, "state", "acme.json.previous"), { force: true });
      await run();
      assert.deepEqual(await files(), []);
      assert.ok((await metric("repeated_files_total")) > 0);
      assert.equal(await metric("state_recoveries_total"), 1);
      assert.match(logText(), /no state can be read: fetching restarts with the earliest log/);
    });

    it("takes the copy before it, and says so, where the state is torn or empty", async (t) => {
      for (const spoil of [(text: string) => text.slice(0, text.length / 2), () => "", () => "{}\n{}\n"]) {
        const server = await simulated(t);
        const { run, lines, folder, logText } = await bench(t, server, [version]);
        const published = publish(server, version);
        await run();
        const state = join(folder, "state", "acme.json");
        await writeFile(state, spoil(await readFile(state, "utf8")));
        await run();
        assert.deepEqual(await lines(), published);
        assert.match(logText(), /from the copy before it/);
      }
    });

    it("reports a gap with its span after more than seven days", async (t) => {
      const server = await simulated(t);
      const it = await bench(t, server, [version]);
      publish(server, version);
      await it.run();
      it.clock.offset = 9 * DAY;
      assert.deepEqual(await it.run(), { failed: 0, missing: version === 1 ? 1 : 10 });
      assert.match(
        it.logText(),
        /"cursor":"(siem|receipt)","from":"[^"]+","to":"[^"]+","seconds":17280\d,"msg":"GAP/,
      );
      assert.ok((await it.metric("gap_seconds_total")) >= 2 * 86_400);
      assert.equal((await it.run()).missing, 0, "it is reported once");
    });

    it("shows no secret in logs, state, quarantine and metrics", async (t) => {
      const server = await simulated(t);
      const { run, folder, logText } = await bench(t, server, [version]);
      publish(server, version);
      server.faults.logs.push(
        { kind: "status", status: 500 },
        { kind: "body", body: Buffer.from("PK\x03\x04broken") },
      );
      server.faults.file.push({ kind: "status", status: 403 }, { kind: "reset" }, { kind: "truncated" });
      await run();
      await run();
      const texts = [logText()];
      for (const name of await readdir(folder, { recursive: true })) {
        texts.push(await readFile(join(folder, name), "utf8").catch(() => ""));
      }
      for (const text of texts) {
        for (const secret of Object.values(server.credentials).filter(
          (value) => value !== server.credentials.appId,
        )) {
          assert.ok(!text.includes(secret), "no secret");
        }
        assert.doesNotMatch(text, /X-Signature|Bearer [A-Za-z0-9]{8}|MC [A-Za-z0-9]{8}/);
      }
    });
  });
}

describe("fetching by API 1.0", () => {
  it("unrolls JSON members, one record a line", async (t) => {
    const server = await simulated(t);
    const { run, lines } = await bench(t, server, [1]);
    const records = ['{"aCode":"a","n":1.50,"x":null}', '{"aCode":"b","s":"}]\\"{"}'];
    const content = Buffer.from(`{"type":"MTA","data":[${records[0]},\n ${records[1]} ]}`);
    server.batches.push({ members: [{ name: "receipt_1.json", content }] });
    await run();
    assert.deepEqual(await lines(), records);
  });

  it("keeps equal contents of two members, since they are two files", async (t) => {
    const server = await simulated(t);
    const { run, lines } = await bench(t, server, [1]);
    const line = kv();
    const members = ["av_1.siem", "av_2.siem"].map((name) => ({ name, content: Buffer.from(line) }));
    server.batches.push({ members });
    await run();
    assert.deepEqual(await lines(), [line, line]);
  });

  it("restarts from the earliest log, aloud and without a double, when its token is refused", async (t) => {
    const server = await simulated(t);
    const { run, lines, logText } = await bench(t, server, [1]);
    const published = publish(server, 1);
    await run();
    server.refusesTokens = true;
    assert.equal((await run()).failed, 0);
    assert.deepEqual(await lines(), published);
    assert.match(logText(), /refused the saved token/);
  });

  it("is done when the token comes back that it sent", async (t) => {
    const server = await simulated(t);
    const { run, lines } = await bench(t, server, [1]);
    const published = publish(server, 1, 1);
    await run();
    server.sameToken = true;
    published.push(...publish(server, 1, 1));
    assert.equal((await run()).failed, 0);
    assert.deepEqual(await lines(), published.sort());
  });

  it("ends a poll in which tokens never end, with an error", async (t) => {
    const server = await simulated(t);
    const { run, lines, logText } = await bench(t, server, [1]);
    const published = publish(server, 1);
    server.neverEnds = true;
    assert.equal((await run()).failed, 1);
    assert.match(logText(), /"cursor_never_ends"/);
    assert.deepEqual(await lines(), published);
    assert.ok(server.count("logs") < 100);
  });

  it("signs by Mimecast's clock where ours is wrong, and says so", async (t) => {
    const server = await simulated(t);
    const { run, lines, logText, metric } = await bench(t, server, [1]);
    const published = publish(server, 1);
    server.clockOffset = -3_600_000;
    assert.equal((await run()).failed, 0, logText());
    assert.deepEqual(await lines(), published);
    assert.match(logText(), /clock and Mimecast's differ/);
    assert.ok(Math.abs((await metric("clock_skew_seconds")) + 3600) < 5);
  });

  /** An account that is known by its address alone; the discovery's own host is the simulated one. */
  const addressed = async (t: TestContext) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    const accounts = it.config.accounts.map((account) => ({
      ...account,
      baseUrl: undefined,
      email: "admin@example.com",
    }));
    it.config = { ...it.config, accounts };
    const http = createHttp({ ca: server.ca, userAgent: "test" });
    const toSimulated = (url: string): string => url.replace("https://api.mimecast.com", server.url);
    it.options = {
      http: { ...http, send: (request) => http.send({ ...request, url: toSimulated(request.url) }) },
    };
    return Object.assign(it, { server });
  };

  it("discovers the base URL from an e-mail address", async (t) => {
    const it = await addressed(t);
    const published = publish(it.server, 1);
    assert.deepEqual(await it.run(), { failed: 0, missing: 0 }, it.logText());
    assert.equal(it.server.count("discovery"), 1);
    assert.deepEqual(await it.lines(), published);
  });

  it("sends nothing to a base URL that was discovered and is not https", async (t) => {
    const it = await addressed(t);
    const body = JSON.stringify({ data: [{ region: { api: it.server.url.replace("https:", "http:") } }] });
    it.server.faults.discovery.push({ kind: "status", status: 200, headers: {}, body });
    assert.deepEqual(await it.run(), { failed: 1, missing: 0 });
    assert.equal(it.server.count("logs"), 0);
    assert.match(it.logText(), /"wrong_region"/);
  });

  it("does not take a cursor that is too long to be kept", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [2]);
    const published = publish(server, 2);
    const body = JSON.stringify({ value: [], "@nextPage": "x".repeat(65_537) });
    server.faults.batch.push({ kind: "status", status: 200, headers: {}, body });
    assert.deepEqual(await it.run(), { failed: 0, missing: 0 });
    assert.deepEqual(await it.lines(), published);
    assert.match(it.logText(), /"answer_unreadable"/);
  });

  it("appends every record to the merged file, too, once", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1, 1]);
    const mergeTo = join(it.folder, "mimecast.log");
    it.config = { ...it.config, mergeTo };
    const published = publish(server, 1);
    await it.run();
    await it.run();
    const merged = (await readFile(mergeTo, "utf8")).trimEnd().split("\n").sort();
    assert.deepEqual(merged, [...published, ...published].sort(), "two accounts, the same logs");
  });
});

describe("a merged file that cannot be written", () => {
  it("is what the error names, and is filled once it can be", async (t) => {
    const server = await simulated(t);
    const it = await bench(t, server, [1]);
    const mergeTo = join(it.folder, "merged", "mimecast.log");
    it.config = { ...it.config, mergeTo };
    const published = publish(server, 1);
    assert.deepEqual(await it.run(), { failed: 1, missing: 0 });
    assert.ok(it.logText().includes(`"spool_unwritable","message":"cannot write to ${mergeTo}: ENOENT`));
    await mkdir(join(it.folder, "merged"));
    assert.equal((await it.run()).failed, 0);
    const merged = (await readFile(mergeTo, "utf8")).trimEnd().split("\n").sort();
    assert.deepEqual(merged, [...published].sort());
    assert.deepEqual(await it.lines(), published);
  });
});

describe("several accounts", () => {
  it("does not let one hold up another", async (t) => {
    const good = await simulated(t);
    const bad = await simulated(t);
    const it = await bench(t, good, [1]);
    const other = await bench(t, bad, [2]);
    const published = publish(good, 1);
    bad.faults.oauth.push(...Array.from({ length: 50 }, () => ({ kind: "status", status: 500 }) as const));
    const [account] = other.config.accounts;
    assert.ok(account);
    it.config = { ...it.config, accounts: [{ ...account, name: "bad" }, ...it.config.accounts] };
    assert.deepEqual(await it.run(), { failed: 1, missing: 0 });
    assert.deepEqual(await it.lines(), published);
  });
});

describe("what Mimecast publishes while we are behind", () => {
  it("fetches what is left of the window after an outage, and only that", async (t) => {
    const server = await simulated(t);
    const { run, lines, clock } = await bench(t, server, [1]);
    const [old = "", young = ""] = kvs(2);
    const member = (line: string) => [
      { name: `receipt_${line.length}${line.slice(30, 60)}`, content: Buffer.from(line) },
    ];
    server.batches.push({ members: member(old), publishedAt: clock.now() - 8 * DAY });
    server.batches.push({ members: member(young), publishedAt: clock.now() - 6 * DAY });
    await run();
    assert.deepEqual(await lines(), [young]);
  });
});
