// mimecast-udm convert, with streams in memory. What a process adds is in process.test.ts and memory.test.ts.

import assert from "node:assert/strict";
import { utimes, writeFile } from "node:fs/promises";
import { Writable } from "node:stream";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { MimecastModule } from "../../host/module.ts";
import { Collected, call, folder, parsed, pieces, STARTED, STARTED_AT, singleBytes } from "./harness.ts";
import { DELIVERY, MEMBER, MIXED, NOT_MIMECAST, RECEIPT, WITHOUT_TIME } from "./lines.ts";

const module = await MimecastModule.load("build/mimecast.wasm");
const expected = (input: string | Uint8Array, wanted: "udm" | "fields" = "udm"): string =>
  Buffer.from(module.batch(Buffer.from(input), wanted, STARTED_AT).output).toString("utf8");

/** A stream whose every write fails. */
const failing = (code: string): Writable =>
  new Writable({
    write: (_chunk, _encoding, done) => done(Object.assign(new Error(`${code}: no`), { code })),
  });

describe("convert", () => {
  it("writes what the module answers, one JSON object a line", async () => {
    const { status, out, err } = await call(["convert"], { stdin: pieces(`${RECEIPT}\n${DELIVERY}\n`) });
    assert.equal(out, expected(`${RECEIPT}\n${DELIVERY}\n`));
    assert.deepEqual(
      parsed(out).map((event) => event.metadata?.product_event_type),
      ["Email RECEIPT", "Email DELIVERY"],
    );
    assert.deepEqual([status, err], [0, ""]);
  });

  it("writes the fields by themselves with --function fields", async () => {
    const { status, out } = await call(["convert", "--function", "fields", "-"], { stdin: pieces(RECEIPT) });
    assert.equal(out, expected(RECEIPT, "fields"));
    assert.equal(parsed(out)[0]?.mimecast?.Subject, "hello");
    assert.equal(status, 0);
  });

  it("reads files in their order, each ending its last record", async (context) => {
    const path = await folder(context);
    await writeFile(path("a"), RECEIPT);
    await writeFile(path("b"), `${DELIVERY}\r\n`);
    const { status, out } = await call(["convert", path("a"), "-", path("b")], {
      stdin: pieces(WITHOUT_TIME),
    });
    assert.equal(out, [RECEIPT, WITHOUT_TIME, DELIVERY].map((line) => expected(line)).join(""));
    assert.equal(status, 0);
  });

  it("splits records that a CR glues together, and unrolls a member of API 1.0", async () => {
    const { status, out } = await call(["convert"], { stdin: pieces(`${RECEIPT}\r${DELIVERY}\n${MEMBER}`) });
    assert.equal(parsed(out).length, 4);
    assert.equal(status, 0);
  });

  it("gives identical bytes however standard input is cut", async () => {
    const whole = await call(["convert"], { stdin: pieces(MIXED) });
    const cut = await call(["convert"], { stdin: singleBytes(MIXED) });
    assert.equal(whole.out, expected(MIXED));
    assert.deepEqual(cut, whole);
  });

  it("writes records that cannot be mapped too, counts them, and exits 3", async () => {
    const { status, out, err } = await call(["convert"], {
      stdin: pieces([RECEIPT, NOT_MIMECAST, "{broken", DELIVERY].join("\n")),
    });
    assert.deepEqual(
      parsed(out).map((event) => event.mimecast_error?.code),
      [undefined, "not_mimecast", "bad_json", undefined],
    );
    assert.equal(
      err,
      "mimecast-udm: 2 of 4 records could not be mapped; each was written with mimecast_error\n",
    );
    assert.equal(status, 3);
  });

  it("says it of one record as of one", async () => {
    const { err } = await call(["convert"], { stdin: pieces(NOT_MIMECAST) });
    assert.equal(
      err,
      "mimecast-udm: 1 of 1 records could not be mapped; it was written with mimecast_error\n",
    );
  });

  it("leaves out for alerts what fires no rule, and says of records that could not be mapped that they are", async () => {
    const stdin = pieces(`${RECEIPT}\nacc=C0A0|Act=Hld\n${NOT_MIMECAST}\n`);
    const { status, out, err } = await call(["convert", "--function", "alerts"], { stdin });
    assert.deepEqual(
      parsed(out).map((event) => event.metadata?.product_log_id),
      ["C0A0"],
    );
    assert.match(out, /"rule_id":"106001"/);
    assert.deepEqual(
      [status, err],
      [3, "mimecast-udm: 1 of 3 records could not be mapped; it was left out\n"],
    );
  });

  it("writes nothing for nothing", async () => {
    assert.deepEqual(await call(["convert"], { stdin: pieces("\r\n\n") }), { status: 0, out: "", err: "" });
  });

  it("puts a file's last change, and the start of the command for standard input, where a record has no time", async (context) => {
    const path = await folder(context);
    await writeFile(path("a"), WITHOUT_TIME);
    await utimes(path("a"), 1_600_000_000, 1_600_000_000.25);
    const { out } = await call(["convert", path("a"), "-"], { stdin: pieces(WITHOUT_TIME) });
    assert.deepEqual(
      parsed(out).map((event) => event.metadata?.event_timestamp),
      ["2020-09-13T12:26:40.250Z", STARTED],
    );
  });

  it("hands over the next piece only when the last one is written", async () => {
    let writing = false;
    const collected = new Collected();
    const stdout = new Writable({
      highWaterMark: 1,
      write(chunk: Buffer, _encoding, done) {
        assert.equal(writing, false);
        writing = true;
        // The bytes must still be the same when a slow stream gets to them.
        void delay(5).then(() => {
          collected.write(chunk);
          writing = false;
          done();
        });
      },
    });
    const parts = Array.from({ length: 20 }, (_, index) => `${RECEIPT}|Attempt=${index}\n`);
    const { status } = await call(["convert"], { stdin: pieces(...parts), stdout });
    assert.equal(collected.text, expected(parts.join("")));
    assert.equal(status, 0);
  });
});

