// Everything that goes wrong on the way: nothing is lost, nothing comes twice, and each is to be seen in a metric.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { readlinkSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { gzipSync } from "node:zlib";
import { DAY, HOUR } from "../../runtime/clock.ts";
import { type Files, nodeFiles, type OpenFile } from "../../runtime/files.ts";
import { RETRY } from "../../runtime/retry.ts";
import type { Fault, Route, SimulatedMimecast } from "../mimecast/server.ts";
import { type Bench, bench, kv, ndjson, publish, simulated } from "./harness.ts";

interface Scene extends Bench {
  readonly server: SimulatedMimecast;
  readonly published: string[];
}

async function scene(t: TestContext, version: 1 | 2): Promise<Scene> {
  const server = await simulated(t);
  return Object.assign(await bench(t, server, [version]), { server, published: publish(server, version) });
}

const times = (count: number, fault: Fault): Fault[] => Array.from({ length: count }, () => fault);

/** Faults that are over after a while: one run brings everything, and `metric` has seen them. */
const PASSING: readonly (readonly [string, 1 | 2, Route, readonly Fault[], string])[] = [
  ["a connection reset in mid-body", 1, "logs", [{ kind: "reset" }], "retries_total"],
  ["a connection reset in mid-file", 2, "file", [{ kind: "reset" }], "retries_total"],
  ["a connection reset in mid-page", 2, "batch", [{ kind: "reset" }], "retries_total"],
  ["a body shorter than its Content-Length", 1, "logs", [{ kind: "short" }], "retries_total"],
  ["a file shorter than its Content-Length", 2, "file", [{ kind: "short" }], "retries_total"],
  ["a truncated zip", 1, "logs", [{ kind: "truncated" }], "retries_total"],
  ["a truncated gzip", 2, "file", times(2, { kind: "truncated" }), "retries_total"],
  ["a slow drip", 1, "logs", [{ kind: "drip", everyMs: 50 }], "retries_total"],
  ["a file that drips", 2, "file", [{ kind: "drip", everyMs: 50 }], "retries_total"],
  ["silence", 2, "oauth", [{ kind: "silence" }], "retries_total"],
  ["status 500", 1, "logs", times(3, { kind: "status", status: 500 }), "retries_total"],
  ["status 503 from the storage", 2, "file", times(3, { kind: "status", status: 503 }), "retries_total"],
  ["an expired presigned URL", 2, "file", times(2, { kind: "status", status: 403 }), "retries_total"],
  [
    "a presigned URL that is gone for a moment",
    2,
    "file",
    [{ kind: "status", status: 404 }],
    "retries_total",
  ],
  ["an access token that ends early", 2, "batch", [{ kind: "status", status: 401 }], "retries_total"],
  [
    "a storm of 429 in API 1.0",
    1,
    "logs",
    times(20, { kind: "status", status: 429, headers: { "x-ratelimit-reset": "1500" } }),
    "retries_total",
  ],
  [
    "a storm of 429 in API 2.0",
    2,
    "batch",
    times(20, { kind: "status", status: 429, body: '{"detail":"Over throttling limit"}' }),
    "retries_total",
  ],
];

