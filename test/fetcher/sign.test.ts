// The signature of API 1.0, held against openssl: vectors computed by the code under test would prove nothing.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { describe, it } from "node:test";
import { signatureDate, signedHeaders } from "../../fetcher/sign.ts";
import { Secret } from "../../runtime/secret.ts";

const PATH = "/api/audit/get-siem-logs";

function byOpenssl(text: string, key: Buffer): string {
  const args = ["dgst", "-sha1", "-mac", "HMAC", "-macopt", `hexkey:${key.toString("hex")}`, "-binary"];
  return execFileSync("openssl", args, { input: text }).toString("base64");
}

describe("the signature of API 1.0", () => {
  it("is what openssl computes", () => {
    for (let round = 0; round < 10; round++) {
      const key = randomBytes(16 + 16 * round);
      const [appKey, accessKey, id] = [randomUUID(), randomBytes(40).toString("base64"), randomUUID()];
      const credentials = {
        appId: "app",
        appKey: new Secret(appKey),
        accessKey: new Secret(accessKey),
        secretKey: new Secret(key.toString("base64")),
      };
      const headers = signedHeaders(credentials, PATH, Date.UTC(2015, 10, 24, 12, 50, 11 + round), id);
      const text = `Tue, 24 Nov 2015 12:50:${11 + round} UTC:${id}:${PATH}:${appKey}`;
      assert.equal(headers.authorization, `MC ${accessKey}:${byOpenssl(text, key)}`);
      assert.equal(headers["x-mc-app-id"], "app");
      assert.equal(headers["x-mc-req-id"], id);
    }
  });

  it("dates as Mimecast's documentation does", () => {
    assert.equal(signatureDate(Date.UTC(2015, 10, 24, 12, 50, 11)), "Tue, 24 Nov 2015 12:50:11 UTC");
    assert.equal(signatureDate(Date.UTC(2026, 0, 2, 3, 4, 5)), "Fri, 02 Jan 2026 03:04:05 UTC");
  });
});