describe("convert, when something fails", () => {
  it("exits 1 and writes nothing if a file is missing, though others are there", async (context) => {
    const path = await folder(context);
    await writeFile(path("a"), RECEIPT);
    const { status, out, err } = await call(["convert", path("a"), path("missing")]);
    assert.deepEqual([status, out], [1, ""]);
    assert.equal(
      err,
      `mimecast-udm: there is no file ${path("missing")}; check the path; - stands for standard input\n`,
    );
  });

  it("exits 1 for a folder, and names what to name instead", async (context) => {
    const path = await folder(context);
    const { status, err } = await call(["convert", path("")]);
    assert.equal(status, 1);
    assert.match(err, /is a folder; name the files in it, as in .*[^/]\/\*\n$/);
  });

  it("exits 1 if reading fails midway, after what came before", async () => {
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield* pieces(`${RECEIPT}\n`);
      throw new Error("EIO: i/o error, read");
    }
    const { status, out, err } = await call(["convert"], { stdin: broken() });
    assert.equal(out, expected(RECEIPT));
    assert.match(err, /^mimecast-udm: cannot read standard input: EIO: i\/o error, read; .+\n$/);
    assert.equal(status, 1);
  });

  it("exits 1 if the output cannot be written", async () => {
    const { status, err } = await call(["convert"], { stdin: pieces(RECEIPT), stdout: failing("ENOSPC") });
    assert.match(err, /^mimecast-udm: cannot write the output: ENOSPC: no; .+\n$/);
    assert.equal(status, 1);
  });

  it("ends quietly when the reader of the output has left", async () => {
    const stdin = pieces(RECEIPT, "\n", NOT_MIMECAST, "\n", DELIVERY);
    assert.deepEqual(await call(["convert"], { stdin, stdout: failing("EPIPE") }), {
      status: 0,
      out: "",
      err: "",
    });
    assert.deepEqual(await stdin.next(), { done: true, value: undefined }, "standard input was left open");
  });

  it("exits 1 if the module is not there, and tells how to make it", async () => {
    const { status, err } = await call(["convert"], {
      stdin: pieces(RECEIPT),
      modules: new URL("file:///nowhere/"),
    });
    assert.match(
      err,
      /cannot load the module file:\/\/\/nowhere\/mimecast\.wasm; install the package anew, or in a checkout run npm run build\n$/,
    );
    assert.equal(status, 1);
  });

  it("shows no control character of a file's name", async () => {
    const { err } = await call(["convert", "\x1b[2Jgone\u202e"]);
    assert.match(err, /there is no file \\u001b\[2Jgone\\u202e;/);
  });
});
