// Whatever the fetcher asks of the file system fails once, is done and answered with an error, or is the last thing before the
// process dies; then a new one starts. Every record is in the spool, once, and nothing is left over.

import assert from "node:assert/strict";
import { mkdir, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { nodeFiles } from "../../runtime/files.ts";
import { RETRY } from "../../runtime/retry.ts";
import type { SimulatedMimecast } from "../mimecast/server.ts";
import { FailingFiles, type Failure } from "../support/failing-files.ts";
import { type Bench, bench, kv, ndjson, simulated } from "./harness.ts";

const DAY_SECONDS = 86_400;
/** One in so many steps; `DISK_STRIDE=1` takes every one. */
const STRIDE = Number(process.env.DISK_STRIDE ?? 11);
const FAILURES: readonly (readonly [Failure, string])[] = [
  ["once", "ENOSPC"],
  ["once", "EMFILE"],
  ["once", "EACCES"],
  ["after", "EIO"],
  ["dies", "EIO"],
];
/** Fewer would mean that what a run does is not reached any more. */
const LEAST_STEPS = 200;

interface Published {
  readonly records: string[];
  /** What can not be read or had: in quarantine, each with its reason. */
  readonly missing: number;
}

/** Two zips, of which one holds a bad member, a gzip and plain text. */
function publish1(server: SimulatedMimecast): Published {
  const records = Array.from({ length: 8 }, () => kv());
  const text = (from: number, to: number) => Buffer.from(records.slice(from, to).join("\r\n"));
  server.batches.push(
    {
      members: [
        { name: "receipt_1", content: text(0, 2) },
        { name: "process_1", content: text(2, 3) },
      ],
    },
    {
      members: [
        { name: "av_1", content: Buffer.from(kv("bad")), badChecksum: true },
        { name: "receipt_2", content: text(3, 4) },
      ],
    },
    { members: [], raw: gzipSync(text(4, 6)) },
    { members: [], raw: text(6, 8) },
  );
  return { records: records.sort(), missing: 1 };
}

/** Pages of two types, with a file that is broken and one that is not to be had. */
function publish2(server: SimulatedMimecast): Published {
  const records = [...Array.from({ length: 5 }, () => ndjson("receipt")), ndjson("url protect")];
  const [a, b, c, d, e, f] = records as [string, string, string, string, string, string];
  const broken = gzipSync(ndjson("receipt"));
  broken.fill(0, broken.length - 6);
  server.pages.set("receipt", [
    [{ content: a }, { content: `${b}\n${c}` }],
    [{ content: "", raw: broken }, { content: d }],
    [{ content: "", gone: true }, { content: e }],
  ]);
  server.pages.set("url protect", [[{ content: f }]]);
  return { records: records.sort(), missing: 2 };
}

/** A journal that is to be compacted, and files that retention is to delete. */
async function hasHistory({ config, folder, spool, clock }: Bench): Promise<void> {
  const now = clock.now();
  const uptime = clock.uptime();
  const second = Math.floor(now / 1000);
  await mkdir(config.state, { recursive: true });
  await mkdir(join(spool, "quarantine"), { recursive: true });
  const seen = { wall: now, uptime, offset: now - uptime, skipped: [] };
  await writeFile(join(folder, "state", "fetcher.uptime"), JSON.stringify(seen));
  const names = `${second - 10 * DAY_SECONDS} old.siem\n${second} young.siem\n${second} torn`;
  await writeFile(join(folder, "state", "acme.dropped"), names);
  for (const name of ["old.siem", join("quarantine", "old.zip")]) {
    await writeFile(join(spool, name), "x\n");
    await utimes(join(spool, name), 1, 1);
  }
}

/** What a shipper sees before anything is recovered: whole files of whole records, or nothing. */
async function assertWhole(spool: string, records: readonly string[], place: string): Promise<void> {
  for (const name of await readdir(spool)) {
    if (!name.endsWith(".siem") || name === "old.siem") continue;
    const text = await readFile(join(spool, name), "utf8");
    assert.ok(text.endsWith("\n"), place);
    for (const line of text.slice(0, -1).split("\n")) assert.ok(records.includes(line), place);
  }
}

async function assertRecovered(
  it: Bench,
  { records, missing }: Published,
  mergeTo: string | undefined,
  place: string,
): Promise<void> {
  assert.deepEqual(await it.lines(), records, place);
  if (mergeTo !== undefined) {
    const merged = (await readFile(mergeTo, "utf8")).slice(0, -1).split("\n").sort();
    assert.deepEqual(merged, records, `${place}, merged`);
  }
  const left = (await readdir(it.folder, { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  const reasons = left.filter((name) => name.endsWith(".reason.json"));
  assert.equal(reasons.length, missing, `${place}: ${reasons}`);
  const told = (await it.metric("quarantined_total")) + (await it.metric("lost_files_total"));
  assert.ok(told >= missing, `${place}: ${told} told`);
  const halfDone = left.filter((name) => /\.(new|part|download)$|\.incoming\/acme\/|\.lock\./.test(name));
  assert.deepEqual(halfDone, [], place);
}

async function assertSwept(spool: string): Promise<void> {
  const left = await readdir(spool, { recursive: true });
  assert.deepEqual(
    left.filter((name) => /old\.(siem|zip)$/.test(name)),
    [],
  );
}

describe("a file system that fails at any step", { concurrency: 3 }, () => {
  for (const [name, version, merges] of [
    ["API 1.0", 1, false],
    ["API 2.0", 2, false],
    ["API 1.0 with a merged file", 1, true],
  ] as const) {
    for (const [index, [how, code]] of FAILURES.entries()) {
      it(`loses, doubles and leaves over nothing: ${name}, ${code}, ${how}`, async (t) => {
        const server = await simulated(t);
        const published = version === 1 ? publish1(server) : publish2(server);
        let steps = 0;
        for (let at = 1 + ((2 * index) % STRIDE); ; at += STRIDE) {
          const it = await bench(t, server, [version]);
          const mergeTo = merges ? join(it.folder, "merged.log") : undefined;
          it.config = { ...it.config, mergeTo, patienceMs: 0 };
          await hasHistory(it);
          const failing = new FailingFiles(nodeFiles, at, how, code);
          const retry = { ...RETRY, attempts: 2 };
          it.options = { files: failing.files, retry };
          server.faults.batch = [undefined, { kind: "status", status: 401 }];
          // It may fail while it opens, which ends the process.
          await it.run().catch((error: unknown) => it.logs.push(String(error)));
          steps = failing.steps.length;
          const place = `step ${at}, ${failing.steps[at - 1]}`;
          assert.doesNotMatch(it.logText(), /"stack"/, place);
          await assertWhole(it.spool, published.records, place);
          if (!failing.reached) await assertSwept(it.spool);
          await rm(join(it.spool, "old.siem"), { force: true });
          it.options = { retry };
          server.faults.batch = [];
          assert.equal((await it.run()).failed, 0, `${place}: ${it.logText()}`);
          await assertRecovered(it, published, mergeTo, place);
          await rm(it.folder, { recursive: true });
          if (!failing.reached) break;
        }
        assert.ok(steps >= LEAST_STEPS, `${steps} steps`);
      });
    }
  }
});
