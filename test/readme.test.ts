/** What README.md shows is what the module does. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { MimecastModule } from "../host/module.ts";

const TIME = { sec: 0, nsec: 0 };
const readme = readFileSync("README.md", "utf8");

/** The code blocks of a language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, "gms"))].map(
    (found) => found[1] ?? "",
  );
}

test("the sample line gives the sample event, member by member in this order", async () => {
  const line = blocks("text").find((text) => text.startsWith("datetime="));
  const event = blocks("json").find((text) => text.includes('"metadata"'));
  assert.ok(line && event);
  const module = await MimecastModule.load("build/mimecast.wasm");
  const mapped = module.map(Buffer.from(line.trim()), "udm", TIME);
  assert.equal(mapped, JSON.stringify(JSON.parse(event)));
});

test("the bad line leaves as the README says", async () => {
  const shown = blocks("json").find((text) => text.includes("mimecast_error"));
  assert.ok(shown);
  const module = await MimecastModule.load("build/mimecast.wasm");
  assert.equal(module.map(Buffer.from("hello"), "udm", TIME), shown.trim());
});