describe("a fault that passes", () => {
  for (const [name, version, route, faults, metric] of PASSING) {
    it(`loses and doubles nothing: ${name}`, async (t) => {
      const it = await scene(t, version);
      it.server.faults[route].push(...faults);
      assert.deepEqual(await it.run(), { failed: 0, missing: 0 }, it.logText());
      assert.deepEqual(await it.lines(), it.published);
      assert.ok((await it.metric(metric)) >= 1, metric);
      assert.deepEqual(await readdir(join(it.spool, ".incoming", "acme")), []);
    });
  }

  it("takes a new access token where the old one ends in mid-page", async (t) => {
    const it = await scene(t, 2);
    it.server.tokenLife = 1;
    it.clock.sleep = () => Promise.resolve();
    const ended = setInterval(() => it.server.endAccessTokens(), 15);
    t.after(() => clearInterval(ended));
    const rounds = [await it.run(), await it.run(), await it.run()];
    clearInterval(ended);
    rounds.push(await it.run());
    assert.equal(rounds.at(-1)?.failed, 0);
    assert.deepEqual(await it.lines(), it.published);
  });

  it("waits as long as a 429 says, in milliseconds, and no longer than a quarter of an hour", async (t) => {
    const it = await scene(t, 1);
    for (const reset of ["1500", "999999999"]) {
      it.server.faults.logs.push({ kind: "status", status: 429, headers: { "x-ratelimit-reset": reset } });
    }
    await it.run();
    assert.deepEqual(it.clock.slept, [1500, 900_000]);
  });

  it("never takes a 429 for the end of the logs", async (t) => {
    const it = await scene(t, 1);
    it.options = { retry: { ...RETRY, patienceMs: 0 } };
    it.server.faults.logs.push({ kind: "status", status: 429 });
    assert.equal((await it.run()).failed, 1);
    assert.equal((await it.run()).failed, 0);
    assert.deepEqual(await it.lines(), it.published);
  });

  it("keeps the cursor of an empty page", async (t) => {
    const it = await scene(t, 2);
    it.server.emptyPages = true;
    assert.equal((await it.run()).failed, 0);
    assert.deepEqual(await it.lines(), it.published);
  });

  it("drops a URL once that stands on its page twice", async (t) => {
    const it = await scene(t, 2);
    it.server.repeatsUrls = true;
    await it.run();
    assert.deepEqual(await it.lines(), it.published);
    assert.equal(await it.metric("files_total"), 12);
  });

  it("tells files apart whose URLs differ in their queries alone, also when a page is asked for again", async (t) => {
    const it = await scene(t, 2);
    it.server.tellsByQuery = true;
    const lines = [ndjson("receipt"), ndjson("receipt"), ndjson("receipt")];
    it.server.pages.get("receipt")?.unshift(lines.map((content) => ({ content })));
    it.server.faults.file.push(undefined, { kind: "status", status: 403 });
    assert.equal((await it.run()).failed, 0);
    assert.deepEqual(await it.lines(), [...it.published, ...lines].sort());
  });

  it("restarts a type from its earliest log where its cursor is refused", async (t) => {
    const it = await scene(t, 2);
    await it.run();
    it.server.refusesTokens = true;
    assert.equal((await it.run()).failed, 0);
    assert.deepEqual(await it.lines(), it.published);
    assert.match(it.logText(), /refused the saved cursor/);
  });
});

describe("a refusal", () => {
  const REFUSALS: readonly (readonly [string, string, RegExp])[] = [
    ["err_xdk_binding_expired", "key_expired", /make a new access key/],
    ["err_developer_key", "credentials_refused", /check application id and key/],
    ["err_audit_log_incorrect_region", "wrong_region", /set baseUrl/],
  ];
  for (const [code, told, remedy] of REFUSALS) {
    for (const status of [200, 418]) {
      it(`stops with what to do on ${code} as status ${status}`, async (t) => {
        const it = await scene(t, 1);
        const body = JSON.stringify({ meta: { status }, data: [], fail: [{ errors: [{ code }] }] });
        const headers = { "content-type": "application/json" };
        it.server.faults.logs.push({ kind: "status", status, headers, body });
        assert.equal((await it.run()).failed, 1);
        assert.equal(it.server.count("logs"), 1, "it does not ask again");
        assert.match(
          it.logText(),
          new RegExp(`"code":"${status === 418 && told !== "key_expired" ? "key_expired" : told}"`),
        );
        if (status === 200) assert.match(it.logText(), remedy);
      });
    }
  }

  it("stops on a secret key that is wrong", async (t) => {
    const it = await scene(t, 1);
    it.server.credentials.secretKey = "ZGlmZmVyZW50";
    assert.equal((await it.run()).failed, 1);
    assert.match(it.logText(), /credentials_refused/);
    assert.equal(it.server.count("logs"), 1);
  });

  it("stops on a client secret that is wrong", async (t) => {
    const it = await scene(t, 2);
    it.server.credentials.clientSecret = "different";
    assert.equal((await it.run()).failed, 1);
    assert.match(it.logText(), /check client id and client secret/);
    assert.equal(it.server.count("oauth"), 1);
  });

  it("asks once with a new token, and then stops, where every token is refused", async (t) => {
    const it = await scene(t, 2);
    it.server.faults.batch.push(...times(500, { kind: "status", status: 401 }));
    assert.equal((await it.run()).failed, 1);
    assert.match(it.logText(), /refused a fresh access token/);
    assert.ok(it.server.count("batch") <= 20);
  });

  it("fetches the other types where one fails", async (t) => {
    const it = await scene(t, 2);
    it.options = { retry: { ...RETRY, attempts: 1 } };
    it.server.faults.batch.push({ kind: "status", status: 500 });
    assert.equal((await it.run()).failed, 1);
    assert.ok((await it.lines()).length >= it.published.length / 2);
    assert.equal((await it.run()).failed, 0);
    assert.deepEqual(await it.lines(), it.published);
  });
});

