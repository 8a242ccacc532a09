// The settings of `push`: where they come from, and what is said of those that are not sound.

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { ConfigError } from "../../runtime/errors.ts";
import { loadPushConfig, type PushFlags } from "../../vector/config.ts";
import { isLoopback } from "../../vector/url.ts";
import { temporaryFolder } from "./harness.ts";

const SPOOL = { MIMECAST_SPOOL: "/spool" };

async function problems(flags: PushFlags, env: Record<string, string> = SPOOL): Promise<string> {
  try {
    await loadPushConfig(flags, env);
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.problems.join("\n");
  }
  return assert.fail("there is no problem");
}

describe("push's settings", () => {
  it("need a spool alone", async () => {
    assert.deepEqual(await loadPushConfig({}, SPOOL), {
      delivery: {
        spool: "/spool",
        state: "/spool/.push",
        wanted: "udm",
        lanes: 4,
        batchBytes: 1024 * 1024,
        maxWaitMs: 1000,
        scanMs: 1000,
        graceMs: 10_000,
        done: "keep",
        doneFolder: "/spool/done",
      },
      url: "http://127.0.0.1:8687/",
      authorization: undefined,
      ca: undefined,
      timeoutMs: 3_600_000,
      gzip: false,
      listen: undefined,
      logLevel: "info",
    });
    assert.equal(await problems({}, {}), "spool: is missing");
  });

  it("come from flags, then the environment, then the section of the fetcher's file", async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, "config.yaml");
    await writeFile(
      file,
      "spool: /from-file\ninterval: 5m\naccounts: []\nlisten: 9464\nlogLevel: warn\npush:\n  lanes: 2\n  batch: 2M\n  gzip: true\n  done: delete\n",
    );
    const env = {
      MIMECAST_CONFIG: file,
      MIMECAST_PUSH_LANES: "3",
      MIMECAST_PUSH_MAX_WAIT: "2s",
      MIMECAST_PUSH_GZIP: "",
    };
    const config = await loadPushConfig({ lanes: "5" }, env);
    assert.deepEqual(
      [config.delivery.spool, config.delivery.lanes, config.delivery.batchBytes, config.delivery.maxWaitMs],
      ["/from-file", 5, 2 * 1024 ** 2, 2000],
    );
    assert.deepEqual([config.gzip, config.delivery.done, config.logLevel], [true, "delete", "warn"]);
    assert.equal(config.listen, undefined, "the fetcher listens there");
    assert.equal((await loadPushConfig({}, env)).delivery.lanes, 3);
  });

  it("have all their problems told at once", async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, "config.yaml");
    await writeFile(
      file,
      "push:\n  batches: 3\n  authorization: Bearer s3cret\n  lanes: 99\n  timeout: soon\n",
    );
    const told = await problems({ config: file, url: "ftp://x", done: "burn" }, {});
    for (const start of [
      "spool: is missing",
      "url: must be",
      "done: ",
      "lanes: ",
      "timeout: must be a time",
      "push.batches: there is no such setting",
      "push.authorization: secrets do not belong into this file; name a file that holds it in authorizationFile",
    ]) {
      assert.ok(
        told.split("\n").some((line) => line.startsWith(start)),
        `${start} in\n${told}`,
      );
    }
    assert.doesNotMatch(told, /s3cret/);
  });

  it("take no URL with a secret in it, and do not repeat it", async () => {
    for (const url of [
      "http://user:s3cret@127.0.0.1/",
      "http://127.0.0.1/?key=s3cret",
      "http://127.0.0.1/#s3cret",
      "s3cret",
    ]) {
      const told = await problems({ url });
      assert.match(told, /^url: must be a URL such as http:\/\/127\.0\.0\.1:8687\/, without a user/);
      assert.doesNotMatch(told, /s3cret/);
    }
  });

  it("send nothing in clear to another machine, unless they say so", async () => {
    assert.match(await problems({ url: "http://vector:8687/" }), /not encrypted/);
    const { url } = await loadPushConfig({ url: "http://vector:8687", plainHttp: true }, SPOOL);
    assert.equal(url, "http://vector:8687/");
    await loadPushConfig({ url: "https://vector.example.com/in" }, SPOOL);
  });

  it("know this machine by its names", () => {
    for (const host of ["localhost", "127.0.0.1", "127.9.9.9", "[::1]", "a.localhost"])
      assert.ok(isLoopback(`http://${host}:1/`), host);
    for (const host of ["localhost.example.com", "127.example.com", "10.0.0.1", "[::2]"])
      assert.ok(!isLoopback(`http://${host}:1/`), host);
  });

  it("take the authorization from the environment, a file or a credential, and never show it", async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, "authorization");
    await writeFile(file, "Basic dXNlcjpwYXNz\n");
    await mkdir(join(folder, "credentials"));
    await writeFile(join(folder, "credentials", "push.authorization"), "Bearer credential-token");
    const from = async (flags: PushFlags, env: Record<string, string>): Promise<string | undefined> => {
      const config = await loadPushConfig(flags, { ...SPOOL, ...env });
      assert.doesNotMatch(inspect(config, { depth: 9 }) + JSON.stringify(config), /dXNlcjpwYXNz|token/);
      return config.authorization?.reveal();
    };
    assert.equal(await from({}, { MIMECAST_PUSH_AUTHORIZATION: "Bearer env-token" }), "Bearer env-token");
    assert.equal(await from({}, { MIMECAST_PUSH_AUTHORIZATION_FILE: file }), "Basic dXNlcjpwYXNz");
    assert.equal(await from({ authorizationFile: file }, {}), "Basic dXNlcjpwYXNz");
    const other = join(folder, "other");
    await writeFile(other, "Bearer other-token");
    for (const env of [
      { MIMECAST_PUSH_AUTHORIZATION: "Bearer env-token" },
      { MIMECAST_PUSH_AUTHORIZATION_FILE: other },
    ]) {
      assert.equal(await from({ authorizationFile: file }, env), "Basic dXNlcjpwYXNz", "the option wins");
    }
    assert.equal(
      await from({}, { CREDENTIALS_DIRECTORY: join(folder, "credentials") }),
      "Bearer credential-token",
    );
    assert.equal(await from({}, { CREDENTIALS_DIRECTORY: folder }), undefined);
    const told = await problems({}, { ...SPOOL, MIMECAST_PUSH_AUTHORIZATION: "Bearer tok\nen" });
    assert.equal(told, "authorization: must be the value of an HTTP header, as in Bearer TOKEN, on one line");
  });

  it("do not let delivered files be moved to where they were", async () => {
    assert.match(
      await problems({ done: "move", doneFolder: "/spool/" }),
      /doneFolder: must not be the spool/,
    );
    assert.match(await problems({ doneFolder: "/elsewhere" }), /means nothing unless done is move/);
  });
});
