// The WASI command gives the bytes that the module gives under Node, in every host there is: the double, node:wasi, wasmtime.
// In Fluent Bit: fluent-bit.test.ts.

import assert from "node:assert/strict";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline/promises";
import { text } from "node:stream/consumers";
import { after, describe, it } from "node:test";
import fc from "fast-check";
import { summary } from "../../cli/convert.ts";
import { type HostTime, type MappingFunction, MimecastModule } from "../../host/module.ts";
import { DELIVERY, MEMBER, MIXED, NOT_MIMECAST, RECEIPT, WITHOUT_TIME } from "../cli/lines.ts";
import { input, line } from "../oracle/lines.ts";
import { short, timeIn } from "../support/fluent-bit-lines.ts";
import { runCommand } from "./double.ts";
import { HOSTS, inPieces, type Outcome, run, start } from "./hosts.ts";

const LINES = 100_000;
const INPUTS = 5_000;
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 0x7fffffff);
const TIME: HostTime = { sec: 1_785_578_400, nsec: 5 };
const LINE_FEED = Buffer.from("\n");

const mimecast = await MimecastModule.load("build/mimecast.wasm");

/** Its time is when the command started. */
const CLOCK = Buffer.from(`${WITHOUT_TIME}\n`);

interface Sample {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Every message of test/goldens, each followed by a line end. */
function goldens(): Buffer {
  const messages = readdirSync("test/goldens", { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(siem|[12]\.json)$/.test(name) && !/\.(event|fields)\.json$/.test(name))
    .sort()
    .flatMap((name) => [readFileSync(join("test/goldens", name)), LINE_FEED]);
  assert.ok(messages.length > 200);
  return Buffer.concat(messages);
}

function generated(): Buffer {
  const lines = fc.sample(fc.array(line, { minLength: 50, maxLength: 50 }), {
    seed: SEED,
    numRuns: LINES / 50,
  });
  return Buffer.concat(lines.flat().flatMap((bytes) => [bytes, LINE_FEED]));
}

/** Inputs of several records: members, records glued by a CR, what is cut off. */
function glued(): Buffer {
  return Buffer.concat(
    fc.sample(input, { seed: SEED, numRuns: INPUTS }).flatMap((bytes) => [bytes, LINE_FEED]),
  );
}

const long = Buffer.concat([
  Buffer.from(`${RECEIPT}|x=`),
  Buffer.alloc(9_000_000, "y"),
  Buffer.from(`\n${MEMBER}\r${DELIVERY}\n`),
  Buffer.alloc(33 * 1024 * 1024, "{"),
  Buffer.from(`\n${RECEIPT}`),
]);

const samples: readonly Sample[] = [
  { name: "the goldens", bytes: goldens() },
  { name: `${LINES} generated lines`, bytes: generated() },
  { name: `${INPUTS} generated inputs`, bytes: glued() },
  { name: "records of 9 MB and of 33 MiB", bytes: long },
  { name: "lines, members and bytes that are no UTF-8", bytes: MIXED },
  { name: "an end without a line end", bytes: Buffer.from(RECEIPT) },
  { name: "zero bytes", bytes: Buffer.from(`\0\n\0\0${RECEIPT}\0|Act=\0Acc\n${RECEIPT}\n\0`) },
  { name: "nothing", bytes: Buffer.of() },
];

/** The outcome is what the module gives for the bytes, and what `convert` says about it. */
async function check(
  outcome: Outcome,
  bytes: Buffer,
  wanted: MappingFunction,
  time: HostTime,
): Promise<void> {
  // As new as the command: rules that count remember what came before.
  const fresh = await MimecastModule.load("build/mimecast.wasm");
  const { output, ...counts } = fresh.batch(bytes, wanted, time);
  assertSame(outcome.out, Buffer.from(output));
  const isWhole = counts.unmapped === 0;
  assert.equal(outcome.err, isWhole ? "" : `mimecast-udm: ${summary(counts, wanted)}\n`);
  assert.equal(outcome.status, isWhole ? 0 : 3);
}

function assertSame(came: Buffer, due: Buffer): void {
  if (came.equals(due)) return;
  const [some, others] = [came, due].map((bytes) => bytes.toString("latin1").split("\n")) as [
    string[],
    string[],
  ];
  const at = others.findIndex((each, index) => each !== some[index]);
  assert.fail(`PROPERTY_SEED=${SEED}, answer ${at}\ncame: ${short(some[at])}\ndue:  ${short(others[at])}`);
}

/** The time at which a command started: that of its answer to CLOCK. */
function startOf(out: Buffer): HostTime {
  return timeIn(out.subarray(0, out.indexOf(LINE_FEED)).toString());
}

describe("the double", () => {
  for (const { name, bytes } of samples) {
    it(`gives what the module gives for ${name}, however they come and go`, async () => {
      const sizes = bytes.length < 100_000 ? [1, 7, 4099, 1 << 20] : [4099, 65_536, 1 << 20];
      for (const wanted of ["udm", "fields", "plain", "alerts"] as const) {
        const fresh = await MimecastModule.load("build/mimecast.wasm");
        const { output, unmapped } = fresh.batch(bytes, wanted, TIME);
        const due = Buffer.from(output);
        for (const size of sizes) {
          const world = {
            args: ["x", "--function", wanted],
            time: TIME,
            read: () => size,
            write: () => 3 * size,
          };
          const { out, status } = runCommand(bytes, world);
          assertSame(out, due);
          assert.equal(status, unmapped > 0 ? 3 : 0);
        }
      }
    });
  }
});

for (const host of HOSTS) {
  const { name, skip, limited } = host;

  describe(name, { skip, concurrency: 2 }, () => {
    const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-"));
    after(() => rmSync(folder, { recursive: true }));

    for (const [index, sample] of samples.entries()) {
      it(`gives what the module gives for ${sample.name}, from a file`, async () => {
        const bytes = Buffer.concat([CLOCK, sample.bytes]);
        const file = join(folder, `${index}.siem`);
        writeFileSync(file, bytes);
        const descriptor = openSync(file, "r");
        try {
          const outcome = await run(host, [], descriptor);
          await check(outcome, bytes, "udm", startOf(outcome.out));
        } finally {
          closeSync(descriptor);
        }
      });

      it(`gives it for ${sample.name}, from a pipe`, async () => {
        const lengths = sample.bytes.length < 10_000 ? [1] : [65_537, 1, 4095];
        const outcome = await run(host, ["--function=fields"], inPieces(sample.bytes, ...lengths));
        await check(outcome, sample.bytes, "fields", TIME);
      });
    }

    it("answers each line before the next one comes", async () => {
      const child = start(host, []);
      const ended = once(child, "close");
      const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      for (const record of [RECEIPT, DELIVERY, NOT_MIMECAST, RECEIPT]) {
        child.stdin.write(`${record}\n`);
        const { value } = await answers.next();
        assert.equal(value, mimecast.map(Buffer.from(record), "udm", TIME));
      }
      child.stdin.end();
      assert.deepEqual(await ended, [3, null]);
    });

    it("takes the time of its start", async () => {
      const earliest = Date.now() / 1000;
      const { out } = await run(host, [], inPieces(CLOCK, CLOCK.length));
      const { sec } = startOf(out);
      assert.ok(sec >= Math.floor(earliest) && sec <= Date.now() / 1000, `${sec}`);
    });

    it("ends with 2 for an argument that is none, and with 0 for help", async () => {
      const { status, out, err } = await run(host, ["--bogus"], inPieces(Buffer.of()));
      assert.deepEqual([status, out.length], [2, 0]);
      assert.match(err, /^mimecast-udm: argument 1 is not known, .+\n$/);
      const help = await run(host, ["--help"], inPieces(Buffer.of()));
      assert.deepEqual([help.status, help.err], [0, ""]);
      assert.match(help.out.toString(), /^Usage: /);
    });

    it("ends with 1 where its input is a folder", async () => {
      const descriptor = openSync(folder, "r");
      const { status, out, err } = await run(host, [], descriptor);
      closeSync(descriptor);
      assert.deepEqual([status, out.length], [1, 0]);
      assert.match(err, /^mimecast-udm: cannot read standard input: [A-Z]+ \(WASI errno \d+\); .+\n$/);
    });

    it("ends with 1 where memory does not suffice for a record", {
      skip: skip || limited === undefined,
    }, async () => {
      const path = join(folder, "long.siem");
      writeFileSync(path, `${RECEIPT}\n${"y".repeat(5_000_000)}`);
      const descriptor = openSync(path, "r");
      const { status, out, err } = await run({ ...host, args: limited ?? [] }, [], descriptor);
      closeSync(descriptor);
      assert.equal(out.toString(), `${mimecast.map(Buffer.from(RECEIPT), "udm", TIME)}\n`);
      assert.match(err, /^mimecast-udm: the host gives no more memory; .+\n$/);
      assert.equal(status, 1);
    });

    it("ends when the reader of its output leaves", async () => {
      const child = start(host, []);
      const said = text(child.stderr);
      const ended = once(child, "exit");
      const block = `${RECEIPT}\n`.repeat(1000);
      let isOpen = true;
      child.stdin.on("error", () => {
        isOpen = false;
      });
      const feed = (): void => {
        while (isOpen && child.stdin.write(block));
      };
      child.stdin.on("drain", feed);
      feed();
      await once(child.stdout, "data");
      child.stdout.destroy();
      const [status, signal] = await ended;
      // wasmtime (p1.rs of wasmtime-wasi 48) makes EIO of a closed pipe.
      if (status === 1) assert.match(await said, /: cannot write the output: IO /);
      else assert.deepEqual([status, signal, await said], [0, null, ""]);
      assert.ok(name === "wasmtime" || status === 0);
    });
  });
}
