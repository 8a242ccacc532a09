// The WASI command (docs/wasi.md) and what hosts may do to it, with a double of a host. That every door gives the same bytes
// is in wasi/doors.test.ts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { type Counts, summary } from "../cli/convert.ts";
import { type MappingFunction, MimecastModule } from "../host/module.ts";
import { DELIVERY, MEMBER, MIXED, NOT_MIMECAST, RECEIPT, WITHOUT_TIME } from "./cli/lines.ts";
import { ERRNO, type Errno, runCommand, type Step, WASM } from "./wasi/double.ts";

const bytes = readFileSync(WASM);
const module = new WebAssembly.Module(bytes);
const mimecast = await MimecastModule.load("build/mimecast.wasm");

const TIME = { sec: 1_700_000_000, nsec: 5_000_000 };
const MAX_RECORD = 32 * 1024 * 1024;
const MEGABYTE = 1024 * 1024;

/** What a run has to come to: the answers of the batch function, the summary and the status of `convert`. */
function due(input: Uint8Array, wanted: MappingFunction = "udm") {
  const { output, ...counts } = mimecast.batch(input, wanted, TIME);
  return { status: counts.unmapped > 0 ? 3 : 0, out: Buffer.from(output), err: summaryLine(counts, wanted) };
}

function summaryLine(counts: Counts, wanted: MappingFunction): string {
  return counts.unmapped > 0 ? `mimecast-udm: ${summary(counts, wanted)}\n` : "";
}

/** The same, of a run. */
function came({ status, out, err }: ReturnType<typeof runCommand>) {
  return { status, out, err };
}

/** Each step in turn, and the last one from then on. */
function steps(...given: readonly Step[]): () => Step {
  let index = 0;
  return () => given[Math.min(index++, given.length - 1)] ?? 0;
}

describe("the WASI command", () => {
  it("imports seven functions of preview 1, which docs/wasi.md lists", () => {
    const imports = WebAssembly.Module.imports(module);
    assert.ok(imports.every((each) => each.kind === "function" && each.module === "wasi_snapshot_preview1"));
    const names = imports.map(({ name }) => name).sort();
    const listed = readFileSync("docs/wasi.md", "utf8").matchAll(/^\| `([a-z_]+)` \|/gm);
    assert.deepEqual(
      names,
      [...listed].map(([, name]) => name),
    );
    assert.equal(names.length, 7);
  });

  it("exports its start and its memory, and does nothing before it is started", () => {
    const exports = WebAssembly.Module.exports(module).map(({ name, kind }) => `${name} ${kind}`);
    assert.deepEqual(exports.sort(), ["_start function", "memory memory"]);
    const imports = WebAssembly.Module.imports(module).map(({ name }) => [name, () => assert.fail(name)]);
    new WebAssembly.Instance(module, { wasi_snapshot_preview1: Object.fromEntries(imports) });
    assert.ok(!sections(bytes).includes(START_SECTION));
  });

  it("is under 75 KB, and carries no names of functions", () => {
    assert.ok(bytes.length < 75_000, `${bytes.length} bytes`);
    assert.deepEqual(WebAssembly.Module.customSections(module, "name"), []);
  });

  it("gives what convert gives: answers, status and summary", () => {
    for (const input of [
      RECEIPT,
      `${RECEIPT}\r\n`,
      NOT_MIMECAST,
      MIXED,
      MEMBER,
      "",
      "\r\n\n",
      " ",
      "\0",
      "\0\n\0",
    ]) {
      const buffer = Buffer.from(input);
      assert.deepEqual(came(runCommand(buffer, { time: TIME })), due(buffer));
    }
  });

  it("gives a record without a time that of its own start", () => {
    const { out } = runCommand(Buffer.from(WITHOUT_TIME), { time: TIME });
    assert.equal(JSON.parse(out.toString()).metadata.event_timestamp, "2023-11-14T22:13:20.005Z");
    for (const time of [
      { sec: 0, nsec: 0 },
      { sec: 0xffff_ffff, nsec: 999_999_999 },
    ]) {
      const line = Buffer.from(WITHOUT_TIME);
      assert.equal(runCommand(line, { time }).out.toString(), `${mimecast.map(line, "udm", time)}\n`);
    }
  });
});

