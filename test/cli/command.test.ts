// The command line as such: help, version, and calls it does not know.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { describe, it } from "node:test";
import { call } from "./harness.ts";

const { version } = JSON.parse(await readFile("package.json", "utf8"));
const EVERYWHERE: readonly (readonly string[])[] = [[], ["convert"], ["explain"]];

describe("mimecast-udm", () => {
  for (const command of EVERYWHERE) {
    const name = ["mimecast-udm", ...command].join(" ");

    it(`prints help for ${name} --help, exit statuses among it`, async () => {
      for (const option of ["--help", "-h"]) {
        const { status, out, err } = await call([...command, option]);
        assert.deepEqual([status, err], [0, ""]);
        assert.ok(out.startsWith(`Usage: ${name} `), out);
        assert.match(out, /\nExit status:\n {2}0 .+\n {2}1 .+\n {2}2 .+\n {2}3 .+\n$/);
      }
    });

    it(`prints the package's version for ${name} --version`, async () => {
      for (const option of ["--version", "-V"]) {
        assert.deepEqual(await call([...command, option]), { status: 0, out: `${version}\n`, err: "" });
      }
    });

    it(`exits 2 for an option that ${name} does not know`, async () => {
      const { status, out, err } = await call([...command, "--bogus"]);
      assert.deepEqual([status, out], [2, ""]);
      assert.equal(err, "mimecast-udm: unknown option '--bogus'\nmimecast-udm --help tells what it takes\n");
    });
  }

  it("prints help on standard error and exits 2 without a command", async () => {
    const { status, out, err } = await call([]);
    assert.deepEqual([status, out], [2, ""]);
    assert.match(err, /^Usage: mimecast-udm /);
  });

  it("exits 2 for a command it does not know, and guesses which was meant", async () => {
    const { status, err } = await call(["konvert"]);
    assert.equal(status, 2);
    assert.match(err, /^mimecast-udm: unknown command 'konvert'\n\(Did you mean convert\?\)\n/);
  });

  it("exits 2 for a function it does not know, and names those it does", async () => {
    const { status, err } = await call(["convert", "--function", "json"]);
    assert.equal(status, 2);
    assert.match(err, /'json' is invalid\. Allowed choices are udm, fields, plain, alerts\./);
  });

  it("exits 2 if standard input is named twice", async () => {
    const { status, err } = await call(["convert", "-", "-"]);
    assert.equal(status, 2);
    assert.match(err, /^mimecast-udm: standard input is named twice; name - once/);
  });

  it("exits 2 for explain without a line, and with two", async () => {
    assert.equal((await call(["explain"])).status, 2);
    assert.equal((await call(["explain", "acc=1", "acc=2"])).status, 2);
  });
});
