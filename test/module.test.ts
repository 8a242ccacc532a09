/** What the shipped modules promise to any host, beyond what they do with a line. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { meter } from "../bench/meter/meter.ts";
import { type Batch, MAPPING_FUNCTIONS, MimecastModule } from "../host/module.ts";
import { line } from "./oracle/lines.ts";

const LINES = 20_000;
const TIME = { sec: 1767225600, nsec: 5 };
const bytesOf = (name: string): Buffer => readFileSync(`build/${name}.wasm`);

describe("mimecast.wasm", () => {
  it("is under 52 KB", () => {
    const { length } = bytesOf("mimecast");
    assert.ok(length < 52_000, `${length} bytes`);
  });

  it("needs no SIMD, which Fluent Bit does not have", () => {
    // The meter knows every instruction but those.
    assert.doesNotThrow(() => meter(bytesOf("mimecast")));
    assert.throws(() => meter(bytesOf("mimecast-simd")), /unknown instruction, 0xfd/);
  });
});

for (const name of ["mimecast", "mimecast-simd"]) {
  describe(`${name}.wasm`, () => {
    it("asks nothing of its host, and carries no names of functions", async () => {
      const module = await WebAssembly.compile(bytesOf(name));
      assert.deepEqual(WebAssembly.Module.imports(module), []);
      assert.deepEqual(WebAssembly.Module.customSections(module, "name"), []);
    });
  });
}

describe("the batch function", () => {
  it("counts the objects it wrote, which for alerts are not the records", async () => {
    const module = await MimecastModule.load("build/mimecast.wasm");
    const held = "datetime=2026-01-01T00:00:00+0000|aCode=x|acc=C0A0|Hld=Spm|Act=Hld|Sender=a@example.com";
    const input = Buffer.from(`acc=1\n${held}\nhello\nacc=2|Act=Acc\n${held}\n`);
    for (const wanted of MAPPING_FUNCTIONS) {
      const { output, records, events } = module.batch(input, wanted, TIME);
      assert.equal(records, 5);
      assert.equal(events, output.filter((byte) => byte === 0x0a).length, wanted);
      assert.equal(events === 5, wanted !== "alerts");
      assert.ok(events >= 2);
    }
  });
});

describe("mimecast-simd.wasm", () => {
  it("need not be there", async () => {
    const folder = await mkdtemp(join(tmpdir(), "mimecast-udm-"));
    await copyFile("build/mimecast.wasm", join(folder, "mimecast.wasm"));
    const module = await MimecastModule.loadFastest(pathToFileURL(`${folder}/`));
    assert.equal(module.map(Buffer.from("Act=Acc"), "plain", TIME).slice(0, 12), '{"metadata":');
    await copyFile("package.json", join(folder, "mimecast-simd.wasm"));
    await assert.rejects(MimecastModule.loadFastest(pathToFileURL(`${folder}/`)), {
      code: "module_unreadable",
    });
    await rm(folder, { recursive: true });
  });

  it("is what an engine with SIMD loads", async () => {
    const fastest = await MimecastModule.loadFastest(pathToFileURL("build/"));
    assert.equal(fastest.map(Buffer.from("Act=Acc"), "plain", TIME).slice(0, 12), '{"metadata":');
  });

  it(`answers ${LINES} lines byte for byte as mimecast.wasm does, one by one and in batches`, async () => {
    const plain = await MimecastModule.load("build/mimecast.wasm");
    const simd = await MimecastModule.load("build/mimecast-simd.wasm");
    const lines = fc.sample(line, LINES);
    for (const [index, bytes] of lines.entries()) {
      const wanted = MAPPING_FUNCTIONS[index % MAPPING_FUNCTIONS.length] ?? "udm";
      const record = Buffer.from(JSON.stringify({ log: Buffer.from(bytes).toString("latin1") }), "latin1");
      assert.equal(simd.filter(record, wanted, TIME), plain.filter(record, wanted, TIME));
    }
    for (let at = 0; at < lines.length; at += 100) {
      const input = Buffer.concat(lines.slice(at, at + 100).flatMap((bytes) => [bytes, Buffer.from("\n")]));
      const due: Batch = plain.batch(input, "plain", TIME);
      const came: Batch = simd.batch(input, "plain", TIME);
      assert.deepEqual(Buffer.from(came.output), Buffer.from(due.output));
      assert.deepEqual([came.records, came.unmapped], [due.records, due.unmapped]);
    }
  });
});
