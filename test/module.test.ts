/** What the shipped module promises to any host, beyond what it does with a line. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

const bytes = readFileSync("build/mimecast.wasm");

test("the module is under 62 KB: the mapping 48, the rules the rest", () => {
  assert.ok(bytes.length < 62_000, `${bytes.length} bytes`);
});

test("the module asks nothing of its host, and carries no names of functions", async () => {
  const module = await WebAssembly.compile(bytes);
  assert.deepEqual(WebAssembly.Module.imports(module), []);
  assert.deepEqual(WebAssembly.Module.customSections(module, "name"), []);
});