describe("poison", () => {
  it("goes to quarantine with its reason, and what stands beside and behind it is fetched", async (t) => {
    const it = await scene(t, 1);
    const good = kv();
    const members = [
      { name: "receipt_good.siem", content: Buffer.from(good) },
      { name: "av_bad.siem", content: Buffer.from(kv("bad")), badChecksum: true },
      { name: "iep_torn.siem", content: Buffer.from(kv("torn".repeat(200))), torn: true },
    ];
    it.server.batches.splice(1, 0, { members });
    assert.deepEqual(await it.run(), { failed: 0, missing: 2 });
    assert.deepEqual(await it.lines(), [...it.published, good].sort());
    const [zip = "", reason = ""] = (await readdir(join(it.spool, "quarantine"))).sort();
    assert.match(zip, /^acme-[0-9a-f]{24}\.zip$/);
    assert.equal(reason, `${zip}.reason.json`);
    const told = JSON.parse(await readFile(join(it.spool, "quarantine", reason), "utf8"));
    assert.equal(told.code, "archive_broken");
    assert.match(told.source.members[0], /^av_bad\.siem: .*wrong checksum/);
    assert.equal(await it.metric("quarantined_total"), 2);
  });

  it("does not stop at a zip that is none", async (t) => {
    const it = await scene(t, 1);
    it.server.batches.unshift({ members: [], raw: Buffer.from("PK\x03\x04 and nothing more") });
    assert.deepEqual(await it.run(), { failed: 0, missing: 1 });
    assert.deepEqual(await it.lines(), it.published);
  });

  it("does not stop at a file that stays a broken gzip", async (t) => {
    const it = await scene(t, 2);
    const raw = gzipSync(ndjson("receipt"));
    raw.fill(0, raw.length - 6);
    it.server.pages.get("receipt")?.unshift([{ content: "", raw }]);
    assert.deepEqual(await it.run(), { failed: 0, missing: 1 });
    assert.deepEqual(await it.lines(), it.published);
  });

  it("refuses bombs and crowds, and goes on behind them", async (t) => {
    const it = await scene(t, 1);
    it.config = { ...it.config, limits: { ...it.config.limits, maxUnpacked: 1_000_000, maxMembers: 50 } };
    it.server.batches.unshift(
      { members: [{ name: "receipt_bomb.siem", content: Buffer.alloc(20_000_000, "a\n") }] },
      { members: Array.from({ length: 60 }, (_, at) => ({ name: `av_${at}`, content: Buffer.from(kv()) })) },
    );
    assert.deepEqual(await it.run(), { failed: 0, missing: 2 });
    assert.deepEqual(await it.lines(), it.published);
    assert.match(it.logText(), /archive_too_large/);
  });

  it("reads a member called ../, and writes nothing outside of the spool", async (t) => {
    const it = await scene(t, 1);
    const line = kv();
    it.server.batches.push({ members: [{ name: "../../../evil.siem", content: Buffer.from(line) }] });
    await it.run();
    assert.deepEqual(await it.lines(), [...it.published, line].sort());
    assert.deepEqual((await readdir(it.folder)).sort(), ["spool", "state"]);
  });

  for (const version of [1, 2] as const) {
    it(`goes on behind an answer of API ${version}.0 that is larger than is read, and says so once`, async (t) => {
      const it = await scene(t, version);
      it.config = { ...it.config, limits: { ...it.config.limits, maxDownload: 20_000 } };
      const raw = randomBytes(50_000);
      if (version === 1) it.server.batches.unshift({ members: [], raw });
      else it.server.pages.get("receipt")?.unshift([{ content: "", raw }]);
      assert.deepEqual(await it.run(), { failed: 0, missing: 1 });
      assert.deepEqual(await it.lines(), it.published);
      assert.match(it.logText(), /LOST: an answer was too large.*|limits\.maxDownload/);
      const [reason = ""] = await readdir(join(it.spool, "quarantine"));
      assert.match(reason, /^acme-[0-9a-f]{24}\.missing\.reason\.json$/);
      assert.deepEqual(await it.run(), { failed: 0, missing: 0 });
      assert.equal(await it.metric("quarantined_total"), 1);
    });
  }

  it("is told once, though its page comes again for the sake of another file", async (t) => {
    const it = await scene(t, 2);
    const raw = gzipSync(ndjson("receipt"));
    raw.fill(0, raw.length - 6);
    it.server.pages.get("receipt")?.unshift([
      { content: "", gone: true },
      { content: "", raw },
    ]);
    assert.deepEqual(await it.run(), { failed: 1, missing: 1 }, "a failed poll, too, says what is missing");
    for (let poll = 0; poll < 3; poll++) assert.deepEqual(await it.run(), { failed: 1, missing: 0 });
    assert.equal(await it.metric("quarantined_total"), 1);
    assert.equal((await readdir(join(it.spool, "quarantine"))).length, 2);
  });

  it("tells every answer that is too large, though they are called the same", async (t) => {
    const it = await scene(t, 1);
    it.config = { ...it.config, limits: { ...it.config.limits, maxDownload: 20_000 } };
    const large = () => ({ members: [], raw: randomBytes(50_000) });
    it.server.batches.unshift(large(), large());
    assert.deepEqual(await it.run(), { failed: 0, missing: 2 });
    it.server.batches.push(large());
    assert.deepEqual(await it.run(), { failed: 0, missing: 1 });
    // As the documentation says to do about it, but not enough: lost again, and told again.
    for (const name of ["acme.json", "acme.json.previous"]) await rm(join(it.folder, "state", name));
    it.config = { ...it.config, limits: { ...it.config.limits, maxDownload: 30_000 } };
    assert.deepEqual(await it.run(), { failed: 0, missing: 3 });
    assert.deepEqual(await it.lines(), it.published);
  });

  it("says what is lost where a page forgets a file that it named and did not give", async (t) => {
    const it = await scene(t, 2);
    it.config = { ...it.config, patienceMs: HOUR };
    const lines = [ndjson("receipt"), ndjson("receipt")];
    const [first = "", second = ""] = lines;
    const page = [{ content: first }, { content: second, gone: true }];
    it.server.pages.get("receipt")?.unshift(page);
    assert.equal((await it.run()).failed, 1);
    // The file is not named any more, neither when the page is asked for again nor in later polls.
    page.pop();
    assert.equal((await it.run()).failed, 1);
    it.clock.passes(2 * HOUR);
    assert.deepEqual(await it.run(), { failed: 0, missing: 1 });
    assert.deepEqual(await it.lines(), [...it.published, first].sort());
    assert.equal(await it.metric("lost_files_total"), 1);
  });

  it("forgets no file that is on its page twice, though only once when it is asked for again", async (t) => {
    const it = await scene(t, 2);
    it.config = { ...it.config, patienceMs: 0 };
    it.server.tellsByQuery = true;
    const lines = [ndjson("receipt"), ndjson("receipt")];
    const page = lines.map((content, index) => ({ content, gone: index === 1 }));
    it.server.pages.get("receipt")?.unshift(page);
    let asked = 0;
    it.server.onRequest = (route, url) => {
      const isPage = route === "batch" && url.searchParams.get("type") === "receipt";
      if (isPage && ++asked === 2) page.pop();
    };
    const { missing } = await it.run();
    assert.equal(missing, 1);
    assert.deepEqual(await it.lines(), [...it.published, lines[0] as string].sort());
  });

  for (const call of ["rename", "syncFolder"] as const) {
    it(`is told though the fetcher failed in the moment in which it was noted (${call})`, async (t) => {
      const it = await scene(t, 1);
      it.server.batches.unshift({ members: [], raw: Buffer.from("PK\x03\x04 and nothing more") });
      let failures = 1;
      const failing = async (path: string, to?: string): Promise<void> => {
        const isReason = /reason\.json$/.test(to ?? "") || (to === undefined && /quarantine$/.test(path));
        if (call === "rename") await nodeFiles.rename(path, to as string);
        else await nodeFiles.syncFolder(path);
        if (isReason && failures-- > 0) throw Object.assign(new Error("EIO"), { code: "EIO" });
      };
      it.options = { files: { ...nodeFiles, [call]: failing } };
      const rounds = [await it.run(), await it.run()];
      assert.ok(
        rounds.some(({ missing }) => missing > 0),
        JSON.stringify(rounds),
      );
      assert.ok((await it.metric("quarantined_total")) >= 1);
      assert.deepEqual(await it.lines(), it.published);
    });
  }

  it("never drops an empty file", async (t) => {
    const it = await scene(t, 1);
    it.server.batches.unshift(
      { members: [{ name: "av_empty.siem", content: Buffer.from("\r\n\n") }] },
      { members: [] },
    );
    assert.equal((await it.run()).failed, 0);
    assert.deepEqual(await it.lines(), it.published);
  });

  it("waits for a file that Mimecast does not give, and in the end says that it is lost", async (t) => {
    const it = await scene(t, 2);
    const line = ndjson("receipt");
    it.server.pages.get("receipt")?.unshift([{ content: "", gone: true }, { content: line }]);
    assert.equal((await it.run()).failed, 1);
    it.clock.passes(HOUR);
    assert.equal((await it.run()).failed, 1, "it is still asked for");
    it.clock.offset += 30 * DAY;
    assert.equal((await it.run()).failed, 1, "a clock that jumps takes no patience");
    it.clock.offset -= 30 * DAY;
    it.clock.passes(DAY);
    assert.deepEqual(await it.run(), { failed: 0, missing: 1 });
    assert.deepEqual(await it.lines(), [...it.published, line].sort());
    assert.match(it.logText(), /LOST: a file that Mimecast named/);
    assert.equal(await it.metric("lost_files_total"), 1);
  });
});

