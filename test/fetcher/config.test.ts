// Settings: where they come from, and what is said of wrong ones.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { type Flags, loadConfig } from "../../fetcher/config.ts";
import { ConfigError } from "../../runtime/errors.ts";
import { type Environment, parseDuration, parseSize } from "../../runtime/settings.ts";
import { certificates } from "../mimecast/certificate.ts";
import { temporaryFolder } from "./harness.ts";

const SECRET = randomBytes(24).toString("hex");
const API_2: Environment = {
  MIMECAST_CLIENT_ID: "client",
  MIMECAST_CLIENT_SECRET: SECRET,
  MIMECAST_SPOOL: "/spool",
};

async function problems(flags: Flags, env: Environment): Promise<string> {
  try {
    await loadConfig(flags, env);
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    const text = error.problems.join("\n");
    assert.ok(!inspect(error).includes(SECRET) && !text.includes(SECRET), "no secret is told");
    return text;
  }
  return "";
}

describe("settings", () => {
  it("describe one account by the environment alone, with defaults for the rest", async () => {
    const config = await loadConfig({}, API_2);
    const [account] = config.accounts;
    assert.deepEqual([config.spool, config.state, config.intervalMs], ["/spool", "/spool/.state", 300_000]);
    assert.deepEqual([account?.name, account?.api.version], ["default", 2]);
    assert.equal(account?.baseUrl, "https://api.services.mimecast.com");
    assert.ok(account?.api.version === 2 && account.api.types.length === 10);
    assert.ok(account?.api.version === 2 && account.api.credentials.clientSecret.reveal() === SECRET);
    assert.ok(!inspect(config, { depth: 9 }).includes(SECRET));
  });

  it("come from flags, then the environment, then the file", async (t) => {
    const file = join(await temporaryFolder(t), "fetcher.yaml");
    await writeFile(file, "spool: /file\nstate: /file-state\ninterval: 10m\nlisten: 9464\n");
    const env = {
      ...API_2,
      MIMECAST_SPOOL: undefined,
      MIMECAST_STATE: "/env-state",
      MIMECAST_INTERVAL: "2m",
    };
    const config = await loadConfig({ config: file, interval: "1m" }, env);
    assert.deepEqual([config.spool, config.state, config.intervalMs], ["/file", "/env-state", 60_000]);
    assert.deepEqual(config.listen, { host: "127.0.0.1", port: 9464 });
  });

  it("take secrets from files, from the environment by account, and from systemd", async (t) => {
    const folder = await temporaryFolder(t);
    await mkdir(join(folder, "credentials"));
    await writeFile(join(folder, "credentials", "three.client_secret"), `${SECRET}3\n`);
    await writeFile(join(folder, "one"), `${SECRET}1\n`);
    await writeFile(join(folder, "two"), `${SECRET}2`);
    const account = (name: string, more = "") => `  - {name: ${name}, clientId: ${name}${more}}\n`;
    const yaml = `spool: /s\naccounts:\n${account("one", `, clientSecretFile: ${folder}/one`)}${account("two")}${account("three")}`;
    await writeFile(join(folder, "fetcher.yaml"), yaml);
    const config = await loadConfig(
      { config: join(folder, "fetcher.yaml") },
      {
        MIMECAST_TWO_CLIENT_SECRET_FILE: join(folder, "two"),
        CREDENTIALS_DIRECTORY: join(folder, "credentials"),
      },
    );
    const secrets = config.accounts.map(({ api }) =>
      api.version === 2 ? api.credentials.clientSecret.reveal() : "",
    );
    assert.deepEqual(secrets, [`${SECRET}1`, `${SECRET}2`, `${SECRET}3`]);
  });

  it("use API 1.0 where its four credentials are given", async () => {
    const env = {
      MIMECAST_SPOOL: "/s",
      MIMECAST_APP_ID: "app",
      MIMECAST_APP_KEY: SECRET,
      MIMECAST_ACCESS_KEY: SECRET,
      MIMECAST_SECRET_KEY: SECRET,
    };
    assert.match(await problems({}, env), /needs baseUrl, such as .* or email/);
    const config = await loadConfig({}, { ...env, MIMECAST_EMAIL: "admin@example.com" });
    assert.equal(config.accounts[0]?.api.version, 1);
    assert.match(await problems({}, { ...env, ...API_2 }), /credentials of both APIs/);
  });

  it("are told all that is wrong with them at once, without their values", async (t) => {
    const folder = await temporaryFolder(t);
    const file = join(folder, "fetcher.yaml");
    const accounts = [
      `{name: Acme!, clientId: a, clientSecret: ${SECRET}}`,
      "{name: b, clientId: b, baseUrl: 'http://api.example.com'}",
      "{name: c, types: [receipts]}",
      "{name: d, clientId: 0123456789}",
    ];
    await writeFile(file, `interval: soon\nspol: /x\naccounts: [${accounts.join(", ")}]\n`);
    const text = await problems({ config: file }, {});
    for (const part of [
      /^spool: is missing$/m,
      /^settings\.spol: there is no such setting$/m,
      /^interval: must be a time such as/m,
      /^accounts\.0\.name: must be lower-case/m,
      /^accounts\.0\.clientSecret: secrets do not belong into this file; name a file .* in clientSecretFile$/m,
      /^accounts\.1\.baseUrl: must be a URL that begins with https:/m,
      /^accounts\.2\.types\.0: /m,
      /^accounts\.3\.clientId: must be text; YAML takes it for a number, so put it in quotes$/m,
    ]) {
      assert.match(text, part);
    }
  });

  it("are told what a credential lacks", async () => {
    const env = { MIMECAST_SPOOL: "/s" };
    assert.match(await problems({}, env), /has no credentials; API 2\.0 takes clientId/);
    assert.match(await problems({}, { ...env, MIMECAST_CLIENT_ID: "x" }), /API 2\.0 lacks clientSecret/);
    assert.match(await problems({}, { ...env, MIMECAST_APP_ID: "x" }), /lacks appKey, accessKey, secretKey/);
    const missing = { ...env, MIMECAST_CLIENT_ID: "x", MIMECAST_CLIENT_SECRET_FILE: "/nowhere" };
    assert.match(await problems({}, missing), /cannot read \/nowhere \(ENOENT\)/);
    assert.match(await problems({ config: "/nowhere" }, env), /cannot read \/nowhere/);
    assert.match(await problems({ caFile: "package.json" }, API_2), /holds no certificate in PEM form/);
  });

  it("take no empty secret, wherever it is", async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, "mimecast.client_secret"), " \n");
    const env = { MIMECAST_SPOOL: "/s", MIMECAST_CLIENT_ID: "x" };
    assert.match(await problems({}, { ...env, MIMECAST_CLIENT_SECRET: " " }), /lacks clientSecret/);
    const told = await problems({}, { ...env, CREDENTIALS_DIRECTORY: folder });
    assert.match(told, /credential mimecast\.client_secret: is empty/);
  });

  it("take no URL with a password or a query, and no proxy that is none", async () => {
    for (const end of [`:${SECRET}@x`, "x/?a=b", "x/#a"]) {
      const told = await problems({}, { ...API_2, MIMECAST_BASE_URL: `https://${end}` });
      assert.match(told, /baseUrl: must be a URL/);
    }
    for (const proxy of ["proxy.example.com:3128", `http://user:${SECRET}@`, "nonsense"]) {
      assert.match(
        await problems({}, { ...API_2, HTTPS_PROXY: proxy }),
        /^HTTPS_PROXY: must be a URL such as/m,
      );
    }
    const good = { ...API_2, HTTPS_PROXY: "http://user:pass@proxy.example.com:3128" };
    assert.equal(await problems({}, good), "");
  });

  it("take no certificate that cannot be read", async (t) => {
    const file = join(await temporaryFolder(t), "ca.pem");
    await writeFile(file, "-----BEGIN CERTIFICATE-----\nbm9uZQ==\n-----END CERTIFICATE-----\n");
    assert.match(await problems({ caFile: file }, API_2), /holds no certificate in PEM form/);
    await writeFile(file, `# ours\n${certificates().ca}`);
    assert.equal(await problems({ caFile: file }, API_2), "");
  });

  it("know times and sizes", () => {
    assert.deepEqual(
      ["90", "30s", "5m", "2h", "7d", "1.5m"].map(parseDuration),
      [90e3, 30e3, 3e5, 72e5, 6048e5, 9e4],
    );
    assert.deepEqual(["10", "1k", "5M", "2GiB"].map(parseSize), [10, 1024, 5 * 1024 ** 2, 2 * 1024 ** 3]);
    for (const text of ["", "x", "-1", "5 years"])
      assert.ok(Number.isNaN(parseDuration(text) + parseSize(text)));
  });
});
