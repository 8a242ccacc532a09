// The rules in a real Fluent Bit: one file, read in its order, fires what a fresh instance under Node fires, counts included; and
// by mimecast_alerts nothing else comes out.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, describe, it } from "node:test";
import { MimecastModule } from "../../host/module.ts";
import { Spool, withoutFluentBit as skip, until } from "../support/fluent-bit.ts";

const LINES = 2000;
const START = Date.UTC(2026, 0, 2, 3, 4, 5);
/** Fires a rule, so that it is seen, by either function, when all has come. */
const LAST = "acc=C0A0|Act=Hld|MsgId=<last@example.com>";

function lineAt(index: number): string {
  if (index % 4 === 3) return `not Mimecast's ${index}`;
  const fields = [
    `Virus=X|Subject=s|Sender=s${index % 40}@example.com|Recipient=r${index % 9}@example.com`,
    "Act=Acc|Subject=quiet",
    `reason=malicious|URL=http://x/|UrlCategory=Blocked|Recipient=r${index % 5}@example.com`,
  ][index % 4];
  return `datetime=${new Date(START + 2000 * index).toISOString()}|acc=C0A0|${fields}`;
}

describe("rules in Fluent Bit", { timeout: 85_000 }, () => {
  const spools: Spool[] = [];
  after(() => Promise.all(spools.map((spool) => spool.remove())));

  for (const [name, wanted] of [
    ["mimecast_udm", "udm"],
    ["mimecast_alerts", "alerts"],
  ] as const) {
    it(`fire by ${name} what they fire under Node`, { skip }, async () => {
      const spool = new Spool();
      spools.push(spool);
      const lines = [...Array.from({ length: LINES }, (_, index) => lineAt(index)), LAST];
      const path = spool.put("other.siem", lines);
      const module = await MimecastModule.load("build/mimecast.wasm");
      const due = lines
        .map((log) => Buffer.from(JSON.stringify({ filename_for_malachite: path, log })))
        .map((record) => module.filter(record, wanted, { sec: 0, nsec: 0 }))
        .filter((answer) => answer !== "");
      for (const id of ["106003", "106010"])
        assert.ok(
          due.some((event) => event.includes(id)),
          id,
        );

      const environment = {
        MIMECAST_UDM_WASM: join(process.cwd(), "build/mimecast.wasm"),
        MIMECAST_UDM_FUNCTION: name,
      };
      const fluentBit = spool.start("fluent-bit.yaml", environment, spool.folder);
      await until("last line", fluentBit, () => fluentBit.lines.some((event) => event.includes("<last@")));
      await fluentBit.end("SIGTERM");
      // The last line has no time: Fluent Bit's own stands there.
      assert.deepEqual(fluentBit.lines.slice(0, -1), due.slice(0, -1));
      assert.equal(fluentBit.lines.length, due.length);
    });
  }
});
