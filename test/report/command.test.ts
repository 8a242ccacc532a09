// `mimecast-udm report` as a command: what it reads, what it writes and when, and what it says.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  lstat,
  mkdir,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  utimes,
  watch,
  writeFile,
} from "node:fs/promises";
import { describe, it } from "node:test";
import { instant } from "../../cli/instant.ts";
import { Progress } from "../../cli/progress.ts";
import { COMMAND, Collected, call, folder, pieces, STARTED_AT } from "../cli/harness.ts";
import { DELIVERY, NOT_MIMECAST, RECEIPT } from "../cli/lines.ts";
import { reportIn, reportOf } from "./harness.ts";

/** A terminal, of which everything is kept. */
class Terminal extends Collected {
  readonly isTTY = true;
  readonly columns = 60;
}

describe("report", () => {
  it("ends with 0 and says nothing when every record was mapped", async (context) => {
    const path = await folder(context);
    await writeFile(path("a.siem"), `${RECEIPT}\n${DELIVERY}\n`);
    assert.deepEqual(await call(["report", path("a.siem"), "-o", path("r.html")]), {
      status: 0,
      out: "",
      err: "",
    });
    const { about, figures } = reportOf(path("r.html"));
    assert.deepEqual([figures.records, figures.events, figures.unmapped], [2, 2, 0]);
    assert.deepEqual(
      [about.files, about.bytes, about.vanished],
      [1, RECEIPT.length + DELIVERY.length + 2, 0],
    );
    assert.equal(about.madeAt, STARTED_AT.sec * 1000);
  });

  it("ends with 3 when some records were not, and writes the page all the same", async (context) => {
    const path = await folder(context);
    await writeFile(path("a.siem"), `${RECEIPT}\n${NOT_MIMECAST}\n`);
    const { status, err } = await call(["report", path("a.siem"), "-o", path("r.html")]);
    assert.equal(status, 3);
    assert.equal(
      err,
      "mimecast-udm: 1 of 2 records could not be mapped; the page lists them by mimecast_error\n",
    );
    const [code] = reportOf(path("r.html")).figures.unmappedCodes;
    assert.deepEqual([code?.code, code?.count, code?.samples], ["not_mimecast", 1, [NOT_MIMECAST]]);
  });

  it("reads standard input, and writes to standard output", async () => {
    for (const args of [[], ["-"]]) {
      const { status, out } = await call(["report", ...args, "-o", "-"], {
        stdin: pieces(RECEIPT, "\n", DELIVERY),
      });
      assert.equal(status, 0);
      assert.equal(reportIn(out).figures.events, 2);
      assert.deepEqual(reportIn(out).about.sources, ["standard input"]);
    }
  });

  it("reads of a folder what the spool holds, and nothing else in it", async (context) => {
    const path = await folder(context);
    await mkdir(path("spool/.incoming"), { recursive: true });
    await mkdir(path("spool/deeper"));
    await mkdir(path("spool/folder.siem"));
    for (const name of ["b.siem", "a.siem", ".hidden.siem", "a.txt", ".incoming/c.siem", "deeper/d.siem"]) {
      await writeFile(path(`spool/${name}`), RECEIPT);
    }
    assert.equal((await call(["report", path("spool"), "-o", path("r.html")])).status, 0);
    const { about, figures } = reportOf(path("r.html"));
    assert.deepEqual([figures.events, about.files, about.sources], [2, 2, [path("spool")]]);
  });

  it("reads of a folder with --events what convert wrote", async (context) => {
    const path = await folder(context);
    const { out } = await call(["convert"], { stdin: pieces(`${RECEIPT}\n${NOT_MIMECAST}\n`) });
    await writeFile(path("a.ndjson"), out);
    await writeFile(path("b.jsonl"), `${out}{"half":\nnull\n{"no":"event"}\n`);
    await writeFile(path("c.siem"), RECEIPT);
    assert.equal((await call(["report", "--events", path("."), "-o", path("r.html")])).status, 3);
    const { figures } = reportOf(path("r.html"));
    assert.deepEqual([figures.records, figures.events], [7, 2]);
    assert.deepEqual(
      figures.unmappedCodes.map(({ code, count }) => [code, count]),
      [
        ["not_an_event", 3],
        ["not_mimecast", 2],
      ],
    );
  });

  it("survives events of any shape", async () => {
    const shapes = [
      ...["null", "[]", "1", '"text"', "{}", "[{}]", '{"a":[null]}', '{"key":1}'],
      '{"toString":1,"valueOf":1}',
      `${"[".repeat(100_000)}${"]".repeat(100_000)}`,
      `{"rule_id":"1","rule_labels":[{"key":"correlation_evictions","value":{"toString":1}},{"key":"correlation_evictions","value":"1e999"}]}`,
    ];
    const members = ["security_result", "network", "additional", "principal"];
    const lines = shapes.flatMap((shape) => [
      `{"metadata":${shape}}`,
      `{"mimecast_error":${shape}}`,
      `{"metadata":{"event_timestamp":${shape}}}`,
      ...members.map((name) => `{"metadata":{"event_timestamp":"2026-11-20T10:00:00Z"},"${name}":${shape}}`),
      `{"metadata":{"event_timestamp":"2026-11-20T10:00:00Z"},"security_result":[${shape},${shape},{"rule_id":${shape}}]}`,
      `{"metadata":{"event_timestamp":"2026-11-20T10:00:00Z"},"security_result":[{"action":${shape},"severity":${shape},"detection_fields":${shape}}],"network":{"email":{"to":${shape},"from":${shape}}}}`,
      `{"metadata":{"event_timestamp":"2026-11-20T10:00:00Z"},"additional":{"__proto__":${shape},"novel":${shape},"Latency":${shape}}}`,
    ]);
    const { out } = await call(["report", "--events", "-o", "-"], { stdin: pieces(lines.join("\n")) });
    const { figures } = reportIn(out);
    assert.equal(figures.records, lines.length);
    assert.equal(figures.events + figures.unmapped + figures.timeless, lines.length);
    assert.equal(figures.events, shapes.length * (members.length + 3));
    assert.equal(figures.evictions, 0);
  });

  it("reads past a byte order mark, as the module does", async () => {
    const { out: event } = await call(["convert"], { stdin: pieces(RECEIPT) });
    for (const [args, input] of [
      [["--events"], event],
      [[], RECEIPT],
    ] as const) {
      const { out } = await call(["report", ...args, "-o", "-"], { stdin: pieces(`\ufeff${input}`) });
      const { events, unmapped } = reportIn(out).figures;
      assert.deepEqual([events, unmapped], [1, 0]);
    }
  });

  it("takes no time that the module would not write", async () => {
    const times = [
      "0001-01-01T00:00:00Z",
      "9999-12-31T23:59:59Z",
      "+010000-01-03T00:00:00Z",
      "-271821-04-20T00:00:00Z",
    ];
    const lines = times.map((time) => `{"metadata":{"event_timestamp":"${time}"}}`);
    const { out } = await call(["report", "--events", "-o", "-"], { stdin: pieces(lines.join("\n")) });
    const { figures } = reportIn(out);
    assert.deepEqual([figures.events, figures.timeless], [2, 2]);
  });

  it("tells of files that vanish from a folder while it is read", async (context) => {
    const path = await folder(context);
    await mkdir(path("spool"));
    await writeFile(path("spool/a.siem"), RECEIPT);
    await symlink(path("nowhere"), path("spool/b.siem"));
    assert.equal((await call(["report", path("spool"), "-o", path("r.html")])).status, 0);
    const { about, figures } = reportOf(path("r.html"));
    assert.deepEqual([figures.events, about.files, about.vanished], [1, 1, 1]);
  });

  it("ends with 1 for what cannot be read, and with 2 for what makes no sense, and writes no page", async (context) => {
    const path = await folder(context);
    await mkdir(path("empty"));
    await writeFile(path("a.siem"), RECEIPT);
    const cases: readonly (readonly [number, RegExp, ...string[]])[] = [
      [1, /there is no file .*missing\.siem; check the path/, path("missing.siem")],
      [1, /there is no log in the folder .*; name the folder of the files/, path("empty")],
      [2, /standard input is named twice/, "-", "-"],
      [
        2,
        /'yesterday' is invalid\. It is no time; write it as 2026-11-20/,
        path("a.siem"),
        "--since",
        "yesterday",
      ],
      [2, /It is no time/, path("a.siem"), "--until", "2026-02-30"],
      [2, /--since is not before --until/, path("a.siem"), "--since", "2026-01-02", "--until", "2026-01-02"],
    ];
    for (const [status, said, ...args] of cases) {
      const outcome = await call(["report", ...args, "-o", path("r.html")]);
      assert.equal(outcome.status, status, outcome.err);
      assert.match(outcome.err, said);
    }
    assert.equal((await call(["report", path("a.siem")])).status, 2, "without --output");
    assert.deepEqual((await readdir(path("."))).sort(), ["a.siem", "empty"]);
  });
});