describe("its arguments", () => {
  const input = Buffer.from(RECEIPT);

  it("may name the function", () => {
    for (const args of [
      ["--function", "fields"],
      ["--function=fields"],
      ["--function", "udm", "--function=fields"],
    ]) {
      const outcome = runCommand(input, { time: TIME, args: ["x", ...args] });
      assert.deepEqual(came(outcome), due(input, "fields"), args.join(" "));
    }
    const alerts = Buffer.from(`${RECEIPT}\nacc=C0A0|Act=Hld\n${NOT_MIMECAST}\n`);
    const outcome = runCommand(alerts, { time: TIME, args: ["x", "--function", "alerts"] });
    assert.deepEqual(came(outcome), due(alerts, "alerts"));
    for (const args of [["x"], ["x", "--function", "udm"], ["x", "--function=udm"], []]) {
      assert.deepEqual(came(runCommand(input, { time: TIME, args })), due(input), args.join(" "));
    }
  });

  it("may ask for help, and nothing is read then", () => {
    for (const option of ["--help", "-h"]) {
      const { status, out, err, calls } = runCommand(input, { args: ["x", option] });
      assert.deepEqual([status, err, calls.fd_read], [0, "", undefined]);
      assert.match(out.toString(), /^Usage: mimecast-wasi\.wasm \[--function <name>\]/);
    }
  });

  it("may be wrong: the one that is gets told, and nothing is read", () => {
    const wrong: [place: number, ...args: string[]][] = [
      [1, "file.siem"],
      [1, ""],
      [1, "-"],
      [1, "--func"],
      [1, "--functions"],
      [1, "--function"],
      [2, "--function", ""],
      [2, "--function", "UDM"],
      [2, "--function", "udmx"],
      [2, "--function", "--help"],
      [1, "--function="],
      [1, "--function=ud"],
      [2, "--function=udm", "--helpx"],
      [3, "--function", "udm", "\u001b[2J"],
      [1, "x".repeat(100_000)],
    ];
    for (const [place, ...args] of wrong) {
      const { status, out, err, calls } = runCommand(input, { args: ["x", ...args] });
      const told = `mimecast-udm: argument ${place} is not known, or lacks its value; --help tells what there is\n`;
      assert.deepEqual([status, out.length, err, calls.fd_read], [2, 0, told, undefined], args.join(" "));
    }
  });

  it("or the clock may not be there: it ends with 1, before anything is read", () => {
    for (const [name, message] of [
      ["clock_time_get", "cannot read the clock: NOSYS (WASI errno 52); "],
      ["args_sizes_get", "cannot read the arguments: NOSYS (WASI errno 52); "],
      ["args_get", "cannot read the arguments: NOSYS (WASI errno 52); "],
    ] as const) {
      const { status, out, err, calls } = runCommand(input, { fails: { [name]: "NOSYS" } });
      assert.deepEqual([status, out.length, calls.fd_read], [1, 0, undefined]);
      assert.ok(err.startsWith(`mimecast-udm: ${message}`) && err.indexOf("\n") === err.length - 1, err);
    }
  });
});

