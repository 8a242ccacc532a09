// The shipped configurations in a real Vector, which starts `push` itself: what goes into the spool comes out of its sinks,
// though Vector, push, or both are killed.

import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { MimecastModule } from "../../host/module.ts";
import { validateEvent } from "../schema/schema.ts";
import { ALL_LINES, isEvent, LINES, manyLines, short } from "../support/fluent-bit-lines.ts";
import { Receiver } from "../support/receiver.ts";
import { withoutVector as skip, type Vector, VectorBench } from "../support/vector.ts";

const module = await MimecastModule.load("build/mimecast.wasm");

/** Seconds: the time of records that have none. */
const LAST_CHANGE = 1_700_000_000;

/** Renames a whole file into the spool, and answers the events that are to come of it. */
function put(bench: VectorBench, name: string, lines: readonly (string | Uint8Array)[]): string[] {
  const incoming = join(bench.spool, ".incoming", name);
  const bytes = Buffer.concat(lines.flatMap((line) => [Buffer.from(line), Buffer.from("\n")]));
  writeFileSync(incoming, bytes);
  utimesSync(incoming, LAST_CHANGE, LAST_CHANGE);
  renameSync(incoming, join(bench.spool, name));
  const { output } = module.batch(bytes, "udm", { sec: LAST_CHANGE, nsec: 0 });
  return Buffer.from(output).toString("utf8").split("\n").slice(0, -1);
}

/** Vector reads JSON and writes it anew, members in the order of their names: what it says is the same. */
const canonical = (json: string): string =>
  JSON.stringify(JSON.parse(json), (_, value: unknown) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

function assertSameLines(actual: readonly string[], expected: readonly string[]): void {
  const [came, due] = [actual.map(canonical).sort(), expected.map(canonical).sort()];
  assert.equal(came.length, due.length);
  for (const [index, line] of due.entries()) {
    if (came[index] !== line) assert.fail(`came: ${short(came[index])}\ndue:  ${short(line)}`);
  }
}

function linesIn(folder: string, prefix: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.startsWith(prefix))
      .flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n").slice(0, -1));
  } catch {
    return []; // the sink has made no folder yet
  }
}