describe("the page's file", () => {
  it("is there as a whole or not at all, and readable for no stranger", async (context) => {
    const path = await folder(context);
    await writeFile(path("a.siem"), RECEIPT);
    await writeFile(path("r.html"), "the page of yesterday");
    const before = await stat(path("r.html"));
    await call(["report", path("a.siem"), "-o", path("r.html")]);
    const after = await stat(path("r.html"));
    assert.notEqual(after.ino, before.ino, "it was written beside the old one");
    assert.equal(after.mode & 0o007, 0);
    assert.deepEqual((await readdir(path("."))).sort(), ["a.siem", "r.html"]);
  });

  it("is not looked for at the end: where it cannot be written, nothing is read", async (context) => {
    const path = await folder(context);
    await mkdir(path("folder"));
    // biome-ignore lint/suspicious/useAwait: an async generator is what standard input is
    const unread = async function* (): AsyncGenerator<Uint8Array> {
      yield assert.fail("the input is read");
    };
    const cases = [
      [path("folder"), /folder is a folder; name a file in it/],
      [path("nowhere/"), /nowhere\/ is a folder; name a file in it/],
      [path("nowhere/r.html"), /cannot write .*r\.html: .*; check that its folder is there/],
    ] as const;
    for (const [output, said] of cases) {
      const { status, err } = await call(["report", "-o", output], { stdin: unread() });
      assert.equal(status, 1);
      assert.match(err, said);
    }
    assert.deepEqual(await readdir(path(".")), ["folder"]);
  });

  it("is never one of the logs that are read, by whatever name", async (context) => {
    const path = await folder(context);
    await mkdir(path("spool"));
    await writeFile(path("spool/a.siem"), RECEIPT);
    await symlink(path("spool/a.siem"), path("other"));
    for (const [input, output] of [
      ["spool/a.siem", "spool/a.siem"],
      ["spool", "spool/a.siem"],
      ["spool", "other"],
      ["other", "spool/../spool/a.siem"],
    ] as const) {
      const { status, err } = await call(["report", path(input), "-o", path(output)]);
      assert.equal(status, 2, err);
      assert.match(err, /is one of the logs to be read; give the page a name of its own/);
      assert.equal(await readFile(path("spool/a.siem"), "utf8"), RECEIPT);
    }
  });

  it("goes through a link to the file that it names", async (context) => {
    const path = await folder(context);
    await mkdir(path("pages"));
    await writeFile(path("pages/today.html"), "the page of yesterday");
    await symlink("pages/today.html", path("latest.html"));
    assert.equal((await call(["report", "-o", path("latest.html")])).status, 0);
    assert.equal((await lstat(path("latest.html"))).isSymbolicLink(), true);
    assert.equal(reportOf(path("pages/today.html")).figures.records, 0);
    assert.deepEqual(await readdir(path("pages")), ["today.html"]);
  });

  it("goes into a pipe or a device, and does not take its place", async (context) => {
    const path = await folder(context);
    execFileSync("mkfifo", [path("pipe")]);
    const reader = readFile(path("pipe"), "utf8");
    assert.equal((await call(["report", "-o", path("pipe")], { stdin: pieces(RECEIPT) })).status, 0);
    assert.equal(reportIn(await reader).figures.events, 1);
    assert.equal((await stat(path("pipe"))).isFIFO(), true);
    assert.deepEqual(await readdir(path(".")), ["pipe"]);
  });

  it("clears away what an earlier one left that was killed, and nothing else", async (context) => {
    const path = await folder(context);
    await writeFile(path("a.siem"), `${RECEIPT}\n`);
    const old = [
      "r.html.0123456789ab.new",
      "r.html.0123456789a.new",
      "q.html.0123456789ab.new",
      "r.html.new",
    ];
    for (const name of [...old, "r.html.abcdef012345.new"]) await writeFile(path(name), "half");
    await mkdir(path("r.html.000000000000.new"));
    for (const name of [...old, "r.html.000000000000.new"]) await utimes(path(name), 1, 1);
    assert.equal((await call(["report", path("a.siem"), "-o", path("r.html")])).status, 0);
    // One that is younger than an hour may be another's, who is writing it.
    assert.deepEqual((await readdir(path("."))).sort(), [
      "a.siem",
      "q.html.0123456789ab.new",
      "r.html",
      "r.html.000000000000.new",
      "r.html.0123456789a.new",
      "r.html.abcdef012345.new",
      "r.html.new",
    ]);
  });

  it("leaves nothing half-written where a signal comes while it is written", async (context) => {
    const path = await folder(context);
    for (let round = 0; round < 8; round++) {
      const child = spawn(process.execPath, [COMMAND, "report", "-o", path("r.html")], {
        stdio: ["pipe", "ignore", "ignore"],
      });
      const stop = new AbortController();
      const killing = (async () => {
        for await (const _ of watch(path("."), { signal: stop.signal })) child.kill("SIGINT");
      })().catch((error: unknown) => {
        if (!stop.signal.aborted) throw error;
      });
      child.stdin.end(RECEIPT);
      await once(child, "exit");
      stop.abort();
      await killing;
      const names = await readdir(path("."));
      assert.ok(
        names.every((name) => name === "r.html"),
        String(names),
      );
      if (names.length > 0) assert.equal(reportOf(path("r.html")).figures.events, 1);
      await rm(path("r.html"), { force: true });
    }
  });

  it("is not begun when reading fails", async (context) => {
    const path = await folder(context);
    await writeFile(path("r.html"), "the page of yesterday");
    // biome-ignore lint/suspicious/useAwait: an async generator is what standard input is
    const broken = async function* (): AsyncGenerator<Uint8Array> {
      yield Buffer.from(`${RECEIPT}\n`);
      throw new Error("the pipe broke");
    };
    const { status, err } = await call(["report", "-o", path("r.html")], { stdin: broken() });
    assert.equal(status, 1);
    assert.match(err, /cannot read standard input: the pipe broke/);
    assert.equal(await readFile(path("r.html"), "utf8"), "the page of yesterday");
    await rm(path("r.html"));
    assert.deepEqual(await readdir(path(".")), []);
  });
});