describe("its input", () => {
  const texts = [MIXED, Buffer.from(MEMBER), Buffer.from(`${MEMBER}\r\n${RECEIPT}\rdatetime=x|acc=1\r`)];

  it("may come in pieces of any length", () => {
    for (const text of texts) {
      for (const most of [1, 2, 3, 5, 7, 11, 64, 1000]) {
        assert.deepEqual(
          came(runCommand(text, { time: TIME, read: () => most })),
          due(text),
          `${most} bytes`,
        );
      }
    }
  });

  it("may be interrupted, or not be there yet", () => {
    for (const text of texts) {
      let turn = 0;
      const read = (): Step => (["INTR", 1, "AGAIN", 3, "AGAIN", "INTR", 20] as const)[turn++ % 7] ?? 0;
      const outcome = runCommand(text, { time: TIME, read });
      assert.deepEqual(came(outcome), due(text));
      assert.ok(outcome.calls.poll_oneoff);
    }
  });

  it("may be waited for where the host cannot wait", () => {
    const input = Buffer.from(RECEIPT);
    const read = steps("AGAIN", "AGAIN", 10, "AGAIN", 1000);
    assert.deepEqual(
      came(runCommand(input, { time: TIME, read, fails: { poll_oneoff: "NOSYS" } })),
      due(input),
    );
  });

  it("is answered before more is asked for", () => {
    const lines = [RECEIPT, DELIVERY, NOT_MIMECAST, WITHOUT_TIME, MEMBER.replaceAll("\n", ""), "|"].map(
      (line) => `${line}\n`,
    );
    const answers = lines.map((line) => due(Buffer.from(line)).out.toString());
    let given = 0;
    let out = "";
    const more = (): Uint8Array => {
      assert.equal(out, answers.slice(0, given).join(""), `before line ${given}`);
      return Buffer.from(lines[given++] ?? "");
    };
    runCommand(Buffer.of(), { time: TIME, more }, (piece) => {
      out += Buffer.from(piece);
    });
    assert.equal(out, answers.join(""));
  });

  it("is answered at the end of a line, however long the line was", () => {
    const line = Buffer.from(`${RECEIPT}|x=${"y".repeat(3 * MEGABYTE)}\n`);
    let out = 0;
    const pieces = [line, Buffer.from(`${RECEIPT}\n`)];
    const more = (): Uint8Array => {
      if (pieces.length === 1) assert.equal(out, due(line).out.length);
      return pieces.shift() ?? Buffer.of();
    };
    runCommand(Buffer.of(), { time: TIME, more, read: () => 100_000 }, (piece) => {
      out += piece.length;
    });
    assert.ok(out > due(line).out.length);
  });

  it("is read and answered in large pieces", () => {
    const input = Buffer.from(`${RECEIPT}\n`.repeat(20_000));
    const { calls, out } = runCommand(input);
    assert.ok(out.length > input.length);
    const reads = Math.ceil(input.length / (256 * 1024)) + 1;
    assert.deepEqual([calls.fd_read, calls.fd_write], [reads, reads - 1]);
  });

  it("may fail: what came before is answered, and it ends with 1", () => {
    const input = Buffer.from(`${RECEIPT}\n${NOT_MIMECAST}\n${DELIVERY}`);
    const { status, out, err } = runCommand(input, { time: TIME, read: steps(1000, "IO") });
    assert.deepEqual(out, due(Buffer.from(`${RECEIPT}\n${NOT_MIMECAST}\n`)).out);
    assert.equal(
      err,
      "mimecast-udm: cannot read standard input: IO (WASI errno 29); pipe the log into the command\n",
    );
    assert.equal(status, 1);
  });
});

describe("its output", () => {
  it("may be taken in pieces of any length, now and then not at all", () => {
    for (const most of [1, 2, 3, 7, 64, 1000]) {
      let turn = 0;
      const write = (): Step => (["INTR", most, "AGAIN", most] as const)[turn++ % 4] ?? 0;
      const outcome = runCommand(MIXED, { time: TIME, write });
      assert.deepEqual(came(outcome), due(MIXED), `${most} bytes`);
      assert.ok(outcome.calls.poll_oneoff);
    }
  });

  it("ends the command quietly when its reader has left, as convert does", () => {
    const endless = (): Uint8Array => Buffer.from(`${NOT_MIMECAST}\n`);
    const { status, err, calls } = runCommand(Buffer.of(), {
      more: endless,
      write: steps(1000, 1000, "PIPE"),
    });
    assert.deepEqual([status, err, calls.fd_read], [0, "", 3]);
    const help = runCommand(Buffer.of(), { args: ["x", "--help"], write: () => "PIPE" });
    assert.deepEqual([help.status, help.err], [0, ""]);
  });

  it("ends it with 1 when it cannot be written", () => {
    const told = (errno: Errno): string =>
      `mimecast-udm: cannot write the output: ${errno} (WASI errno ${ERRNO[errno]}); check the room that is left where it goes, and run the command again\n`;
    for (const errno of ["NOSPC", "IO", "BADF"] as const) {
      const { status, err } = runCommand(MIXED, { write: steps(10, errno) });
      assert.deepEqual([status, err], [1, told(errno)]);
    }
    const nothing = runCommand(MIXED, { write: steps(10, 0) });
    assert.deepEqual([nothing.status, nothing.err], [1, told("IO")], "a host that takes nothing at all");
    assert.equal(runCommand(MIXED, { args: ["x", "--help"], write: () => "NOSPC" }).status, 1);
  });
});