/** A file system in which the calls of one name fail, from the n-th on, as long as it is broken. */
class BrokenFiles {
  broken = true;
  calls = 0;
  readonly files: Files;

  constructor(fails: "write" | "sync" | keyof Files, from: number, code: string) {
    const check = (name: string): void => {
      if (name === fails && ++this.calls >= from && this.broken)
        throw Object.assign(new Error(code), { code });
    };
    const wrap = (file: OpenFile): OpenFile => ({
      write: async (bytes) => {
        check("write");
        await file.write(bytes);
      },
      sync: async () => {
        check("sync");
        await file.sync();
      },
      close: () => file.close(),
    });
    const files: Files = {
      ...nodeFiles,
      create: async (path) => {
        check("create");
        return wrap(await nodeFiles.create(path));
      },
      append: async (path) => {
        check("append");
        return wrap(await nodeFiles.append(path));
      },
      rename: async (from, to) => {
        check("rename");
        await nodeFiles.rename(from, to);
      },
      syncFolder: async (path) => {
        check("syncFolder");
        await nodeFiles.syncFolder(path);
      },
    };
    this.files = files;
  }
}

describe("a disk that fails", () => {
  for (const version of [1, 2] as const) {
    for (const call of ["create", "write", "sync", "append", "rename", "syncFolder"] as const) {
      it(`loses and doubles nothing where ${call} fails in API ${version}.0, at any time`, async (t) => {
        const server = await simulated(t);
        const published = publish(server, version, 1);
        for (const from of [4, 6, 7, 9, 12, 15]) {
          const it = await bench(t, server, [version]);
          const disk = new BrokenFiles(call, from, call === "rename" ? "EROFS" : "ENOSPC");
          it.options = { files: disk.files };
          // It may fail while it opens, which ends the process.
          const failed = await it.run().then(
            (round) => round.failed,
            () => 1,
          );
          if (disk.calls >= from) assert.equal(failed, 1, `${call} ${from}`);
          disk.broken = false;
          assert.deepEqual(await it.run(), { failed: 0, missing: 0 }, it.logText());
          assert.deepEqual(await it.lines(), published, `${call} ${from}`);
        }
      });
    }
  }

  const REMEDIES = {
    EACCES: /"remedy":"let the fetcher's user write there/,
    EMFILE: /"remedy":"raise the limit of open files/,
    ENOSPC: /"remedy":"make room/,
  } as const;
  for (const [code, remedy] of Object.entries(REMEDIES)) {
    it(`says what to do about ${code}, whatever it was that failed`, async (t) => {
      const fail = (): Promise<never> => Promise.reject(Object.assign(new Error(code), { code }));
      const read = (path: string) => (path.endsWith(".download") ? fail() : nodeFiles.read(path));
      for (const broken of [{ free: fail }, { read }]) {
        const it = await scene(t, 1);
        it.options = { files: { ...nodeFiles, ...broken } };
        assert.equal((await it.run()).failed, 1);
        assert.match(it.logs.find((line) => line.includes("ended early")) ?? "", remedy);
      }
    });
  }

  it("says what to do where the journal cannot be written anew", async (t) => {
    const it = await scene(t, 1);
    await mkdir(join(it.folder, "state", "acme.dropped.new"), { recursive: true });
    await writeFile(join(it.folder, "state", "acme.dropped"), "1767323045 torn");
    assert.equal((await it.run()).failed, 1);
    assert.match(it.logText(), /"state_unwritable"/);
  });

  for (const name of ["acme.dropped", "acme.json"]) {
    it(`does not take ${name} for lost because too many files are open for a moment`, async (t) => {
      const it = await scene(t, 1);
      await it.run();
      const before = await it.files();
      for (const file of before) await rm(join(it.spool, file));
      const read = (path: string) =>
        path.includes(name)
          ? Promise.reject(Object.assign(new Error("EMFILE"), { code: "EMFILE" }))
          : nodeFiles.read(path);
      it.options = { files: { ...nodeFiles, read } };
      assert.equal((await it.run()).failed, 1);
      assert.equal(await it.metric("state_recoveries_total"), 0);
      it.options = {};
      assert.deepEqual(await it.run(), { failed: 0, missing: 0 });
      assert.equal(it.server.count("logs"), before.length / 2 + 2, "nothing is fetched again");
      assert.deepEqual(await it.files(), [], "what a shipper has removed does not come again");
    });
  }

  it("goes on by itself when there is room again", async (t) => {
    const it = await scene(t, 1);
    const disk = new BrokenFiles("rename", 3, "ENOSPC");
    it.options = { files: disk.files };
    assert.equal((await it.run()).failed, 1);
    assert.match(it.logText(), /"spool_full"/);
    disk.broken = false;
    assert.equal((await it.run()).failed, 0);
    assert.deepEqual(await it.lines(), it.published);
  });

  it("stops fetching below the floor, says so, and goes on above it", async (t) => {
    const it = await scene(t, 1);
    it.config = { ...it.config, room: { ...it.config.room, minFreeBytes: 1e9 } };
    it.options = { files: { ...nodeFiles, free: () => Promise.resolve(5e8) } };
    assert.equal((await it.run()).failed, 1);
    assert.equal(it.server.count("logs"), 0);
    assert.equal(await it.metric("paused"), 1);
    it.options = { files: { ...nodeFiles, free: () => Promise.resolve(5e9) } };
    assert.equal((await it.run()).failed, 0);
    assert.deepEqual(await it.lines(), it.published);
    assert.equal(await it.metric("paused"), 0);
  });

  it("leaves a second fetcher with the same state no chance", async (t) => {
    const it = await scene(t, 1);
    await it.run();
    const stat = await readFile(`/proc/${process.ppid}/stat`, "latin1");
    const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    const host = createHash("sha256")
      .update(`${hostname()}\0${readlinkSync("/proc/self/ns/pid")}`)
      .digest("hex")
      .slice(0, 12);
    const claim = join(it.folder, "state", `fetcher.lock.${host}.${process.ppid}.`);
    await writeFile(claim + started, "");
    await assert.rejects(it.run(), { code: "already_running" });
    await rm(claim + started);
    await writeFile(`${claim}1`, "");
    assert.equal((await it.run()).failed, 0, "the owner is gone");
  });
});

