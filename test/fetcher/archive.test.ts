// Archives are not believed.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { ARCHIVE_LIMITS, type ArchiveLimits, gunzip, unzip } from "../../fetcher/archive.ts";
import { ArchiveError } from "../../fetcher/errors.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { zip } from "../mimecast/zip.ts";
import { temporaryFolder } from "./harness.ts";

const TEXT = Buffer.from("datetime=2026-01-02T03:04:05Z|a=b\n".repeat(50));

async function readZip(
  path: string,
  bytes: Buffer,
  limits: ArchiveLimits = ARCHIVE_LIMITS,
): Promise<string[]> {
  await writeFile(path, bytes);
  const all: string[] = [];
  for await (const { name, content } of unzip(path, bytes.length, limits)) {
    const parts: Uint8Array[] = [];
    for await (const part of content) parts.push(part);
    all.push(`${name}:${Buffer.concat(parts).length}`);
  }
  return all;
}

async function readGzip(path: string, bytes: Uint8Array): Promise<Buffer> {
  await writeFile(path, bytes);
  const parts: Uint8Array[] = [];
  for await (const part of gunzip(nodeFiles.stream(path), bytes.length, ARCHIVE_LIMITS)) parts.push(part);
  return Buffer.concat(parts);
}

/** Poison is what goes to quarantine; this is to be tried again. */
const notTheArchive = (code: string) => (error: Error & { code?: unknown }) =>
  !(error instanceof ArchiveError) && error.code === code;

describe("a zip", () => {
  const whole = zip(["a.siem", "../b.siem"].map((name) => ({ name, content: TEXT })));

  it("gives its members, whatever they are called", async (t) => {
    const path = join(await temporaryFolder(t), "x");
    assert.deepEqual(await readZip(path, whole), [`a.siem:${TEXT.length}`, `../b.siem:${TEXT.length}`]);
    assert.deepEqual(await readZip(path, zip([])), []);
  });

  it("is refused where a checksum is wrong, or it holds too much", async (t) => {
    const path = join(await temporaryFolder(t), "x");
    await assert.rejects(
      readZip(path, zip([{ name: "a", content: TEXT, badChecksum: true }])),
      /wrong checksum/,
    );
    await assert.rejects(readZip(path, whole, { ...ARCHIVE_LIMITS, maxMembers: 1 }), {
      code: "archive_too_large",
    });
    await assert.rejects(readZip(path, whole, { ...ARCHIVE_LIMITS, maxUnpacked: 2000 }), {
      code: "archive_too_large",
    });
    const bomb = zip([{ name: "a", content: Buffer.alloc(50_000_000) }]);
    await assert.rejects(readZip(path, bomb), /more than 250 times its size/);
  });

  it("is refused where it holds members that its list's end does not count", async (t) => {
    const path = join(await temporaryFolder(t), "x");
    const counts = Buffer.from(whole);
    const end = counts.lastIndexOf("PK\x05\x06");
    counts.writeUInt16LE(1, end + 8);
    counts.writeUInt16LE(1, end + 10);
    await assert.rejects(readZip(path, counts), /more members than it says/);
    await assert.rejects(readZip(path, Buffer.concat([whole, whole])), /goes on behind its end/);
  });

  it("gives a member with content, though it is called like a folder", async (t) => {
    const path = join(await temporaryFolder(t), "x");
    const folders = zip([
      { name: "empty/", content: Buffer.alloc(0) },
      { name: "receipt_1/", content: TEXT },
    ]);
    assert.deepEqual(await readZip(path, folders), [`receipt_1/:${TEXT.length}`]);
  });

  it("is not to blame where our own disk cannot be read", async (t) => {
    const folder = await temporaryFolder(t);
    await assert.rejects(async () => {
      for await (const _member of unzip(folder, whole.length, ARCHIVE_LIMITS));
    }, notTheArchive("EISDIR"));
  });

  it("may be given up in the middle of a member, again and again", async (t) => {
    const folder = await temporaryFolder(t);
    const bytes = zip(
      [1, 2].map((number) => ({ name: `${number}`, content: Buffer.alloc(3_000_000, number) })),
    );
    await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const path = join(folder, String(index));
        await writeFile(path, bytes);
        for await (const { content } of unzip(path, bytes.length, ARCHIVE_LIMITS)) {
          for await (const _part of content) break;
        }
      }),
    );
  });

  it("is read as it was or refused with a reason, whatever was done to its bytes", async (t) => {
    const path = join(await temporaryFolder(t), "x");
    const good = await readZip(path, whole);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, value, cuts) => {
        const spoilt = Buffer.from(cuts ? whole.subarray(0, at) : whole);
        if (!cuts) spoilt[at] = value;
        try {
          const sizes = (await readZip(path, spoilt)).map((text) => text.replace(/.*:/s, ""));
          for (const size of sizes) assert.ok(good.some((text) => text.endsWith(`:${size}`)));
        } catch (error) {
          assert.ok(error instanceof ArchiveError, String(error));
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe("a gzip", () => {
  const whole = gzipSync(TEXT);

  it("is not to blame where our own disk cannot be read", async (t) => {
    const folder = await temporaryFolder(t);
    await assert.rejects(async () => {
      for await (const _part of gunzip(nodeFiles.stream(folder), whole.length, ARCHIVE_LIMITS));
    }, notTheArchive("EISDIR"));
  });

  it("is read as it was or refused, whatever was done to its bytes", async (t) => {
    const path = join(await temporaryFolder(t), "x");
    assert.deepEqual(await readGzip(path, whole), TEXT);
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, value, cuts) => {
        const spoilt = Buffer.from(cuts ? whole.subarray(0, at) : whole);
        if (!cuts) spoilt[at] = value;
        try {
          const read = await readGzip(path, spoilt);
          assert.ok(read.equals(TEXT) || (cuts && at === 0), "nothing else is taken for it");
        } catch (error) {
          assert.ok(
            error instanceof ArchiveError || error instanceof assert.AssertionError === false,
            String(error),
          );
          if (!(error instanceof ArchiveError)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});