describe("Vector", { concurrency: 1, timeout: 240_000 }, () => {
  describe("vector.yaml", () => {
    const bench = new VectorBench();
    let due: string[] = [];
    let vector: Vector;
    before(async () => {
      if (skip) return;
      due = put(bench, "receipt_1.siem", ALL_LINES);
      vector = bench.start("vector.yaml");
      due.push(...put(bench, "receipt_2.siem", manyLines(500, "two")));
      await vector.until("all events", () => vector.lines.length >= due.length);
      await vector.end("SIGTERM");
    });
    after(() => bench.remove());

    it("writes each event once to standard output, and nothing else", { skip }, () => {
      assertSameLines(vector.lines, due);
      for (const event of vector.lines.filter(isEvent))
        assert.deepEqual(validateEvent(JSON.parse(event)), []);
    });

    it("passes push's log on, line by line, to standard error", { skip }, () => {
      const told = vector.log.split("\n").filter((line) => line.startsWith('{"level":"'));
      assert.ok(told.length > 0, vector.log);
      for (const line of told) assert.equal(typeof JSON.parse(line).msg, "string");
    });

    it("ends the child with itself", { skip }, async () => {
      await sleep(500);
      assert.equal(vector.pushPid, undefined);
    });
  });

  describe("file.yaml", () => {
    const bench = new VectorBench();
    after(() => bench.remove());
    const events = () => linesIn(join(bench.folder, "events"), "udm-");
    const unmapped = () => linesIn(join(bench.folder, "events"), "unmapped-");

    it("writes each line at least once, though Vector, push, and both are killed in turn", {
      skip,
    }, async () => {
      const files: string[][] = [];
      let number = 0;
      const putSome = (): void => {
        for (let count = 0; count < 20; count++) {
          const name = `delivery_${String(number).padStart(3, "0")}.siem`;
          files.push(put(bench, name, [...manyLines(300, `file${number}`), "|"]));
          number++;
        }
      };
      let vector = bench.start("file.yaml");
      for (const victim of ["push", "vector", "both", "push", "both", "vector"] as const) {
        putSome();
        const before = events().length;
        await vector.until(`something before ${victim} is killed`, () => events().length > before);
        const pid = vector.pushPid;
        if (victim !== "vector" && pid !== undefined) process.kill(pid, "SIGKILL");
        if (victim === "push") continue;
        await vector.end("SIGKILL");
        vector = bench.start("file.yaml");
      }
      const due = files.flat();
      const has = () => new Set([...events(), ...unmapped()].filter((line) => line.endsWith("}"))).size;
      const distinct = new Set(due).size;
      await vector.until("all lines", () => has() >= distinct, 120);
      await vector.end("SIGTERM");
      // A file that Vector was writing when it was killed may hold half a line, and behind it the next one.
      const whole = (lines: readonly string[]) => lines.filter(isJson).map(canonical);
      const came = new Set([...whole(events()), ...whole(unmapped())]);
      const missing = due.filter((event) => !came.has(canonical(event)));
      assert.deepEqual(missing.slice(0, 3).map(short), []);
      const known = new Set(due.map(canonical));
      assert.deepEqual([...came].filter((event) => !known.has(event)).map(short), []);
      assert.ok(whole(unmapped()).every((line) => !isEvent(line)));
      assert.ok(whole(events()).every(isEvent));
    });
  });

  describe("secops-webhook.yaml", () => {
    const bench = new VectorBench();
    const receiver = new Receiver();
    after(async () => {
      await bench.remove();
      await receiver.close();
    });

    it("brings events alone to a feed that was down and then busy, and goes on behind a bad one", {
      skip,
    }, async () => {
      const secrets = join(bench.folder, "secops");
      mkdirSync(secrets);
      writeFileSync(join(secrets, "key"), "the-api-key\n");
      writeFileSync(join(secrets, "secret"), "the+secret/with=signs\n");
      const port = await receiver.reserve();
      const vector = bench.start("secops-webhook.yaml", (text) =>
        text
          .replaceAll("/etc/vector/secops", secrets)
          .replace(
            "https://example.com/the-feeds-endpoint",
            `http://127.0.0.1:${port}/v2/feeds/1:importPushLogs`,
          ),
      );
      const due = put(bench, "receipt_1.siem", ALL_LINES);
      due.push(...put(bench, "receipt_2.siem", manyLines(500, "two")));
      await sleep(2000);
      receiver.answers = [503, 429];
      await receiver.listen();
      const wanted = due.filter(isEvent);
      await vector.until("all events", () => receiver.taken.length >= wanted.length);
      assertSameLines(receiver.taken, wanted);
      assert.ok(receiver.taken.length >= LINES.length + 500);
      for (const { method, url, headers } of receiver.requests) {
        assert.equal(`${method} ${url}`, "POST /v2/feeds/1:importPushLogs");
        assert.equal(headers["x-goog-api-key"], "the-api-key");
        assert.equal(headers["x-webhook-access-key"], "the+secret/with=signs");
      }
      assertSameLines(
        linesIn(join(bench.folder, "events"), "unmapped-"),
        due.filter((event) => !isEvent(event)),
      );
      // A request that is refused for good: its events come one by one, and none is in the way of the next.
      receiver.answers = [400];
      const more = put(bench, "receipt_3.siem", manyLines(40, "three"));
      await vector.until("the events behind it", () => receiver.taken.length >= wanted.length + more.length);
      await vector.end("SIGTERM");
      assertSameLines(receiver.taken.slice(wanted.length), more);
    });
  });

  it("all have the same sources", async () => {
    const { parse } = await import("yaml");
    const sources = readdirSync("vector")
      .filter((name) => name.endsWith(".yaml"))
      .map((name) => (parse(readFileSync(join("vector", name), "utf8")) as { sources: unknown }).sources);
    assert.equal(sources.length, 4);
    assert.ok(sources.every((each) => isDeepStrictEqual(each, sources[0])));
  });
});

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false; // what a killed writer leaves
  }
}
