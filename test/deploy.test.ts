// What is shipped for running the fetcher: rules whose metrics exist, a unit that systemd takes, an image that has all it needs.

import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { promisify } from "node:util";
import { parse } from "yaml";
import { exportedMetrics } from "./support/exported-metrics.ts";

const run = promisify(execFile);
const isThere = (program: string): boolean => spawnSync(program, ["--version"]).error === undefined;
const skipped = (program: string) => (isThere(program) ? false : `there is no ${program} here`);

async function temporary(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "mimecast-udm-deploy-"));
  t.after(() => rm(folder, { recursive: true }));
  return folder;
}

describe("deploy/alerts.yaml", () => {
  it("speaks of metrics that the programs export", async () => {
    const text = await readFile("deploy/alerts.yaml", "utf8");
    const rules = (parse(text) as { groups: { rules: { expr: string }[] }[] }).groups.flatMap(
      ({ rules }) => rules,
    );
    const known = exportedMetrics();
    const named = rules.flatMap(({ expr }) => expr.match(/mimecast_udm_\w+/g) ?? []);
    assert.ok(named.length >= rules.length);
    assert.deepEqual(
      named.filter((name) => !known.has(name)),
      [],
    );
  });

  it("is taken by promtool", { skip: skipped("promtool") }, async () => {
    const { stdout } = await run("promtool", ["check", "rules", "deploy/alerts.yaml"]);
    assert.match(stdout, /SUCCESS: \d+ rules found/);
  });
});

describe("deploy/mimecast-udm.service", () => {
  it("is taken by systemd, and leaves little open", { skip: skipped("systemd-analyze") }, async (t) => {
    const unit = join(await temporary(t), "mimecast-udm.service");
    const text = await readFile("deploy/mimecast-udm.service", "utf8");
    // systemd looks whether the program exists.
    await writeFile(unit, text.replace("/usr/bin/mimecast-udm", process.execPath));
    const { stderr } = await run("systemd-analyze", ["verify", unit]);
    assert.equal(stderr, "");
    const { stdout } = await run("systemd-analyze", ["security", "--offline=true", unit]);
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
    assert.ok(exposure < 2, stdout.slice(-200));
  });
});

describe("deploy/Dockerfile", () => {
  it("copies all that the command needs", async (t) => {
    const folder = await temporary(t);
    const text = await readFile("deploy/Dockerfile", "utf8");
    const copies = [...text.matchAll(/^COPY (.+) (\S+)$/gm)];
    assert.ok(copies.length > 0);
    for (const [, sources = "", target = ""] of copies) {
      for (const source of sources.split(" ")) {
        const name = target.endsWith("/") ? source.replace(/^.*\//, "") : target.replace(/^.*\//, "");
        await cp(source, join(folder, name));
      }
    }
    const line = "datetime=2026-01-02T03:04:05+0000|aCode=x|acc=C0A0|Sender=a@example.com";
    for (const args of [["--version"], ["explain", line]]) {
      const { stdout } = await run(process.execPath, [join(folder, "mimecast-udm.mjs"), ...args], {
        cwd: folder,
      });
      assert.notEqual(stdout, "");
    }
  });
});
