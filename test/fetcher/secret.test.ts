// Secrets do not show themselves.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { describe, it } from "node:test";
import { inspect } from "node:util";
import { FetchError } from "../../fetcher/errors.ts";
import { createLog } from "../../runtime/log.ts";
import { Secret, scrub } from "../../runtime/secret.ts";

const value = `${randomBytes(24).toString("base64")}"+/=`;
const secret = new Secret(value);

describe("a secret", () => {
  it("shows itself in no text, JSON or inspection", () => {
    for (const text of [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { showHidden: true, depth: 9 }),
    ]) {
      assert.ok(text.includes("[secret]") && !text.includes(value), text);
    }
    assert.equal(secret.reveal(), value);
  });

  it("is scrubbed from texts, as it is, in JSON and in URLs", () => {
    for (const text of [value, JSON.stringify(value), encodeURIComponent(value)]) {
      assert.doesNotMatch(scrub(`before ${text} after`), new RegExp(value.slice(0, 8).replace(/[+/]/g, ".")));
    }
  });

  it("is scrubbed from errors in the log, with the queries of presigned URLs and with headers", () => {
    let text = "";
    const log = createLog("debug", (line) => {
      text += line;
    });
    const token = randomBytes(24).toString("hex");
    const cause = new Error(
      `GET https://storage.example.com/a/b.gz?X-Signature=${token}&x=1 failed: ${value}`,
    );
    const error = new FetchError(`Bearer ${token}`, {
      code: "answer_refused",
      remedy: `MC ${token}:${token}`,
      cause,
    });
    log.error({ error, url: `https://user:${token}@proxy.example.com/?a=${token}` }, `access_token=${token}`);
    assert.ok(!text.includes(token), text);
    assert.ok(!text.includes(value.slice(0, 20)), text);
    assert.match(text, /https:\/\/storage\.example\.com\/a\/b\.gz\?\[secret\]/);
    assert.doesNotThrow(() => JSON.parse(text), "it is still JSON");
  });
});
