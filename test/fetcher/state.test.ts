// The state survives, or says that it did not.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import fc from "fast-check";
import { Journal } from "../../fetcher/journal.ts";
import { decodeState, encodeState, State } from "../../fetcher/state.ts";
import { nodeFiles } from "../../runtime/files.ts";
import { temporaryFolder } from "./harness.ts";

const cursor = (token: string) => ({ token, savedAt: 1 });
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

describe("the state", () => {
  it("is read as it was saved, by account", async (t) => {
    const folder = await temporaryFolder(t);
    const [one, two] = [
      await State.load(nodeFiles, folder, "one"),
      await State.load(nodeFiles, folder, "two"),
    ];
    await Promise.all([
      one.save("siem", cursor("1")),
      one.save("other", cursor("2")),
      two.save("siem", cursor("3")),
    ]);
    const read = await State.load(nodeFiles, folder, "one");
    assert.deepEqual([read.origin, read.cursors], ["current", { siem: cursor("1"), other: cursor("2") }]);
    assert.equal((await State.load(nodeFiles, folder, "two")).cursor("siem")?.token, "3");
  });

  it("comes from the copy before it if it is missing, torn, empty or of another version", async (t) => {
    for (const spoil of [undefined, "", "{", '{"sha256":"0"}\n{}\n', encodeState({ version: 2 } as never)]) {
      const folder = await temporaryFolder(t);
      const state = await State.load(nodeFiles, folder, "one");
      await state.save("siem", cursor("old"));
      await state.save("siem", cursor("new"));
      const path = join(folder, "one.json");
      if (spoil === undefined) await nodeFiles.remove(path);
      else await writeFile(path, spoil);
      const read = await State.load(nodeFiles, folder, "one");
      assert.deepEqual([read.origin, read.cursor("siem")?.token], ["previous", "old"]);
      assert.ok(read.problem);
      await read.save("siem", cursor("next"));
      assert.equal((await State.load(nodeFiles, folder, "one")).cursor("siem")?.token, "next");
    }
  });

  it("says why there is nothing if neither can be read", async (t) => {
    const folder = await temporaryFolder(t);
    await writeFile(join(folder, "one.json"), "x");
    await mkdir(join(folder, "one.json.previous"));
    const read = await State.load(nodeFiles, folder, "one");
    assert.equal(read.origin, "nothing");
    assert.match(read.problem ?? "", /torn.*the copy before it: .*EISDIR/);
  });

  it("is fresh where there never was one", async (t) => {
    assert.equal((await State.load(nodeFiles, await temporaryFolder(t), "one")).origin, "fresh");
  });

  it("is never taken from bytes that were changed, however they were", () => {
    const whole = encodeState({ version: 1, cursors: { siem: cursor("token") }, gaps: [] });
    assert.equal(decodeState(whole).cursors.siem?.token, "token");
    fc.assert(
      fc.property(
        fc.nat(whole.length - 1),
        fc.integer({ min: 1, max: 255 }),
        fc.boolean(),
        (at, by, cuts) => {
          const spoilt = Buffer.from(cuts ? whole.subarray(0, at) : whole);
          if (!cuts) spoilt[at] = (spoilt[at] ?? 0) ^ by;
          assert.throws(() => decodeState(spoilt));
        },
      ),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => assert.throws(() => decodeState(bytes))),
    );
  });
});

describe("the journal of dropped names", () => {
  const NOW = Date.UTC(2026, 0, 2);
  const open = (folder: string, now = NOW) =>
    Journal.open(nodeFiles, folder, "one", { since: (time) => now - time }, silent);

  it("knows its names after a restart, and forgets them after nine days", async (t) => {
    const folder = await temporaryFolder(t);
    const journal = await open(folder);
    await Promise.all(["a.siem", "b.siem"].map((name) => journal.add([{ name }], NOW)));
    assert.ok((await open(folder)).find("a.siem") && (await open(folder)).find("b.siem"));
    assert.equal((await open(folder, NOW + 8 * 86_400_000)).size, 2);
    assert.equal((await open(folder, NOW + 10 * 86_400_000)).size, 0);
  });

  it("forgets a torn line, and glues nothing to it", async (t) => {
    const folder = await temporaryFolder(t);
    await (await open(folder)).add([{ name: "a.siem" }], NOW);
    const path = join(folder, "one.dropped");
    await writeFile(path, `${await readFile(path, "utf8")}1767312000 b.si`);
    const journal = await open(folder);
    assert.equal(journal.size, 1);
    await journal.add([{ name: "c.siem", merged: { offset: 5, inode: 7 } }], NOW);
    const read = await open(folder);
    assert.deepEqual([read.size, read.find("c.siem")?.merged], [2, { offset: 5, inode: 7 }]);
  });
});
