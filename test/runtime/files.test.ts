import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { createdAt, nodeFiles } from "../../runtime/files.ts";

describe("the time at which a file was created", () => {
  const folder = mkdtempSync(join(tmpdir(), "mimecast-udm-files-"));
  after(() => rmSync(folder, { recursive: true }));

  it("stays, whatever is written behind", async () => {
    const path = join(folder, "one");
    writeFileSync(path, "1");
    // Written more than once, so that its entry has changed since it was created.
    await new Promise((passed) => setTimeout(passed, 20));
    appendFileSync(path, "2");
    const before = await nodeFiles.info(path);
    await new Promise((passed) => setTimeout(passed, 20));
    appendFileSync(path, "3");
    const file = await nodeFiles.openRead(path);
    const { birthMs } = await file.info();
    await file.close();
    assert.equal(Math.floor(birthMs), Math.floor(before?.birthMs ?? -1));
    assert.ok(birthMs === 0 || birthMs < (before?.mtimeMs ?? 0));
  });

  it("is not known where the last change of its entry stands for it", () => {
    assert.equal(createdAt(1_700_000_000_000.5, 1_700_000_000_000.5), 0);
    assert.equal(createdAt(1_700_000_000_000.5, 1_700_000_000_020), 1_700_000_000_000.5);
    assert.equal(createdAt(0, 1_700_000_000_020), 0);
  });
});