describe("a journal that cannot be read", () => {
  it("is told, in the log and in a metric, and costs nothing while the files are there", async (t) => {
    const it = await scene(t, 1);
    await it.run();
    await writeFile(join(it.folder, "state", "acme.dropped"), "\x00\x01 garbage\n");
    await rm(join(it.folder, "state", "acme.json"));
    await rm(join(it.folder, "state", "acme.json.previous"), { force: true });
    await it.run();
    assert.deepEqual(await it.lines(), it.published);
    assert.equal(await it.metric("state_recoveries_total"), 2, "of the journal and of the state");
    assert.match(it.logText(), /lines of the record of dropped files cannot be read/);
  });
});

describe("a clock that jumps", () => {
  it("makes no file old, and no dropped name forgotten", async (t) => {
    const it = await scene(t, 1);
    await it.run();
    const before = await it.files();
    await rm(join(it.spool, before[0] as string), {});
    it.clock.offset = 400 * DAY;
    it.server.clockOffset = -400 * DAY;
    for (const name of await readdir(join(it.folder, "state"))) {
      if (/^acme\.json/.test(name)) await rm(join(it.folder, "state", name));
    }
    await it.run();
    await it.run();
    assert.deepEqual(await it.files(), before.slice(1), "what a shipper removed does not come again");
  });

  for (const version of [1, 2] as const) {
    it(`loses and doubles nothing in API ${version}.0, forwards and backwards`, async (t) => {
      const it = await scene(t, version);
      for (const offset of [0, 6 * HOUR, -6 * HOUR, 0]) {
        it.clock.offset = offset;
        it.server.clockOffset = -offset;
        assert.equal((await it.run()).failed, 0, it.logText());
        it.published.push(...publish(it.server, version, 1));
      }
      await it.run();
      assert.deepEqual(await it.lines(), it.published.sort());
    });

    for (const days of [-10, -2, 2, 10, 20 * 365]) {
      it(`loses and doubles nothing in API ${version}.0 though it is wrong by ${days} days`, async (t) => {
        const it = await scene(t, version);
        it.clock.offset = days * DAY;
        it.server.clockOffset = -days * DAY;
        assert.deepEqual(await it.run(), { failed: 0, missing: 0 }, it.logText());
        assert.deepEqual(await it.lines(), it.published);
        assert.match(it.logText(), /clock and Mimecast's differ/);
      });
    }
  }

  it("may jump while the fetcher runs: the days of API 2.0 are Mimecast's all the same", async (t) => {
    const it = await scene(t, 2);
    let jumps = 0;
    it.server.onRequest = (route) => {
      if (route !== "oauth" || jumps++ > 0) return;
      it.clock.offset += 10 * DAY;
      it.server.clockOffset -= 10 * DAY;
    };
    assert.deepEqual(await it.run(), { failed: 0, missing: 0 }, it.logText());
    assert.deepEqual(await it.lines(), it.published);
  });
});
