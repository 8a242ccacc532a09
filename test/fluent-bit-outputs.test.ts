// The shipped configurations for a file and for Google SecOps, in a real Fluent Bit. What a line becomes is tested in
// fluent-bit.test.ts; here, that the outputs get all of it, and get it right.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "node:test";
import { validateEvent } from "./schema/schema.ts";
import { recordEvents } from "./support/events.ts";
import { type FluentBit, Spool, withoutFluentBit as skip, until, wholeLines } from "./support/fluent-bit.ts";
import {
  ALL_LINES,
  answersFor,
  assertEachOnce,
  isEvent,
  LINES,
  manyLines,
  short,
  UNMAPPABLE,
} from "./support/fluent-bit-lines.ts";
import { Receiver } from "./support/receiver.ts";

describe("Fluent Bit's outputs", { concurrency: true, timeout: 85_000 }, () => {
  describe("file.yaml", () => {
    const spool = new Spool();
    const folder = join(spool.folder, "events", "of", "today");
    after(() => spool.remove());

    it("writes events and the rest apart, and goes on where it stopped", { skip }, async () => {
      // As a service would: somewhere else than in this folder, and told where the module is.
      const environment = {
        MIMECAST_EVENTS: folder,
        MIMECAST_UDM_WASM: resolve("build/mimecast.wasm"),
      };
      const start = () => spool.start("file.yaml", environment, spool.folder);
      const events = () => linesOf(join(folder, "udm.ndjson"));
      const unmapped = () => linesOf(join(folder, "unmapped.ndjson"));
      const isAll = () => events().length + unmapped().length >= spool.lines.length;

      const first = start();
      spool.put("receipt_1.siem", ALL_LINES);
      spool.put("receipt_2.siem", manyLines(100, "two"));
      await until("the first files", first, isAll);
      await first.end("SIGTERM");

      const second = start();
      spool.put("receipt_3.siem", ["|", "|", ...manyLines(100, "three")]);
      await until("the last file", second, isAll);
      await second.end("SIGTERM");

      const due = answersFor(spool);
      assertEachOnce(events(), due.filter(isEvent));
      assertEachOnce(
        unmapped(),
        due.filter((answer) => !isEvent(answer)),
      );
      recordEvents(events().filter((event) => event.length < 100_000));
    });
  });

  describe("file-text.yaml", () => {
    const spool = new Spool();
    const folder = join(spool.folder, "events");
    after(() => spool.remove());

    it("writes the text of each event as it is, and apart what is long or could not be mapped", {
      skip,
    }, async () => {
      const fluentBit = spool.start("file-text.yaml", { MIMECAST_EVENTS: folder });
      const events = () => linesOf(join(folder, "udm.ndjson"));
      const others = () => linesOf(join(folder, "other.ndjson"));
      spool.put("receipt_1.siem", ALL_LINES);
      spool.put("receipt_2.siem", manyLines(500, "two"));
      await until("all", fluentBit, () => events().length + others().length >= spool.lines.length);
      await fluentBit.end("SIGTERM");

      const due = answersFor(spool);
      const isShort = (answer: string): boolean => isEvent(answer) && Buffer.byteLength(answer) <= 65_535;
      assertEachOnce(
        events().map((text) => text.replace(/ $/, "")),
        due.filter(isShort),
      );
      assertEachOnce(
        others().map((record) => {
          const { udm, mimecast_error: error } = JSON.parse(record) as {
            udm?: string[];
            mimecast_error?: string;
          };
          return (error ?? udm?.join("") ?? "neither").trimEnd();
        }),
        due.filter((answer) => !isShort(answer)),
      );
    });
  });

  for (const [format, name] of [
    ["msgpack", "mimecast_udm"],
    ["msgpack", "mimecast_fields"],
    ["json", "mimecast_udm_msgpack"],
  ] as const) {
    describe(`file.yaml with event_format ${format} and ${name}, which are no pair`, () => {
      const spool = new Spool();
      const folder = join(spool.folder, "events");
      after(() => spool.remove());

      it("keeps each line, with the remedy beside it", { skip }, async () => {
        const fluentBit = spool.start("file.yaml", {
          MIMECAST_EVENTS: folder,
          MIMECAST_UDM_FORMAT: format,
          MIMECAST_UDM_FUNCTION: name,
        });
        const written = () =>
          ["udm.ndjson", "unmapped.ndjson"].flatMap((file) => linesOf(join(folder, file)));
        const lines = manyLines(100, "one");
        spool.put("receipt_1.siem", lines);
        await until("all", fluentBit, () => written().length >= lines.length);
        await fluentBit.end("SIGTERM");
        const kept = written().map((text): { log?: string; message: string } => {
          const { record, mimecast_error: error } = JSON.parse(text);
          if (typeof error !== "string") return { ...JSON.parse(record), message: error.message };
          const { mimecast_error: inner, ...members } = JSON.parse(error);
          return { ...members, message: inner.message };
        });
        assertEachOnce(
          kept.map(({ log = "" }) => log),
          lines,
        );
        for (const { message } of kept) assert.match(message, /; set event_format msgpack for .*, json for /);
      });
    });
  }

  describe("file.yaml, started while it runs", () => {
    const spool = new Spool();
    const folder = join(spool.folder, "events");
    after(() => spool.remove());

    // Both would read each file, and write into each other's lines.
    it("does not start, and takes nothing from the one that runs", { skip }, async () => {
      const first = spool.start("file.yaml", { MIMECAST_EVENTS: folder });
      await until("the first", first, () => first.log.includes("[sp] stream processor started"));
      const second = spool.start("file.yaml", { MIMECAST_EVENTS: folder });
      await until("the second", second, () => second.log.includes("input initialization failed"));
      assert.match(second.log, /database is locked/);
      const lines = manyLines(100, "one");
      spool.put("receipt_1.siem", lines);
      await until("all", first, () => linesOf(join(folder, "udm.ndjson")).length >= lines.length);
      await first.end("SIGTERM");
      assertEachOnce(linesOf(join(folder, "udm.ndjson")), answersFor(spool));
    });
  });

  describe("file.yaml, started for the first time", () => {
    const spools = Array.from({ length: 8 }, () => new Spool());
    after(async () => {
      for (const spool of spools) await spool.remove();
    });

    // In threads of their own the two outputs made the folder at once, and the one that came second lost what it had.
    it("loses nothing when both outputs need a folder that is not there yet", { skip }, async () => {
      await Promise.all(
        spools.map(async (spool) => {
          const folder = join(spool.folder, "events", "of", "today");
          spool.put("receipt_1.siem", ["acc=1", "no log line"]);
          const fluentBit = spool.start("file.yaml", { MIMECAST_EVENTS: folder });
          const isThere = (file: string) => linesOf(join(folder, file)).length === 1;
          await until("both files", fluentBit, () => isThere("udm.ndjson") && isThere("unmapped.ndjson"));
          await fluentBit.end("SIGTERM");
        }),
      );
    });
  });

  describe("secops-webhook.yaml", { concurrency: 1 }, () => {
    const spool = new Spool();
    const state = join(spool.folder, ".fluent-bit", "secops");
    const receiver = new Receiver();
    const unmapped = () => linesOf(join(state, "unmapped.ndjson"));
    let fluentBit: FluentBit;

    before(async () => {
      if (skip) return;
      const port = await receiver.reserve();
      fluentBit = spool.start("secops-webhook.yaml", { ...settings(port), SECOPS_WEBHOOK_TLS: "off" });
      spool.put("receipt_1.siem", ALL_LINES);
      spool.put("receipt_2.siem", manyLines(500, "two"));
      await until("a retry, since nobody listens", fluentBit, () => fluentBit.log.includes("retry in"));
      receiver.answers = [503];
      await receiver.listen();
      await until("all events", fluentBit, () => receiver.taken.length >= LINES.length + 500);
    });
    after(async () => {
      await spool.remove();
      await receiver.close();
    });

    it("brings each event once to a receiver that was down, and then busy", { skip }, () => {
      assert.ok(receiver.requests.some(({ status }) => status === 503));
      assertEachOnce(receiver.taken, answersFor(spool).filter(isEvent));
      recordEvents(receiver.taken.filter((event) => event.length < 100_000));
    });

    it("sends UDM events alone, one a line, with both keys", { skip }, () => {
      for (const event of receiver.taken) {
        assert.deepEqual(validateEvent(JSON.parse(event)), [], short(event)); // it allows no `date`
      }
      for (const { method, url, headers } of receiver.requests) {
        assert.equal(`${method} ${url}`, "POST /v2/feeds/1:importPushLogs?a=b");
        assert.equal(headers["x-goog-api-key"], "the-api-key");
        assert.equal(headers["x-webhook-access-key"], "the+secret/with=signs");
        assert.equal(headers["content-type"], "application/x-ndjson");
      }
    });

    it("keeps what is no event beside its state, and sends nothing for it", { skip }, async () => {
      const { length } = receiver.requests;
      spool.put("receipt_3.siem", ["|", "|"]);
      await until("two lines more", fluentBit, () => unmapped().length >= UNMAPPABLE.length + 2);
      assertEachOnce(
        unmapped(),
        answersFor(spool).filter((answer) => !isEvent(answer)),
      );
      assert.equal(receiver.requests.length, length);
    });

    it("keeps a copy of what is refused for good, says so, and goes on", { skip }, async () => {
      const { length } = receiver.taken;
      receiver.answers = [403];
      spool.put("receipt_4.siem", manyLines(3, "refused"));
      const rejected = join(state, "rejected");
      // A copy is there before its bytes are.
      const copies = (): string =>
        existsSync(rejected)
          ? readdirSync(rejected)
              .map((name) => readFileSync(join(rejected, name), "latin1"))
              .join("")
          : "";
      await until("a copy", fluentBit, () => /refused-0.*refused-1.*refused-2/s.test(copies()));
      await until("its reason", fluentBit, () =>
        /HTTP status=403.*chunk will not be retried/s.test(fluentBit.log),
      );
      spool.put("receipt_5.siem", manyLines(3, "later"));
      await until("the next file", fluentBit, () => receiver.taken.length >= length + 3);
    });
  });

  describe("secops-webhook.yaml as it is", () => {
    const spool = new Spool();
    after(() => spool.remove());

    it("speaks TLS", { skip }, async () => {
      const HANDSHAKE = 0x16; // the first byte of a connection: RFC 8446, 5.1
      let first: number | undefined;
      const server = createServer((socket) => {
        socket.once("data", (bytes) => {
          first ??= bytes[0];
          socket.destroy();
        });
      });
      await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
      spool.put("receipt_1.siem", manyLines(1, "one"));
      const { port } = server.address() as AddressInfo;
      const fluentBit = spool.start("secops-webhook.yaml", settings(port));
      await until("a connection", fluentBit, () => first !== undefined).finally(() => server.close());
      assert.equal(first, HANDSHAKE);
    });
  });
});

function settings(port: number): Record<string, string> {
  return {
    SECOPS_WEBHOOK_HOST: "127.0.0.1",
    SECOPS_WEBHOOK_PORT: String(port),
    SECOPS_WEBHOOK_URI: "/v2/feeds/1:importPushLogs?a=b",
    SECOPS_API_KEY: "the-api-key",
    SECOPS_WEBHOOK_SECRET: "the+secret/with=signs",
  };
}

function linesOf(file: string): string[] {
  return existsSync(file) ? wholeLines(readFileSync(file, "utf8")) : [];
}
