// The outputs of `run`: a file that is turned over, and a stream.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFile, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { FileOutput, type FileOutputOptions } from "../../delivery/file-output.ts";
import { StreamOutput } from "../../delivery/stream-output.ts";
import { systemClock } from "../../runtime/clock.ts";
import { type Files, nodeFiles } from "../../runtime/files.ts";

const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const { signal } = new AbortController();
const batch = (...events: string[]) => ({
  body: Buffer.from(events.map((event) => `${event}\n`).join("")),
  events: events.length,
  segments: [],
});

async function folderOf(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mimecast-udm-output-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

async function output(t: TestContext, options: Partial<FileOutputOptions> = {}) {
  const folder = await folderOf(t);
  const path = join(folder, "deep", "events.ndjson");
  const settings = { path, rotateBytes: 1e9, keep: 3, attempts: 1, log: silent };
  const clock = { ...systemClock, sleep: () => Promise.resolve() };
  const open = () => new FileOutput({ files: nodeFiles, clock, ...settings, ...options });
  const read = () => readFile(path, "utf8");
  return { folder: join(folder, "deep"), path, open, read };
}

describe("a file of events", () => {
  it("gets each batch whole, though several are delivered at once", async (t) => {
    const { open, read } = await output(t);
    const file = open();
    await Promise.all([1, 2, 3].map((number) => file.deliver(batch(`a${number}`, `b${number}`), signal)));
    assert.equal(await read(), "a1\nb1\na2\nb2\na3\nb3\n");
  });

  it("is turned over when it is large, and the oldest goes", async (t) => {
    const { folder, open, read } = await output(t, { rotateBytes: 6, keep: 2 });
    const file = open();
    for (let number = 1; number <= 9; number++) await file.deliver(batch(`e${number}`), signal);
    assert.equal(await read(), "e9\n");
    assert.deepEqual((await readdir(folder)).sort(), ["events.ndjson", "events.ndjson.1", "events.ndjson.2"]);
    assert.equal(await readFile(join(folder, "events.ndjson.1"), "utf8"), "e7\ne8\n");
    assert.equal(await readFile(join(folder, "events.ndjson.2"), "utf8"), "e5\ne6\n");
  });

  it("may be moved away by others", async (t) => {
    const { path, open, read } = await output(t);
    const file = open();
    await file.deliver(batch("one"), signal);
    await rename(path, `${path}.elsewhere`);
    await file.deliver(batch("two"), signal);
    assert.equal(await read(), "two\n");
    assert.equal(await readFile(`${path}.elsewhere`, "utf8"), "one\n");
  });

  it("loses half an event that a crash left at its end, and nothing else", async (t) => {
    const { path, open, read } = await output(t);
    await open().deliver(batch("one", "two"), signal);
    await appendFile(path, `{"half":"${"x".repeat(200_000)}`);
    await open().deliver(batch("three"), signal);
    assert.equal(await read(), "one\ntwo\nthree\n");
    await writeFile(path, "only half");
    await open().deliver(batch("four"), signal);
    assert.equal(await read(), "four\n");
  });

  it("holds no event twice where the disk was full for a while", async (t) => {
    let failures = 3;
    const full = Object.assign(new Error("full"), { code: "ENOSPC" });
    const append: Files["append"] = async (path) => {
      const file = await nodeFiles.append(path);
      return {
        ...file,
        sync: () => file.sync(),
        close: () => file.close(),
        write: async (bytes) => {
          if (failures-- <= 0) return await file.write(bytes);
          await file.write(bytes.subarray(0, 5));
          throw full;
        },
      };
    };
    const { open, read } = await output(t, { files: { ...nodeFiles, append }, attempts: 10 });
    const file = open();
    await file.deliver(batch("one", "two", "three"), signal);
    assert.equal(await read(), "one\ntwo\nthree\n");
    assert.equal(file.failure, undefined);
  });

  it("is refused at once where a pipe, a device or a folder is", async (t) => {
    const pipe = join(await folderOf(t), "pipe");
    execFileSync("mkfifo", [pipe]);
    for (const path of [pipe, "/dev/null", tmpdir()]) {
      const { open } = await output(t, { path, attempts: Number.POSITIVE_INFINITY });
      await assert.rejects(open().deliver(batch("one"), signal), {
        code: "output_no_file",
        remedy: /- is standard output/,
      });
    }
  });

  it("says what to do where it cannot be written", async (t) => {
    const full = Object.assign(new Error("full"), { code: "ENOSPC" });
    const { open } = await output(t, { files: { ...nodeFiles, append: () => Promise.reject(full) } });
    const file = open();
    await assert.rejects(file.deliver(batch("one"), signal), {
      code: "output_unwritable",
      remedy: /make room/,
    });
    assert.equal(file.failure?.code, "output_unwritable");
  });
});

describe("a stream of events", () => {
  it("gets one batch after the other, the next one when it is done with the last", async () => {
    const written: string[] = [];
    const stream = new StreamOutput(async (bytes) => {
      const text = Buffer.from(bytes).toString();
      written.push(`<${text.trim()}`);
      await new Promise((resolve) => setImmediate(resolve));
      written.push(`${text.trim()}>`);
    });
    await Promise.all(["a", "b"].map((event) => stream.deliver(batch(event))));
    assert.deepEqual(written, ["<a", "a>", "<b", "b>"]);
    await stream.close();
    await assert.rejects(stream.deliver(batch("c")), { code: "stopped" });
  });
});