describe("a record of 32 MiB or more", () => {
  const before = Buffer.from(`${RECEIPT}\n`);
  const behind = Buffer.from(`\n${DELIVERY}\n`);
  const nothing = Buffer.of();

  for (const [name, length, front, back] of [
    ["that is the last", MAX_RECORD, nothing, nothing],
    ["with a line end", MAX_RECORD, nothing, Buffer.from("\n")],
    ["with others around it", MAX_RECORD + 1, before, behind],
    ["less one byte, with others around it", MAX_RECORD - 1, before, behind],
    ["that never ends", MAX_RECORD + 5_000_000, before, nothing],
    [
      "twice",
      MAX_RECORD + 300_000,
      before,
      Buffer.concat([behind, Buffer.alloc(MAX_RECORD + 1, "z"), behind]),
    ],
  ] as const) {
    it(`${name}: what convert gives for it`, () => {
      const input = Buffer.concat([front, Buffer.alloc(length, "y"), back]);
      const expected = due(input);
      for (const most of [MEGABYTE, 65_536, 200_003]) {
        const outcome = runCommand(input, { time: TIME, read: () => most });
        assert.ok(expected.out.equals(outcome.out), `${outcome.out.subarray(0, 500)}`);
        assert.deepEqual([outcome.status, outcome.err], [expected.status, expected.err]);
      }
    });
  }

  it("holds up no answer behind it", () => {
    const input = Buffer.concat([Buffer.alloc(MAX_RECORD + 1000, "y"), behind]);
    const pieces = [input, Buffer.of()];
    let out = 0;
    const more = (): Uint8Array => {
      if (pieces.length === 1) assert.equal(out, due(input).out.length);
      return pieces.shift() ?? Buffer.of();
    };
    runCommand(Buffer.of(), { time: TIME, more }, (piece) => {
      out += piece.length;
    });
    assert.deepEqual(pieces, []);
  });

  it("inside a member: what convert gives for it", () => {
    const member = Buffer.from('{"type":"MTA","data":[{"acc":"C0A0","Act":"Acc"},{"acc":"');
    const end = Buffer.from('"},{"acc":"C0A1"}]}\n{"acc":"C0A2"}\n');
    for (const filler of [Buffer.alloc(MAX_RECORD, "y"), Buffer.alloc(2 * MEGABYTE, "y")]) {
      const input = Buffer.concat([member, filler, end]);
      const outcome = runCommand(input, { time: TIME, read: () => 70_001 });
      const expected = due(input);
      assert.ok(expected.out.equals(outcome.out));
      assert.deepEqual([outcome.status, outcome.err], [expected.status, expected.err]);
    }
  });
});

describe("its memory", () => {
  it("stays under 7 MB, however much passes", () => {
    const block = Buffer.from(`${RECEIPT}\r\n${DELIVERY}\n${MEMBER}\n`.repeat(1000));
    const memoryAfter = (blocks: number): number => {
      let left = blocks;
      return runCommand(Buffer.of(), { more: () => (left-- > 0 ? block : Buffer.of()) }).memory;
    };
    const some = memoryAfter(3);
    assert.ok(some < 7_000_000, `${some} bytes`);
    assert.equal(memoryAfter(100), some);
  });

  it("grows with the longest record", () => {
    const ofLength = (length: number): number => runCommand(Buffer.alloc(length, "y")).memory;
    assert.ok(ofLength(4 * MEGABYTE) < 100 * MEGABYTE);
    assert.ok(ofLength(40 * MEGABYTE) < 100 * MEGABYTE);
  });
});

const START_SECTION = 8;

/** The numbers of a module's sections. */
function sections(wasm: Uint8Array): number[] {
  const found: number[] = [];
  for (let at = 8; at < wasm.length; ) {
    found.push(wasm[at++] ?? 0);
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const part = wasm[at++] ?? 0;
      length |= (part & 0x7f) << shift;
      if (part < 0x80) break;
    }
    at += length;
  }
  return found;
}