describe("progress", () => {
  it("is a line on a terminal that is taken away at the end", async (context) => {
    const path = await folder(context);
    await writeFile(path("a.siem"), RECEIPT);
    const stderr = new Terminal();
    await call(["report", path("a.siem"), "-o", path("r.html")], { stderr });
    const cleared = "\r\x1b[K";
    assert.ok(stderr.text.startsWith(`${cleared}[${"#".repeat(24)}] 100 %`));
    assert.ok(stderr.text.endsWith(cleared));
  });

  it("says how much was read, how fast, and what is left, in the terminal's width", () => {
    let now = 0;
    const stderr = new Terminal();
    const progress = new Progress(stderr, [{ bytes: 30_000_000 }, { bytes: 10_000_000 }], () => now);
    now = 1000;
    progress.add(10_000_000);
    assert.equal(
      stderr.text,
      `\r\x1b[K${"[######..................] 25 %  10 MB of 40  10 MB/s  3 s left".slice(0, 59)}`,
    );
    now = 1050;
    progress.add(10_000_000);
    assert.equal(stderr.text.split("\r").length, 2, "not more often than ten times a second");
  });

  it("does not say what is left where nobody knows", () => {
    const stderr = new Terminal();
    let now = 0;
    const progress = new Progress(stderr, [{ bytes: undefined }], () => now);
    now = 2000;
    progress.add(3_000_000);
    assert.equal(stderr.text, "\r\x1b[K3.0 MB  1.5 MB/s");
  });

  it("is quiet where there is no terminal", () => {
    const stderr = new Collected();
    const progress = new Progress(stderr, [{ bytes: 1 }], () => 0);
    progress.add(1);
    progress.end();
    assert.equal(stderr.text, "");
    assert.equal(progress.bytes, 1);
  });
});

describe("a time on the command line", () => {
  it("is ISO 8601, and UTC without an offset", () => {
    const at = Date.UTC(2026, 10, 20, 16, 47, 41);
    assert.equal(instant("2026-11-20"), Date.UTC(2026, 10, 20));
    assert.equal(instant("2026-11-20T16:47:41"), at);
    assert.equal(instant("2026-11-20T16:47:41Z"), at);
    assert.equal(instant("2026-11-20T17:47:41+01:00"), at);
    assert.equal(instant("2026-11-20T17:47:41+0100"), at);
    assert.equal(instant("2026-11-20T11:47:41.5-0500"), at + 500);
    assert.equal(instant("2026-11-20T16:47"), at - 41_000);
    assert.equal(instant("2024-02-29"), Date.UTC(2024, 1, 29));
  });

  for (const given of [
    "",
    "now",
    "20",
    "2026",
    "2026-13-01",
    "2026-02-29",
    "2026-11-20 10:00",
    "2026-11-20T25:00",
    "2026-11-20T10:00+",
    "2026-11-20T10:00+1",
    "11/20/2026",
    "1795193261",
  ]) {
    it(`is not "${given}"`, () => assert.equal(instant(given), undefined));
  }
});
