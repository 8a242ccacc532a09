// Kills `push` again and again, at any moment and at every step of what it does to the file system, starts it again, and looks
// whether each event arrived, in order, and none twice but for a kill.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { after, before, describe, it, type TestContext } from "node:test";
import type { DoneMode } from "../../delivery/done.ts";
import { MimecastModule } from "../../host/module.ts";
import { systemClock } from "../../runtime/clock.ts";
import { push } from "../../vector/push.ts";
import { bundleEntry } from "../support/bundle.ts";
import type { CrashOrder } from "./crash-entry.ts";
import { pushConfig, record, records, temporaryFolder } from "./harness.ts";
import { assertDelivered } from "./order.ts";
import { VectorDouble } from "./receiver.ts";

const ENTRY = resolve("build/test/vector/crash-entry.mjs");
/** Fewer in all would mean that they do not come where something is done. */
const LEAST_KILLS = 150;
/** In each of two spools. */
const RANDOM_KILLS = 55;
const FILES = 100;
const BAD = "refuse-me";
const PHRASES = { keep: "keeps", delete: "deletes", move: "moves" } as const;

let kills = 0;

/** A process's life. `killAfter`: milliseconds from its start until it is killed. Answers whether it came to its own end. */
function live(order: CrashOrder, killAfter?: number): Promise<boolean> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, [ENTRY], { stdio: ["pipe", "pipe", "inherit"] });
    child.on("error", failed);
    child.stdin.on("error", () => undefined); // it may be killed before it has read it
    child.stdout.once("data", () => {
      if (killAfter !== undefined) setTimeout(() => child.kill("SIGKILL"), killAfter);
    });
    child.on("exit", (status, signal) => {
      if (signal === "SIGKILL") kills++;
      if (signal === "SIGKILL" || status === 0) done(status === 0);
      else failed(new Error(`it ended with status ${status} before it was killed at ${order.killAt}`));
    });
    child.stdin.end(JSON.stringify(order));
  });
}

/** A life that nobody ends, in this process. */
async function survive(config: CrashOrder["config"]): Promise<void> {
  const { vanished, unreadable } = await push(
    {
      config: { ...config, authorization: undefined, ca: undefined, listen: undefined },
      module: await MimecastModule.load("build/mimecast.wasm"),
      clock: systemClock,
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      version: "0.0.0",
      once: true,
    },
    new AbortController().signal,
  );
  assert.deepEqual([vanished, unreadable], [0, 0]);
}

interface Stage {
  readonly spool: string;
  readonly receiver: VectorDouble;
  readonly config: CrashOrder["config"];
  readonly files: Map<string, number>;
  drop(number: number, lines: number): Promise<void>;
}

async function stage(t: TestContext, done: DoneMode): Promise<Stage> {
  const folder = await temporaryFolder(t);
  const receiver = await VectorDouble.start(t);
  const spool = join(folder, "spool");
  await mkdir(spool, { recursive: true });
  const {
    authorization: _a,
    ca: _c,
    listen: _l,
    ...config
  } = pushConfig(folder, receiver.url, { done, batchBytes: 8192 });
  const files = new Map<string, number>();
  const drop = async (number: number, lines: number): Promise<void> => {
    const name = `f${String(number).padStart(3, "0")}.siem`;
    files.set(name, lines);
    await writeFile(
      join(spool, `${name}.part`),
      records(name, lines)
        .map((line) => `${line}\n`)
        .join(""),
    );
    await rename(join(spool, `${name}.part`), join(spool, name));
  };
  return { spool, receiver, config, files, drop };
}

describe("push, killed and started again", { concurrency: 2, timeout: 240_000 }, () => {
  before(() => bundleEntry("test/vector/crash-entry.ts", ENTRY));

  after(() => {
    console.log(`${kills} kills`);
    assert.ok(kills >= LEAST_KILLS, `${kills} kills are fewer than ${LEAST_KILLS}`);
  });

  for (const [spool, seed] of [
    ["one spool", 53],
    ["another", 29],
  ] as const) {
    it(`delivers each event of 100 files in ${spool} though it is killed at any moment`, async (t) => {
      const it = await stage(t, "keep");
      it.receiver.fault = (_, number) => ({ kind: "late", ms: 1 + (number % 7) });
      let [life, dropped] = [0, 0];
      for (; life < RANDOM_KILLS; life++) {
        for (; dropped < (FILES * (life + 1)) / RANDOM_KILLS; dropped++)
          await it.drop(dropped, 20 + ((dropped * 37) % 150));
        it.receiver.life = life;
        await live({ killAt: 0, config: it.config }, (life * seed) % 120);
      }
      it.receiver.life = life;
      await survive(it.config);
      assert.equal(it.files.size, FILES);
      const twice = assertDelivered(it.receiver.requests, { files: it.files });
      t.diagnostic(`${twice} events came twice`);
      const before = it.receiver.lines.length;
      await survive(it.config);
      assert.equal(it.receiver.lines.length, before, "nothing is left");
    });
  }

  for (const done of ["keep", "delete", "move"] as const) {
    it(`delivers each event though it is killed at any step, and what it has delivered it ${PHRASES[done]}`, async (t) => {
      // Most steps are the same in all three.
      for (let killAt = 1; ; killAt += done === "keep" ? 1 : 2) {
        const it = await stage(t, done);
        for (let number = 0; number < 3; number++) await it.drop(number, 30);
        const bad = record("f003.siem", 1, BAD);
        await it.drop(3, 3);
        await writeFile(
          join(it.spool, "f003.siem"),
          `${record("f003.siem", 0)}\n${bad}\n${record("f003.siem", 2)}\n`,
        );
        it.receiver.fault = (lines) =>
          lines.some((line) => line.includes(BAD)) ? { kind: "answer", status: 400 } : undefined;
        const survived = await live({ killAt, config: it.config });
        it.receiver.life++;
        // Sometimes it dies once more, while it recovers.
        if (killAt % 7 === 0) await live({ killAt: 1 + (killAt % 11), config: it.config });
        it.receiver.life++;
        await survive(it.config);
        const place = `killed at step ${killAt}`;
        assertDelivered(it.receiver.requests, { files: it.files, refused: new Set(["f003.siem#1"]) });
        await assertSettled(it.spool, done, [...it.files.keys()], place);
        if (survived) return t.diagnostic(`${killAt} steps`);
      }
    });
  }
});

/** The spool as it must be in the end, whatever happened before. */
async function assertSettled(
  spool: string,
  done: DoneMode,
  names: readonly string[],
  place: string,
): Promise<void> {
  const left = (await readdir(spool)).filter((name) => name.endsWith(".siem")).sort();
  assert.deepEqual(left, done === "keep" ? names : [], place);
  const moved = done === "move" ? (await readdir(join(spool, "done"))).sort() : [];
  assert.deepEqual(moved, done === "move" ? names : [], place);
  const rejected = (await readdir(join(spool, "rejected"))).filter((name) => !name.endsWith(".new")).sort();
  assert.equal(rejected.length, 2, `${place}: ${rejected}`);
  assert.match(await readFile(join(spool, "rejected", rejected[0] ?? ""), "utf8"), /refuse-me/, place);
}
